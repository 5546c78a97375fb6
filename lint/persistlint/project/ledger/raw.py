"""What raw SQL stores and yields: parameters to the columns that they fill, and rows by the columns that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from persistlint.facts.sql import BoundValue, ColumnUse, Kind, Output, SqlStatement, hole
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    External,
    Items,
    Loc,
    Made,
    Mapping,
    Operation,
    Row,
    Text,
    Unknown,
    Value,
    options_of,
    text,
)
from persistlint.project.ledger.kinds import Document, Kinds, RowOf
from persistlint.project.ledger.rawtables import RawTables
from persistlint.project.ledger.trace import At, Built
from persistlint.project.model import Statement
from persistlint.project.sql.sites import EXECUTORS

_WRAPPERS = frozenset({"text", "DDL"})
_ROWS = frozenset({"fetchall", "fetchmany", "all", "partitions"})
_ROW = frozenset({"fetchone", "first", "one", "one_or_none"})
_CELL = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_SAME = frozenset({"mappings", "unique", "tuples", "yield_per"})
"""Methods of a result that give it again, as far as the values of its rows go."""
_DEEPEST = 8
_MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class _Given:
    """The parameters of one row: by position, by name, or as a value of which either can be asked."""

    positional: tuple[Value, ...] | None
    named: dict[str, Value] | None
    whole: Value | None = None


class Raw:
    """Knows the SQL of a project while its functions are interpreted."""

    def __init__(self, statements: Iterable[Statement], tables: RawTables, kinds: Kinds) -> None:
        self._tables = tables
        self._kinds = kinds
        self._by_text: dict[str, list[SqlStatement]] = {}
        for statement in statements:
            known = self._by_text.setdefault(statement.text, [])
            if statement.sql not in known:
                known.append(statement.sql)
        self._last: dict[object, tuple[Value, Value]] = {}
        """By cursor, what it has executed last; with the cursor, so that no other can have its identity."""
        self._rows: dict[tuple[str, str], Row | None] = {}
        self.followed: set[str] = set()
        """The texts whose parameters were met and are no function's own, or whose rows are known."""

    def forget(self) -> None:
        """Begin a new function: what another one's cursors have executed is over."""
        self._last.clear()

    # -- in ------------------------------------------------------------------------------------------------------------

    def built(self, event: CallEvent, at: At) -> Iterator[Built]:
        """The rows that a call inserts or updates."""
        if event.name not in EXECUTORS or event.name in _WRAPPERS:
            return
        query = _query_of(event.args, event.kwargs)
        if query is None:
            return
        if isinstance(event.func, Attribute):
            self._last[_identity(event.func.base)] = event.func.base, query
        for sql, written in self._statements(query):
            if sql.kind in (Kind.INSERT, Kind.UPDATE) and sql.foreign_dialect is None:
                for given in self._given(event, query):
                    one = self._one(sql, given, at)
                    if one is not None:
                        if not any(isinstance(value, Unknown) and value.parameter for value in one.values.values()):
                            self.followed.add(written)
                        yield one

    def _one(self, sql: SqlStatement, given: _Given, at: At) -> Built | None:
        target = sql.insert.table if sql.insert is not None else _target(sql)
        row = None if target is None else self._tables.named(target, at.loc.path)
        if row is None:
            return None
        values: dict[str, Value] = {}
        for use in sql.columns:
            if use.write and (column := _column(row, use.name)) is not None:
                values.setdefault(column, Unknown("computed by SQL"))
        for bound in sql.bound:
            name = bound.column if bound.column is not None else _at_place(row, bound, sql)
            column = None if name is None else _column(row, name)
            value = self._value(bound, given, at.loc)
            if column is not None and value is not None:
                values[column] = value if bound.exact else Operation("sql", (value,), at.loc)
        if not values:
            return None
        return Built(at, row, values, open=False, via="sql", update=sql.kind is Kind.UPDATE)

    def _value(self, bound: BoundValue, given: _Given, loc: Loc) -> Value | None:
        key = bound.key
        if isinstance(key, int):
            if given.positional is not None:
                return given.positional[key] if key < len(given.positional) else None
            return None if given.whole is None else Attribute(given.whole, f"[{key}]")
        if key is None:
            return None
        if given.named is not None:
            return given.named.get(key)
        return None if given.whole is None else Operation("[]", (given.whole, text(key)), loc)

    def _given(self, event: CallEvent, query: Value) -> Iterator[_Given]:
        """The parameters of each row, or of an example of them."""
        named = {key: value for key, value in event.kwargs.items() if key not in ("sql", "query", "statement")}
        named.update(_bound_to(query, 0))
        params = event.args[1] if len(event.args) > 1 else None
        for key in ("params", "parameters", "values", "seq_of_parameters"):
            params = params or named.pop(key, None)
        if params is None:
            yield _Given((), named)
            return
        many = "many" in event.name
        for option in options_of(params):
            for one in self._sets(option, many=many):
                given = self._set(one, named)
                if given is not None:
                    yield given
        if len(event.args) > 2 and not isinstance(params, Items | Mapping):
            yield _Given(event.args[1:], None)  # `execute(sql, a, b)`, as some wrappers have it

    def _sets(self, params: Value, *, many: bool) -> list[Value]:
        if isinstance(params, Items):
            found = [*params.items, *([] if params.element is None else [params.element])]
            inner = [one for value in found for one in options_of(value)]
            if many or (inner and all(isinstance(one, Mapping) for one in inner)):
                return inner[:_MOST_ROWS]
        return [params]

    def _set(self, value: Value, named: dict[str, Value]) -> _Given | None:
        match value:
            case Items(items=items, open=False):
                return _Given(tuple(items), named)
            case Row(cells=cells) if not value.open:
                return _Given(cells, dict(zip(value.names, cells, strict=True)))
            case Mapping():
                entries = {key.known: entry for key, entry in value.entries if isinstance(key, Text)}
                return _Given(None, {**named, **{key: one for key, one in entries.items() if key is not None}})
            case _ if isinstance(self._kinds.of(value), Document):
                return _Given(None, None, value)
            case _:
                return None

    # -- out -----------------------------------------------------------------------------------------------------------

    def answer(self, func: Value, args: list[Value]) -> Value | None:
        """The rows, or the cell, that a method of a result gives."""
        if not isinstance(func, Attribute) or args[1:]:
            return None
        if func.name in _ROWS:
            row = self.row_of(func.base)
            return None if row is None else Items("list", [], open=True, element=row)
        if func.name in _ROW:
            return self.row_of(func.base)
        if func.name in _CELL or func.name == "scalars":
            row = self.row_of(func.base)
            if row is None or not row.cells:
                return None
            return Items("list", [], open=True, element=row.cells[0]) if func.name == "scalars" else row.cells[0]
        return None

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
            query = _query_of(tuple(value.args), value.kwargs) if value.func.name in EXECUTORS else None
            if query is not None:
                return self._yielded(query, value.loc.path)
        last = self._last.get(_identity(value))
        return None if last is None else self._yielded(last[1], "")

    def _yielded(self, query: Value, path: str) -> Row | None:
        found = list(self._statements(query))
        if len(found) != 1 or found[0][0].kind is not Kind.SELECT:
            return None
        sql, written = found[0]
        key = written, path
        if key not in self._rows:
            self._rows[key] = self._row(sql.outputs, path)
        if self._rows[key] is not None:
            self.followed.add(written)
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
        having = [(row, name) for row in rows if (name := _column(row, use.name)) is not None]
        if len(having) != 1:
            return None
        row, name = having[0]
        found = row.table.by_name(name)
        return None if found is None else Attribute(self._base(row, bases), found.attribute)

    def _base(self, row: RowOf, bases: dict[int, Unknown]) -> Unknown:
        """The row of one table that the cells of a result are taken from."""
        if id(row.table) not in bases:
            bases[id(row.table)] = base = Unknown(f"a row of `{row.table.name}`")
            self._kinds.note(base, row)
        return bases[id(row.table)]

    def _statements(self, query: Value) -> Iterator[tuple[SqlStatement, str]]:
        for option in options_of(query):
            found = option if isinstance(option, Text) else _text_of(option, 0)
            if found is not None:
                written = _written(found)
                for sql in self._by_text.get(written, ()):
                    yield sql, written


