"""What one statement names, from its syntax tree: who can be seen where, and so who each name means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from persistlint.extract.sql import outputs as names_of
from persistlint.extract.sql.collector import Collector
from persistlint.extract.sql.expressions import Expressions
from persistlint.extract.sql.scopes import TABLE_FUNCTIONS, Outputs, Scope, Source, has_hole, is_table_function
from persistlint.extract.sql.trees import renamed, several

if TYPE_CHECKING:
    from sqlglot import exp

_STRUCTURE = frozenset({"with_", "from_", "joins", "laterals", "expressions", "this", "expression", "using", "tables"})
"""The arguments of a statement that are handled by name; all others hold expressions in its scope."""


class Resolver:
    """Walks one tree and tells `found` what it names."""

    def __init__(self, found: Collector) -> None:
        self._found = found
        self._expressions = Expressions(found, self.query)

    def statement(self, tree: exp.Expr, outer: Scope | None) -> None:
        """Note all uses. `outer` holds what a trigger's body sees."""
        from sqlglot import exp

        match tree:
            case exp.Insert():
                self._insert(tree, outer)
            case exp.Update():
                self._update(tree, outer)
            case exp.Delete():
                self._delete(tree, outer)
            case _:
                self.query(tree, outer, outer.ctes if outer else {})

    # -- statements -----------------------------------------------------------------------------------------------

    def _insert(self, tree: exp.Insert, outer: Scope | None) -> None:
        """All but the table's columns and the VALUES, which the words tell better."""
        from sqlglot import exp

        scope = self._opened(tree, outer)
        source = tree.args.get("expression")
        if isinstance(source, exp.Expr):
            self.query(source, scope, scope.ctes)
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(target, exp.Table):
            return
        table = self._found.table(target.this, target.db, write=True)
        if table is None:
            return
        seen = Scope(scope, scope.ctes, [Source(_seen_as(target), table)])
        seen.sources.append(Source("excluded", None, None, qualified_only=True))
        conflict = tree.args.get("conflict")
        if isinstance(conflict, exp.Expr):
            self._assignments(conflict.expressions, seen, (table,))
            for key in ("conflict_keys", "index_predicate", "where"):
                self._expressions.visit_all(conflict.args.get(key), seen)
        self._expressions.visit_all(tree.args.get("returning"), seen)

    def _update(self, tree: exp.Update, outer: Scope | None) -> None:
        from sqlglot import exp

        scope = self._opened(tree, outer)
        later: list[object] = []
        if isinstance(tree.this, exp.Table):
            self._source(tree.this, scope, later, write=True)
        targets = tuple(source.table for source in scope.sources if source.table is not None)
        self._from(tree, scope, later)
        self._assignments(tree.expressions, scope, targets)
        self._rest(tree, scope, later)

    def _delete(self, tree: exp.Delete, outer: Scope | None) -> None:
        from sqlglot import exp

        scope = self._opened(tree, outer)
        later: list[object] = []
        if isinstance(tree.this, exp.Table):
            self._source(tree.this, scope, later, write=True)
        for source in several(tree, "using"):
            self._source(source, scope, later)
        self._rest(tree, scope, later)

    def _assignments(self, items: list[Any], scope: Scope, targets: tuple[str, ...]) -> None:
        """The `column = value` of SET; a row of columns may stand on the left."""
        from sqlglot import exp

        for item in items:
            if not isinstance(item, exp.EQ):
                self._expressions.visit(item, scope)
                continue
            left = item.this
            for column in left.expressions if isinstance(left, exp.Tuple) else [left.unnest()]:
                if isinstance(column, exp.Column):
                    self._assigned(column, scope, targets, item.expression if column is left else None)
                else:
                    self._expressions.visit_all(column, scope)
            self._expressions.visit_all(item.expression, scope)

    def _assigned(self, column: exp.Column, scope: Scope, targets: tuple[str, ...], value: object) -> None:
        from sqlglot import exp

        place = self._found.place(column.this)
        tables = (scope.tables_called(column.table, column.name) if column.table else ()) or targets
        if place is None or not tables:
            return
        self._found.column(place, tables, write=True)
        if len(tables) == 1:
            name, _, end = place
            self._found.literal(value, tables[0], name, compared=False)
            if isinstance(value, (exp.Null, exp.Boolean)):
                self._found.constant_behind(end, tables[0], name, compared=False)

    # -- queries --------------------------------------------------------------------------------------------------

    def query(self, tree: exp.Expr, parent: Scope | None, ctes: dict[str, Outputs]) -> None:
        """A SELECT, VALUES, set operation or bracketed query, as seen from `parent`."""
        from sqlglot import exp

        scope = self._with(tree, Scope(parent, dict(ctes)))
        later: list[object] = []
        match tree:
            case exp.Select():
                self._select(tree, scope)
            case exp.SetOperation():
                self._set_operation(tree, scope)
            case exp.Subquery() if isinstance(tree.this, exp.Query):
                self.query(tree.this, parent, scope.ctes)
            case exp.Table():
                self._source(tree, scope, later)
                self._expressions.visit_all(later, scope)
            case _:
                self._expressions.visit_all(tree.expressions, scope)

    def _select(self, tree: exp.Select, scope: Scope) -> None:
        from sqlglot import exp

        later: list[object] = []
        self._from(tree, scope, later)
        self._expressions.visit_all(tree.expressions, scope)
        scope.aliases = frozenset(item.alias.lower() for item in tree.expressions if isinstance(item, exp.Alias))
        self._rest(tree, scope, later)

    def _set_operation(self, tree: exp.SetOperation, scope: Scope) -> None:
        from sqlglot import exp

        branches: list[exp.Expr] = []
        node: exp.Expr = tree
        while isinstance(node, exp.SetOperation):
            branches.append(node.expression)
            node = node.this
        for branch in (node, *branches):
            self.query(branch, scope.parent, scope.ctes)
        # ORDER BY and LIMIT of a compound see the columns that it yields, not the tables.
        yielded = Scope(scope.parent, scope.ctes, [Source("", None, names_of.outputs(tree, scope.ctes))])
        self._rest(tree, yielded, [])

    def _opened(self, tree: exp.Expr, outer: Scope | None) -> Scope:
        return self._with(tree, Scope(outer, dict(outer.ctes) if outer else {}))

    def _with(self, tree: exp.Expr, scope: Scope) -> Scope:
        scope.ctes = scope.ctes | names_of.cte_outputs(tree, scope.ctes)
        for with_ in several(tree, "with_"):
            for cte in with_.expressions:
                self.statement(cte.this, Scope(scope.parent, scope.ctes))
        return scope

    def _rest(self, tree: exp.Expr, scope: Scope, later: list[object]) -> None:
        for key, value in tree.args.items():
            if key not in _STRUCTURE:
                later.append(value)
        for value in later:
            self._expressions.visit_all(value, scope)

    # -- sources --------------------------------------------------------------------------------------------------

    def _from(self, tree: exp.Expr, scope: Scope, later: list[object]) -> None:
        """Put the sources of a FROM clause into scope; conditions of joins go to `later`, which sees all of them."""
        for clause in several(tree, "from_"):
            self._source(clause.this, scope, later)
        self._joins(tree, scope, later)
        for lateral in several(tree, "laterals"):
            self._source(lateral, scope, later)

    def _joins(self, tree: exp.Expr, scope: Scope, later: list[object]) -> None:
        from sqlglot import exp

        for join in several(tree, "joins"):
            self._source(join.this, scope, later)
            later.append(join.args.get("on"))
            for name in several(join, "using"):
                column = name if isinstance(name, exp.Column) else exp.Column(this=name.copy())
                self._expressions.column(column, scope)

    def _source(self, node: object, scope: Scope, later: list[object], *, write: bool = False) -> None:
        from sqlglot import exp

        if not isinstance(node, exp.Expr):
            return

        name = _seen_as(node)
        match node:
            case exp.Table():
                self._table(node, scope, write=write)
            case exp.Subquery() if isinstance(node.this, exp.Table):
                self._source(node.this, scope, later)
            case exp.Subquery():
                self.query(node.this, scope.parent, scope.ctes)
                yielded = names_of.outputs(node.this, scope.ctes)
                scope.sources.append(Source(name, None, names_of.aliased(node, yielded)))
            case exp.Values():
                self._expressions.visit_all(node.expressions, scope)
                yielded = names_of.outputs(node, scope.ctes)
                scope.sources.append(Source(name, None, names_of.aliased(node, yielded)))
            case _:
                inside = [child for child in node.iter_expressions() if not isinstance(child, exp.TableAlias)]
                self._expressions.visit_all(inside, scope.inner())
                scope.sources.append(Source(name, None, names_of.aliased(node, None)))
        self._joins(node, scope, later)

    def _table(self, node: exp.Table, scope: Scope, *, write: bool) -> None:
        from sqlglot import exp

        seen_as = _seen_as(node)
        lowered = node.name.lower()
        if not isinstance(node.this, exp.Identifier):
            function = "generate_series" if isinstance(node.this, exp.GenerateSeries) else node.this.name.lower()
            self._expressions.visit_all(node.this, scope)
            plain = names_of.aliased(node, TABLE_FUNCTIONS.get(function))
            scope.sources.append(Source(seen_as or function, None, plain))
        elif not node.db and lowered in scope.ctes and not write:
            scope.sources.append(Source(seen_as, None, names_of.aliased(node, scope.ctes[lowered])))
        elif is_table_function(node.name):
            scope.sources.append(Source(seen_as, None, TABLE_FUNCTIONS.get(lowered)))
        else:
            table = self._found.table(node.this, node.db, write=write)
            changed = node.args.get("pivots") or renamed(node)
            scope.sources.append(Source(seen_as, None if changed else table))


def _seen_as(source: exp.Expr) -> str:
    """The name that a source goes by. What looks like an alias may be an unknown clause behind the table."""
    name = source.alias_or_name
    return (source.name if has_hole(name) else name).lower()
