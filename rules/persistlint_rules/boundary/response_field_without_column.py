from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, UnfilledField, rule
from persistlint_rules.boundary._shared.columns import table_of


@rule(severity=Severity.ERROR, since="0.1")
def response_field_without_column(project: Project) -> Iterator[Finding]:
    """A field of a response that no column fills."""
    seen: set[object] = set()
    for field in project.ledger.unfilled:
        # One that has a column is left out at one place; one that has none is wrong wherever it is shown.
        key = field.span if field.column is not None else None
        if (field.field_span, key) in seen:
            continue
        seen.add((field.field_span, key))
        table = table_of(project, field)
        column = table.column(field.column) if table is not None and field.column is not None else None
        at = field.span if field.column is not None else field.field_span
        other = (
            Label(field.field_span, "the field")
            if field.column is not None
            else Label(field.span, "rows are shown here")
        )
        yield Finding(
            _message(field),
            at=at,
            related=(
                other,
                Label(field.table_span, "the table") if column is None else Label(column.span, "the column"),
            ),
            help=_help(field),
            data={
                "table": field.table,
                "column": field.column,
                "object": f"{field.shape}.{field.field}",
                "aspect": "response",
                "function": field.function,
            },
        )


def _message(field: UnfilledField) -> str:
    name = f"`{field.field}` of `{field.shape}`"
    if field.column is not None:
        tail = "its default is shown instead" if field.default else "every such response fails"
        return f"{name} is not filled from `{field.table}.{field.column}` here: {tail}"
    tail = "its default is shown, always" if field.default else "every such response fails"
    return f"{name} is shown of rows of `{field.table}`, which have no such attribute: {tail}"


def _help(field: UnfilledField) -> str:
    if field.column is not None:
        return f"fill `{field.field}` from the row"
    return f"remove `{field.field}` from `{field.shape}`, or give the rows such an attribute"