def _query_of(args: tuple[Value, ...], kwargs: dict[str, Value]) -> Value | None:
    """The SQL that a call is given: a text, or `text(…)`."""
    first = args[0] if args else next((kwargs[key] for key in ("query", "sql", "statement") if key in kwargs), None)
    if first is None:
        return None
    texts = [one for one in options_of(first) if isinstance(one, Text) or _text_of(one, 0) is not None]
    return first if texts else None


def _text_of(value: Value, depth: int) -> Text | None:
    """The text of `text("…")`, with or without `.bindparams(…)` behind it."""
    match value:
        case Made(func=External(name=name), args=[Text() as inner, *_]) if name.rpartition(".")[2] in _WRAPPERS:
            return inner
        case Made(func=Attribute(base=base, name="bindparams" | "columns")) if depth < _DEEPEST:
            return _text_of(base, depth + 1)
        case _:
            return None


def _bound_to(value: Value, depth: int) -> dict[str, Value]:
    """The parameters of `text("…").bindparams(a=…)`."""
    match value:
        case Made(func=Attribute(base=base, name="bindparams"), kwargs=kwargs) if depth < _DEEPEST:
            return {**_bound_to(base, depth + 1), **kwargs}
        case Choice(options=(first, *_)):
            return _bound_to(first, depth + 1)
        case _:
            return {}


def _written(value: Text) -> str:
    """The text as its statements were read: with stand-ins for its unknown parts."""
    out: list[str] = []
    gaps = 0
    for part in value.parts:
        if isinstance(part, Chunk):
            out.append(part.text)
        else:
            out.append(hole(min(gaps, 9999)))
            gaps += 1
    return "".join(out)


def _identity(value: Value) -> object:
    return ("attribute", _identity(value.base), value.name) if isinstance(value, Attribute) else id(value)


def _target(sql: SqlStatement) -> str | None:
    return next((use.name for use in sql.tables if use.write), None)


def _column(row: RowOf, name: str) -> str | None:
    """The column's name as the table has it; SQL does not tell cases apart."""
    lowered = name.lower()
    return next((column.name for column in row.table.columns if column.name.lower() == lowered), None)


def _at_place(row: RowOf, bound: BoundValue, sql: SqlStatement) -> str | None:
    """The column at a place of `INSERT INTO t VALUES …`, where the table's columns are all known."""
    columns = row.table.columns
    width = sql.insert.width if sql.insert is not None else None
    return columns[bound.place].name if row.table.complete and width == len(columns) else None
