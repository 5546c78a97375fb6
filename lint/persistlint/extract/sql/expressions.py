"""What an expression names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from persistlint.extract.sql.collector import Collector
from persistlint.extract.sql.scopes import Outputs, Scope, has_hole
from persistlint.extract.sql.trees import nodes_in

if TYPE_CHECKING:
    from sqlglot import exp

    Query = Callable[[exp.Expr, Scope | None, dict[str, Outputs]], None]

_TABLE_ARGUMENT = frozenset({"BM25", "HIGHLIGHT", "SNIPPET", "MATCHINFO", "OFFSETS"})
"""Functions of full-text search whose first argument is the table itself."""


class Expressions:
    """Walks expressions in a scope; `query` takes the queries within them."""

    def __init__(self, found: Collector, query: Query) -> None:
        self._found = found
        self._query = query

    def visit_all(self, value: object, scope: Scope) -> None:
        """Visit whatever an argument of a node holds: a node, a list of nodes, or something else."""
        for node in nodes_in(value):
            self.visit(node, scope)

    def visit(self, tree: exp.Expr, scope: Scope) -> None:
        """Note what an expression names."""
        stack: list[exp.Expr] = [tree]
        while stack:
            node = stack.pop()
            children = self._step(node, scope)
            stack.extend(node.iter_expressions() if children is None else nodes_in(children))

    def _step(self, node: exp.Expr, scope: Scope) -> list[object] | None:
        """Handle one node; the children to go on with, None for all."""
        from sqlglot import exp

        match node:
            case exp.Column():
                self.column(node, scope)
                return []
            case exp.Identifier() | exp.DataType() | exp.Lambda() | exp.Literal() | exp.ColumnDef():
                return []
            case exp.Query() | exp.Subquery():
                self._query(node, scope, scope.ctes)
                return []
            case exp.Alias() | exp.Collate():
                return [node.this]
            case exp.Kwarg() | exp.PropertyEQ():
                return [node.expression]
            case exp.Anonymous():
                return self._function(node, scope)
            case exp.Match():
                table = isinstance(node.this, exp.Column) and scope.names_table(node.this.name)
                return [child for child in node.iter_expressions() if not (table and child is node.this)]
            case exp.EQ():
                self._compared(node.this, [node.expression], scope)
                self._compared(node.expression, [node.this], scope)
                return None
            case exp.In():
                return self._in(node, scope)
            case _:
                return None

    def column(self, column: exp.Column, scope: Scope) -> None:
        """Note a column that is read."""
        place = self._found.place(column.this)
        tables, certain = self._found.owners(column, scope) if place is not None else ((), False)
        if place is not None and tables:
            self._found.column(place, tables, certain=certain)

    def _function(self, node: exp.Anonymous, scope: Scope) -> list[object]:
        from sqlglot import exp

        name = node.name.upper()
        arguments: list[object] = list(node.expressions)
        first = arguments[0] if arguments else None
        # RAISE(ABORT, …) holds a keyword, highlight(documents, …) a table.
        if isinstance(first, exp.Column) and (
            name == "RAISE" or (name in _TABLE_ARGUMENT and scope.names_table(first.name))
        ):
            return arguments[1:]
        return arguments

    def _in(self, node: exp.In, scope: Scope) -> list[object] | None:
        from sqlglot import exp

        table = node.args.get("field")
        if self._found.dialect == "sqlite" and isinstance(table, exp.Column):
            place = self._found.place(table.this)
            known = place is not None and not has_hole(place[0])
            if known and (table.table or table.name.lower() not in scope.ctes):
                self._found.table(table.this, table.table)
            return [node.this]
        self._compared(node.this, node.expressions, scope)
        return None

    def _compared(self, column: object, values: list[object], scope: Scope) -> None:
        from sqlglot import exp

        if not isinstance(column, exp.Column):
            return
        place = self._found.place(column.this)
        tables, certain = self._found.owners(column, scope) if place is not None else ((), False)
        if place is None or len(tables) != 1 or not certain:
            return
        name, _, end = place
        for value in nodes_in(values):
            if not self._found.invented(column, value):
                self._found.literal(value, tables[0], name, compared=True)
            if isinstance(value, exp.Boolean):
                self._found.constant_behind(end, tables[0], name, compared=True)
