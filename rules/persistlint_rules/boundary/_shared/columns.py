"""The tables and columns behind the fields of a shape."""

from __future__ import annotations

from persistlint.sdk import ColumnFact, FieldFlow, LostField, Project, Shape, ShapeField, TableFact, UnfilledField


def table_of(project: Project, flow: FieldFlow | LostField | UnfilledField) -> TableFact | None:
    """The table that a flow is about."""
    same = [table for table in project.tables if table.span == flow.table_span]
    return same[0] if same else next(iter(project.named(flow.table)), None)


def column_of(project: Project, flow: FieldFlow) -> tuple[TableFact, ColumnFact] | None:
    """The column that a flow is about, with its table."""
    table = table_of(project, flow)
    column = None if table is None else table.column(flow.column)
    return None if table is None or column is None else (table, column)


class Fields:
    """The fields of all shapes."""

    def __init__(self, project: Project) -> None:
        self._shapes: dict[object, Shape] = {shape.span: shape for shape in project.ledger.shapes}

    def of(self, flow: FieldFlow) -> ShapeField | None:
        """The field that a flow is about."""
        shape = self._shapes.get(flow.shape_span)
        return None if shape is None else shape.field(flow.field)
