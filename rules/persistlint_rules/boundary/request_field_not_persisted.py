from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnFact, Edit, Finding, Fix, Label, LostField, Project, Severity, rule
from persistlint_rules.boundary._shared.columns import table_of


@rule(severity=Severity.ERROR, since="0.1")
def request_field_not_persisted(project: Project) -> Iterator[Finding]:
    """A field of a request never reaches the row that the rest of the request fills."""
    seen: set[object] = set()
    for lost in project.ledger.lost:
        if (lost.span, lost.field) in seen:
            continue
        seen.add((lost.span, lost.field))
        table = table_of(project, lost)
        column = table.column(lost.column) if table is not None and lost.column is not None else None
        where = Label(column.span, "the column") if column is not None else Label(lost.table_span, "the table")
        yield Finding(
            _message(lost),
            at=lost.span,
            related=(Label(lost.field_span, f"`{lost.shape}` accepts it"), where),
            help=_help(lost),
            fix=_fix(project, lost, column),
            data={
                "table": lost.table,
                "column": lost.column,
                "object": f"{lost.shape}.{lost.field}",
                "aspect": "request",
                "function": lost.function,
            },
        )


def _message(lost: LostField) -> str:
    name = f"`{lost.field}` of `{lost.shape}`"
    if lost.column is not None:
        return f"{name} is accepted and never stored: `{lost.table}.{lost.column}` gets its default instead"
    if lost.raises:
        return f"{name} is given to a row of `{lost.table}`, which has no such column: every such request fails"
    return f"{name} is accepted and never stored: `{lost.table}` has no column for it"


def _help(lost: LostField) -> str:
    if lost.column is not None:
        return f"store `{lost.field}` with the other fields, or do not accept it"
    return f"give `{lost.table}` a column `{lost.field}`, or do not accept it"


def _fix(project: Project, lost: LostField, column: ColumnFact | None) -> Fix | None:
    if lost.insertion is None or lost.source is None or column is None:
        return None
    fields = [field for shape in project.ledger.shapes for field in shape.fields if field.span == lost.field_span]
    if not column.nullable and any(field.nullable for field in fields):
        return None  # a null would arrive where the default does now
    edit = Edit(lost.insertion.at, f"{lost.field}={lost.source}.{lost.field},{lost.insertion.separator}")
    # A dump that leaves it out may do so on purpose.
    return Fix(f"store `{lost.field}`", (edit,), safe=not lost.dumped)
