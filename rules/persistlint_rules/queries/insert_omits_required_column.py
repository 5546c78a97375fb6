from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnFact, Finding, InsertShape, Label, Project, Severity, Statement, TableFact, rule
from persistlint_rules.queries._history import has_hole
from persistlint_rules.queries._known import Known
from persistlint_rules.queries._pieces import is_written_out
from persistlint_rules.queries._places import Part
from persistlint_rules.queries._statements import Parts, data_statements
from persistlint_rules.queries._words import listed


@rule(severity=Severity.ERROR, since="0.1")
def insert_omits_required_column(project: Project) -> Iterator[Finding]:
    """An INSERT leaves out a NOT NULL column that the database has no default for."""
    known, parts = Known(project), Parts(project)
    seen: set[object] = set()
    for statement in data_statements(project):
        shape = statement.sql.insert
        if shape is None or has_hole(shape.table) or (shape.columns is None and not shape.default_values):
            continue
        given = {column.lower() for column in shape.columns or ()}
        if any(has_hole(column) for column in given):
            continue
        if not _is_written_out(statement):
            continue
        part = parts.of(statement)
        omitted = [column for column in _required(known, shape.table, part) if column.name.lower() not in given]
        if omitted:
            finding = _finding(known.valid_for(shape.table, part)[0], omitted, statement, shape)
            if finding.at not in seen:
                seen.add(finding.at)
                yield finding


def _is_written_out(statement: Statement) -> bool:
    """Whether the INSERT stands in the code: one that a helper makes of a dict may only run where a row is missing."""
    places = [(use.start, use.end) for use in statement.sql.tables if use.write]
    places += [(use.start, use.end) for use in statement.sql.columns if use.write]
    return bool(places) and is_written_out(statement, min(places)[0], max(end for _, end in places))


def _required(known: Known, table: str, part: Part) -> list[ColumnFact]:
    """The columns that every definition of the table requires, as the first one has them."""
    facts = known.valid_for(table, part)
    if not facts or not all(fact.complete and fact.kind == "table" for fact in facts):
        return []
    required = [
        {column.name.lower(): column for column in fact.columns if _is_required(fact, column)} for fact in facts
    ]
    common = set(required[0]).intersection(*required[1:])
    modelled = part is Part.APPLICATION and any(one.part is Part.APPLICATION for one in known.all_of(table))
    return [
        column for name, column in required[0].items() if name in common and (modelled or _stays(known, table, name))
    ]


def _is_required(table: TableFact, column: ColumnFact) -> bool:
    keys = [name.lower() for name in table.primary_key]
    in_key = column.name.lower() in keys
    is_rowid = in_key and len(keys) == 1 and (column.type or "").upper() == "INTEGER" and not table.without_rowid
    implied = in_key and (table.without_rowid or table.strict)
    default = (column.server_default or "NULL").strip("() ").upper()
    return (not column.nullable or implied) and default == "NULL" and not column.generated and not is_rowid


def _stays(known: Known, table: str, column: str) -> bool:
    """Whether no step adds, changes or drops the column: it is as it is in a database of any age."""
    return not any(
        step.action.endswith("-column") and (step.column is None or column in _names(step.column, step.new_name))
        for step in known.steps(table)
    )


def _names(*names: str | None) -> set[str]:
    return {name.lower() for name in names if name is not None}


def _finding(table: TableFact, omitted: list[ColumnFact], statement: Statement, shape: InsertShape) -> Finding:
    names = [column.name for column in omitted]
    are = "is NOT NULL and has" if len(names) == 1 else "are NOT NULL and have"
    message = f"INSERT into `{table.name}` omits {listed(names)}, which {are} no default in the database"
    if shape.conflict == "ignore":
        message += ": OR IGNORE drops the row without a word"
    python = [
        f"`{column.name}` has `{column.python_default.removeprefix('builtins.')}`"
        for column in omitted
        if column.python_default is not None
    ]
    if python:
        message += f" (a default of the model is applied by Python alone: {', '.join(python)})"
    use = next((use for use in statement.sql.tables if use.write and use.name == shape.table), None)
    return Finding(
        message,
        at=statement.span_of(use.start, use.end) if use is not None else statement.span,
        related=tuple(Label(column.span, f"`{column.name}` is required here") for column in omitted),
        help=f"give {listed(names)} a value in the INSERT, or a default in the database",
        data={"table": table.name, "column": ", ".join(names), "function": statement.function},
    )
