"""Statements put beside those of an upgrade: a look before an ALTER, an index behind it, a commit."""

from __future__ import annotations

import re

from persistlint.sdk import Difference, Edit, FailedStep, Fix, IndexFact, Project, Span

_DUPLICATE = re.compile(r"duplicate column name: (\w+)\Z")
_ALTER = re.compile(r"\s*ALTER\s+TABLE\s+[\"`\[]?(\w+)", re.IGNORECASE)
_PLAIN = re.compile(r"\w+\Z")


def guarded(project: Project, failed: FailedStep) -> Fix | None:
    """The ALTER only where the column is not there yet, asked of the same connection."""
    execution = project.execution_at(failed.span)
    duplicate, altered = _DUPLICATE.search(failed.error), _ALTER.match(failed.statement)
    if execution is None or duplicate is None or altered is None:
        return None
    rows = execution.call(f"PRAGMA table_info({altered[1]})")
    condition = f'if "{duplicate[1]}" not in {{row[1] for row in {rows}}}:'
    text = f"{condition}\n{' ' * (execution.indent + 4)}"
    return Fix(f"look for `{duplicate[1]}` first", (Edit(execution.start, text),))


def with_index(project: Project, missing: Difference, step: Span) -> Fix | None:
    """The index, made behind the step that changes its table."""
    execution = project.execution_at(step)
    index = _index(project, missing)
    if execution is None or index is None or index.name is None:
        return None
    unique = "UNIQUE " if index.unique else ""
    sql = f"CREATE {unique}INDEX IF NOT EXISTS {index.name} ON {missing.table} ({', '.join(index.columns)})"
    lines = [execution.call(sql)]
    if execution.committed == "branch":
        lines.append(f"{execution.receiver}.commit()")
    edit = Edit(execution.branch.at, execution.branch.lines(*lines))
    # Rows that were let in without it may break a unique index.
    return Fix(f"create `{index.name}`", (edit,), safe=not index.unique)


def _index(project: Project, missing: Difference) -> IndexFact | None:
    found = [
        index
        for table in project.fresh
        if table.name.lower() == missing.table.lower()
        for index in table.indexes
        if ",".join(index.columns) == missing.object.replace(", ", ",")
        and index.where is None
        and missing.where is None
    ]
    plain = all(_PLAIN.match(column) for index in found for column in index.columns)
    return found[0] if len(found) == 1 and plain else None


def committed(project: Project, step: Span) -> Fix | None:
    """A commit at the end of the block that holds the connection."""
    execution = project.execution_at(step)
    if execution is None or not execution.receiver.isidentifier():
        return None
    edit = Edit(execution.scope.at, execution.scope.lines(f"{execution.receiver}.commit()"))
    return Fix("commit", (edit,))
