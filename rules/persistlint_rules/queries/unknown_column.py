from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnUse, Finding, Label, Project, Severity, Statement, rule
from persistlint_rules.queries._company import Company, is_system
from persistlint_rules.queries._known import Known
from persistlint_rules.queries._pieces import has_empty_gap
from persistlint_rules.queries._places import Part, start_of
from persistlint_rules.queries._statements import Parts, data_statements
from persistlint_rules.queries._words import close_to, is_slip_of, listed

_PYTHON = frozenset({"None", "True", "False"})
"""Values that are put into a text only on paths that the code does not take."""


@rule(severity=Severity.ERROR, since="0.1")
def unknown_column(project: Project) -> Iterator[Finding]:
    """A statement names a column that none of the definitions of its table has."""
    known, parts = Known(project), Parts(project)
    statements = data_statements(project)
    # Where tables come into being unseen, columns may as well, apart from those of models.
    only_models = Company(statements, known).is_open
    seen: set[object] = set()
    for statement in statements:
        told = [use for use in statement.sql.columns if _can_be_told(known, statement, use, only_models=only_models)]
        found = [(use, _finding(known, statement, use, parts.of(statement))) for use in told]
        strange = _strangers(found)
        for use, finding in found:
            key = (start_of(statement.span), use.tables, use.name.lower())
            if finding is not None and key not in seen and use.tables not in strange:
                seen.add(key)
                yield finding


def _strangers(found: list[tuple[ColumnUse, Finding | None]]) -> set[tuple[str, ...]]:
    """Tables of which a statement knows little: another database's, with the name of one of the project's."""
    unknown: dict[tuple[str, ...], set[str]] = {}
    known: dict[tuple[str, ...], set[str]] = {}
    for use, finding in found:
        names = known if finding is None else unknown
        names.setdefault(use.tables, set()).add(use.name.lower())
    return {tables for tables, names in unknown.items() if len(names) > max(1, len(known.get(tables, ())))}


def _can_be_told(known: Known, statement: Statement, use: ColumnUse, *, only_models: bool) -> bool:
    named = {name.lower() for name in use.tables}
    if any(is_system(one.name, one.schema) for one in statement.sql.tables if one.name.lower() in named):
        return False
    if not use.certain or not use.tables or use.name in _PYTHON:
        return False
    if only_models and not all(known.is_modelled(table) for table in use.tables):
        return False
    return not has_empty_gap(statement, use.start, use.end)


def _finding(known: Known, statement: Statement, use: ColumnUse, part: Part) -> Finding | None:
    columns: set[str] = set()
    for table in use.tables:
        own = known.columns(table, part)
        if own is None or use.name.lower() == table.lower():
            return None
        columns |= own
    if use.name.lower() in columns:
        return None
    if part is Part.UPGRADE and not _can_be_told_of_old(known, use, columns):
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


def _can_be_told_of_old(known: Known, use: ColumnUse, columns: set[str]) -> bool:
    """Whether all that the tables ever were is written down; if not, only a slip of the pen can be told."""
    written = all(known.is_scripted(table) for table in use.tables)
    return written or any(is_slip_of(use.name, column) for column in columns)


def _label(known: Known, name: str, part: Part) -> Label:
    facts = known.valid_for(name, part)
    return Label(facts[0].span, f"`{facts[0].name}` is defined here")


def _help(name: str, tables: list[str], columns: set[str]) -> str:
    similar = close_to(name, columns)
    if similar is not None:
        return f"write `{similar}`, or add the column `{name}` to `{tables[0]}`"
    return f"name a column that exists, or add `{name}` to `{tables[0]}`"
