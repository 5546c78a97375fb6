from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnUse, Finding, Label, Project, Severity, Statement, rule
from persistlint_rules.queries._known import Known
from persistlint_rules.queries._places import Part, part_of
from persistlint_rules.queries._statements import data_statements
from persistlint_rules.queries._words import close_to, listed


@rule(severity=Severity.ERROR, since="0.1")
def unknown_column(project: Project) -> Iterator[Finding]:
    """A statement names a column that none of the definitions of its table has."""
    known = Known(project)
    seen: set[object] = set()
    for statement in data_statements(project):
        part = part_of(statement.span, statement.function)
        for use in statement.sql.columns:
            finding = _finding(known, statement, use, part)
            if finding is not None and (finding.at, use.name) not in seen:
                seen.add((finding.at, use.name))
                yield finding


def _finding(known: Known, statement: Statement, use: ColumnUse, part: Part) -> Finding | None:
    if not use.certain or not use.tables:
        return None
    columns: set[str] = set()
    for table in use.tables:
        own = known.columns(table, part)
        if own is None or use.name.lower() == table.lower():
            return None
        columns |= own
    if use.name.lower() in columns:
        return None
    names = sorted({table.lower(): table for table in use.tables}.values())
    subject = f"table `{names[0]}` has" if len(names) == 1 else f"none of the tables {listed(names)} has"
    return Finding(
        f"{subject} {'no' if len(names) == 1 else 'a'} column `{use.name}`",
        at=statement.span_of(use.start, use.end),
        related=tuple(_label(known, name, part) for name in names),
        help=_help(use.name, names, columns),
        data={"table": names[0], "column": use.name, "function": statement.function},
    )


def _label(known: Known, name: str, part: Part) -> Label:
    facts = known.valid_for(name, part)
    return Label(facts[0].span, f"`{facts[0].name}` is defined here")


def _help(name: str, tables: list[str], columns: set[str]) -> str:
    similar = close_to(name, columns)
    if similar is not None:
        return f"write `{similar}`, or add the column `{name}` to `{tables[0]}`"
    return f"name a column that exists, or add `{name}` to `{tables[0]}`"
