"""Rows that SELECT statements yield, by the columns that they hold, and which cursor or result gives which."""

from __future__ import annotations

from persistlint.facts.sql import ColumnUse, Kind, Output
from persistlint.project.interp.values import (
    Attribute,
    Items,
    Loc,
    Made,
    Operation,
    Row,
    Unknown,
    Value,
    text,
)
from persistlint.project.ledger.kinds import Kinds, RowOf
from persistlint.project.ledger.raw.tables import RawTables, column_of
from persistlint.project.ledger.raw.texts import Texts, query_of
from persistlint.project.ledger.selected import Selected
from persistlint.project.sql.sites import EXECUTORS

_ROWS = frozenset({"fetchall", "fetchmany", "all", "partitions"})
_ROW = frozenset({"fetchone", "first", "one", "one_or_none"})
_CELL = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_ANSWERED = _ROWS | _ROW | _CELL | {"scalars"}
_EXECUTES = frozenset({"execute", "exec", "stream"})
_SAME = frozenset({"mappings", "unique", "tuples", "yield_per"})
"""Methods of a result that give it again, as far as the values of its rows go."""
_DEEPEST = 8


class Rows:
    """Knows what each cursor has executed last, in the function that is interpreted."""

    def __init__(self, texts: Texts, tables: RawTables, kinds: Kinds, selected: Selected) -> None:
        self._texts = texts
        self._selected = selected
        self._tables = tables
        self._kinds = kinds
        self._last: dict[object, tuple[Value, Value]] = {}
        """By cursor, what it has executed last; with the cursor, so that no other can have its identity."""
        self._rows: dict[tuple[str, str], Row | None] = {}

    def forget(self) -> None:
        """Begin a new function: what another one's cursors have executed is over."""
        self._last.clear()

    def note(self, cursor: Value, query: Value) -> None:
        """A cursor executes something."""
        self._last[_identity(cursor)] = cursor, query

    def answer(self, func: Value, args: list[Value]) -> Value | None:
        """The rows, or the cell, that a method of a result gives."""
        if not isinstance(func, Attribute) or func.name not in _ANSWERED or args[1:]:
            return None
        asked = self._selected.row(args[0]) if args else None  # `session.scalars(select(Model.column))`
        row = asked or self.row_of(func.base)
        if row is None or func.name in _ROW:
            return row
        if func.name in _ROWS:
            return Items("list", [], open=True, element=row)
        if not row.cells:
            return None
        return Items("list", [], open=True, element=row.cells[0]) if func.name == "scalars" else row.cells[0]

    def elements(self, value: Value) -> Items | None:
        """What a loop over a result meets, or over a cursor's `description`."""
        if isinstance(value, Attribute) and value.name == "description":
            row = self.row_of(value.base)
            if row is None or row.open:
                return None
            return Items("tuple", [Items("tuple", [text(name)]) for name in row.names])
        row = self.row_of(value)
        return None if row is None else Items("list", [], open=True, element=row)

    def row_of(self, value: Value, depth: int = 0) -> Row | None:
        """Any row of a result, or of what a cursor has executed."""
        if depth > _DEEPEST:
            return None
        if isinstance(value, Made) and isinstance(value.func, Attribute):
            if value.func.name in _SAME:
                return self.row_of(value.func.base, depth + 1)
            own = self._selected.row(value.args[0]) if value.func.name in _EXECUTES and value.args else None
            own = own or self._selected.row(value)
            if own is not None:
                # SQLModel gives what is selected alone without a tuple around it.
                return own if value.func.name != "exec" or len(own.cells) > 1 else None
            query = query_of(tuple(value.args), value.kwargs) if value.func.name in EXECUTORS else None
            if query is not None:
                return self._yielded(query, value.loc.path)
        last = self._last.get(_identity(value)) if self._last else None
        return None if last is None else self._yielded(last[1], "")

    def _yielded(self, query: Value, path: str) -> Row | None:
        found = list(self._texts.statements(query))
        if len(found) != 1 or found[0][0].kind is not Kind.SELECT:
            return None
        sql, written = found[0]
        key = written, path
        if key not in self._rows:
            self._rows[key] = self._row(sql.outputs, path)
        if self._rows[key] is not None:
            self._texts.followed.add(written)
        return self._rows[key]

    def _row(self, outputs: tuple[Output, ...] | None, path: str) -> Row | None:
        if outputs is None:
            return None
        names: list[str] = []
        cells: list[Value] = []
        open_ = False
        bases: dict[int, Unknown] = {}
        for output in outputs:
            if output.star is None:
                names.append(output.name)
                cells.append(self._cell(output, path, bases))
                continue
            row = self._tables.named(output.star, path)
            if row is None:
                return None
            open_ = open_ or not row.table.complete
            for column in row.table.columns:
                names.append(column.name)
                cells.append(Attribute(self._base(row, bases), column.attribute))
        return Row(tuple(names), tuple(cells), open_)

    def _cell(self, output: Output, path: str, bases: dict[int, Unknown]) -> Value:
        found = [cell for use in output.columns if (cell := self._source(use, path, bases)) is not None]
        if output.exact and len(found) == 1:
            return found[0]
        return Operation("sql", tuple(found), Loc(path, 0, 0))

    def _source(self, use: ColumnUse, path: str, bases: dict[int, Unknown]) -> Value | None:
        rows = [row for name in use.tables if (row := self._tables.named(name, path)) is not None]
        having = [(row, column) for row in rows if (column := column_of(row, use.name)) is not None]
        if len(having) != 1:
            return None
        row, column = having[0]
        return Attribute(self._base(row, bases), column.attribute)

    def _base(self, row: RowOf, bases: dict[int, Unknown]) -> Unknown:
        """The row of one table that the cells of a result are taken from."""
        if id(row.table) not in bases:
            bases[id(row.table)] = base = Unknown(f"a row of `{row.table.name}`")
            self._kinds.note(base, row)
        return bases[id(row.table)]


def _identity(value: Value) -> object:
    return ("attribute", _identity(value.base), value.name) if isinstance(value, Attribute) else id(value)
