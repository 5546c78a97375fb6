from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnFact, FieldFlow, Finding, Label, Project, Severity, rule
from persistlint_rules.boundary._shared.columns import Fields, column_of


@rule(severity=Severity.ERROR, since="0.1")
def boundary_nullability_drift(project: Project) -> Iterator[Finding]:
    """A null in a request reaches a column that is NOT NULL."""
    fields = Fields(project)
    seen: set[object] = set()
    for flow in project.ledger.fields:
        found = column_of(project, flow)
        field = fields.of(flow)
        if flow.direction != "in" or not flow.explicit_null or found is None or field is None:
            continue
        table, column = found
        if not _refuses_null(flow, column) or (field.span, column.name) in seen:
            continue
        seen.add((field.span, column.name))
        yield Finding(
            f"`{flow.shape}.{field.name}` may be null, and `{flow.function}` writes that into"
            f" `{table.name}.{column.name}`, which is NOT NULL",
            at=field.span,
            related=(Label(flow.span, "the value is written here"), Label(column.span, "the column")),
            help=f"refuse a null in `{field.name}`, or leave it out of what is written",
            data={
                "table": table.name,
                "column": column.name,
                "object": f"{flow.shape}.{field.name}",
                "aspect": "nullable",
                "expected": "NOT NULL",
                "actual": "null",
                "function": flow.function,
            },
        )


def _refuses_null(flow: FieldFlow, column: ColumnFact) -> bool:
    if column.nullable or "JSON" in (column.type or "JSON").upper():
        return False  # SQLAlchemy stores None in a JSON column as the JSON value `null`
    if flow.action == "insert":
        # In an INSERT, SQLAlchemy's unit of work takes None for a value that was not given.
        return column.python_default is None and column.server_default is None and not column.primary_key
    return True
