"""Where a value comes from: columns of rows, fields of shapes, loaded documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    External,
    Gap,
    Instance,
    Items,
    Made,
    Mapping,
    Operation,
    Row,
    Text,
    Unknown,
    Value,
    known,
    options_of,
)
from persistlint.project.ledger.bodies import is_upload
from persistlint.project.ledger.kinds import Document, Kinds, RowOf, ShapeOf
from persistlint.project.ledger.shapes import Shapes
from persistlint.project.sqlalchemy.columns import column_object
from persistlint.project.sqlalchemy.draft import ColumnDraft, TableDraft
from persistlint.project.sqlalchemy.settle import Settler

_DEEPEST = 10
_ASKED = frozenset({
    "execute", "exec", "exec_driver_sql", "executemany", "query", "scalar", "scalars", "fetchone", "fetchall", "first",
    "one", "one_or_none", "scalar_one", "scalar_one_or_none", "filter", "filter_by", "where",
})  # fmt: skip
"""Methods whose result is the database's."""
_HANDLED = frozenset({"json.load", "csv.reader", "csv.DictReader", "tomllib.load", "pickle.load"})
"""What reads from an open file."""


@dataclass(frozen=True, slots=True)
class FromColumn:
    """A column of a row."""

    table: TableDraft
    column: ColumnDraft


@dataclass(frozen=True, slots=True)
class FromField:
    """A field of a shape; `base` is the shape's value."""

    cls: Class
    name: str
    base: Value


@dataclass(frozen=True, slots=True)
class FromDocument:
    """An entry of a loaded document. `key` is None where it is not known; `by` is `get` or `item`."""

    loaded: Value
    key: str | None
    by: str
    entry: Value


Origin = FromColumn | FromField | FromDocument


class Origins:
    """Finds the origins of values."""

    def __init__(self, kinds: Kinds, shapes: Shapes, settler: Settler) -> None:
        self._kinds = kinds
        self._shapes = shapes
        self._settler = settler

    def of(self, value: Value, depth: int = 0) -> Iterator[Origin]:
        """Everything that a value is, or is computed from."""
        if depth > _DEEPEST:
            return
        own = self.direct(value)
        if own is not None:
            yield own
            if isinstance(own, FromDocument):
                return
        for inner in _inside(value):
            yield from self.of(inner, depth + 1)

    def carried(self, value: Value, depth: int = 0) -> bool:
        """Whether a value is one of a document or shape, or computed from one: not what a database knows of it."""
        own = self.direct(value)
        if own is not None or depth > _DEEPEST:
            return isinstance(own, FromDocument | FromField)
        if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name in _ASKED:
            return False
        return any(self.carried(inner, depth + 1) for inner in _inside(value))

    def direct(self, value: Value) -> Origin | None:
        """What a value is itself, unchanged."""
        match value:
            case Attribute(base=base, name=name):
                return self._attribute(base, name)
            case Operation(op="[]", operands=(base, index)):
                kind = self._kinds.of(base)
                if isinstance(kind, Document):
                    return FromDocument(kind.loaded, known(index), "item", base)
                return None
            case Made(func=Attribute(base=base, name=name), args=args):
                kind = self._kinds.of(base)
                if isinstance(kind, Document) and name in ("get", "pop", "setdefault") and args:
                    return FromDocument(kind.loaded, known(args[0]), "get", base)
                return None
            case Made():
                found = self._settler.column(value, None) if column_object(value) is not None else None
                return None if found is None else FromColumn(*found)
            case _:
                return None

    def plain(self, value: Value) -> Origin | None:
        """What a value is, unchanged wherever it is not a constant: `data.x if data.x else None` too."""
        for option in options_of(value):
            found = self.direct(option)
            if found is not None:
                return found
            if not isinstance(option, Const):
                return None
        return None

    def _attribute(self, base: Value, name: str) -> Origin | None:
        match self._kinds.of(base):
            case RowOf(table=table):
                column = table.by_attribute(name)
                return None if column is None else FromColumn(table, column)
            case ShapeOf(cls=cls):
                shape = self._shapes.of(cls)
                return FromField(cls, name, base) if shape is not None and name in shape.fields else None
            case Document(loaded=loaded) if name.startswith("["):
                return FromDocument(loaded, None, "item", base)
            case _:
                return None


def _inside(value: Value) -> tuple[Value, ...]:
    match value:
        case Attribute(base=base):
            return (base,)
        case Choice(options=options):
            return options
        case Operation(operands=operands):
            return operands
        case Made(func=func, args=args, kwargs=kwargs):
            return (
                (func, *args, *kwargs.values()) if not isinstance(func, External | Class) else (*args, *kwargs.values())
            )
        case Text(parts=parts):
            return tuple(part.value for part in parts if isinstance(part, Gap))
        case Items(items=items, element=element):
            return (*items, element) if element is not None else tuple(items)
        case Row(cells=cells):
            return cells
        case Mapping(entries=entries):
            return tuple(entry for _, entry in entries)
        case Instance(kwargs=kwargs):
            return tuple(kwargs.values())
        case _:
            return ()


def file_of(value: Value | None, depth: int = 0) -> Value | None:
    """The path of the file that a loaded document was read from; None where it was not read from a file."""
    if value is None or depth > _DEEPEST:
        return None
    if is_upload(value):
        return value
    match value:
        case Made(func=External(name=name), args=args):
            last = name.rpartition(".")[2]
            if last == "open" and args:
                return args[0]
            return next((path for one in args if (path := file_of(one, depth + 1)) is not None), None)
        case Made(func=Attribute(base=base, name=name), args=args):
            if name in ("read_text", "read_bytes", "open"):
                return base
            inner = file_of(base, depth + 1)
            if inner is not None:
                return inner
            return next((path for one in args if (path := file_of(one, depth + 1)) is not None), None)
        case Choice(options=options):
            return next((path for one in options if (path := file_of(one, depth + 1)) is not None), None)
        case Attribute(base=base):
            return file_of(base, depth + 1)
        case _:
            return None


def handle_of(value: Value) -> Value | None:
    """The open file, given by somebody else, that a document was read from: `json.load(stream)`."""
    if not isinstance(value, Made) or value.name not in _HANDLED or not value.args:
        return None
    given = value.args[0]
    return given if isinstance(given, Unknown) and given.parameter is not None else None


def shape_file(base: Value, depth: int = 0) -> Value | None:
    """The path of the file that a shape's value was parsed from."""
    if depth > _DEEPEST:
        return None
    match base:
        case Attribute(base=inner) | Operation(op="[]", operands=(inner, _)):
            return shape_file(inner, depth + 1)
        case Choice(options=options):
            return next((path for one in options if (path := shape_file(one, depth + 1)) is not None), None)
        case Instance(spread=spread):
            return next((path for one in spread if (path := file_of(one, depth + 1)) is not None), None)
        case Made(func=Attribute() | External()):
            return file_of(base)
        case _:
            return None
