"""What a value is where columns are concerned: a row of a table, an API shape, a loaded document, or many of these."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    External,
    Instance,
    Items,
    Made,
    Mapping,
    Operation,
    Unknown,
    Value,
    options_of,
)
from persistlint.project.ledger.bodies import is_body
from persistlint.project.ledger.shapes import Shapes
from persistlint.project.sqlalchemy.annotations import is_annotated, listed, unwrap_annotation
from persistlint.project.sqlalchemy.declarative import Declarative
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.project.sqlalchemy.settle import Settler
from persistlint.project.sqlalchemy.symbols import made

_DEEPEST = 12
_MANY = frozenset({
    "list", "List", "Sequence", "Iterable", "Iterator", "set", "Set", "frozenset", "tuple", "Tuple", "Collection",
    "Generator", "MutableSequence", "AsyncIterator", "Query", "ScalarResult",
})  # fmt: skip
SAME = frozenset({
    "filter", "filter_by", "where", "order_by", "limit", "offset", "all", "options", "join", "outerjoin", "distinct",
    "with_for_update", "unique", "scalars", "execution_options", "yield_per", "populate_existing", "group_by",
    "having", "params", "enable_eagerloads", "partitions", "fetchall", "fetchmany", "slice", "isouter", "select_from",
})  # fmt: skip
_ONE = frozenset({
    "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar", "get", "get_or_404", "first_or_404",
    "one_or_404", "fetchone",
})  # fmt: skip
_LOADS = frozenset({
    "json.load", "json.loads", "orjson.loads", "ujson.load", "ujson.loads", "simplejson.load", "simplejson.loads",
    "yaml.safe_load", "yaml.load", "tomllib.load", "tomllib.loads", "toml.load", "csv.reader", "csv.DictReader",
    "pickle.load", "yaml.full_load", "rapidjson.load", "rapidjson.loads",
})  # fmt: skip
_TYPED = {
    "msgspec.json.decode": None, "msgspec.yaml.decode": None, "msgspec.toml.decode": None, "msgspec.convert": 1,
    "cattrs.structure": 1, "cattr.structure": 1, "dacite.from_dict": 0, "pydantic.parse_obj_as": 0,
    "pydantic.parse_raw_as": 0, "pydantic.parse_file_as": 0,
}  # fmt: skip
"""Functions that make objects of a type out of a document, and the place of that type among their arguments."""
_VALIDATES = frozenset({
    "model_validate", "parse_obj", "from_orm", "model_validate_json", "parse_raw", "model_construct", "validate",
    "construct", "validate_python", "validate_json", "parse_file", "from_dict",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row as an object of its model."""

    table: TableDraft
    cls: Class | None


@dataclass(frozen=True, slots=True)
class ShapeOf:
    """An instance of an API shape."""

    cls: Class


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded document, or any part of one; `loaded` is the call that loaded it, or the body of a request."""

    loaded: Value


@dataclass(frozen=True, slots=True)
class Many:
    """A collection, query or result of which each element is `inner`; `rows` for tuples of one, as `execute` gives."""

    inner: Kind
    rows: bool = False


Kind = RowOf | ShapeOf | Document | Many


class Kinds:
    """Classifies values, each once."""

    def __init__(self, declarative: Declarative, tables: Settler, shapes: Shapes) -> None:
        self._declarative = declarative
        self._tables = tables
        self._shapes = shapes
        self._known: dict[int, tuple[Value, Kind | None]] = {}

    def of(self, value: Value | None, depth: int = 0) -> Kind | None:
        """What a value is; None for anything else, or where that cannot be known."""
        if value is None or depth > _DEEPEST:
            return None
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        found = self._find(value, depth)
        if not isinstance(value, Items | Mapping):  # these change
            self._known[id(value)] = value, found
        return found

    def note(self, value: Value, kind: Kind) -> None:
        """Let a value be what only the one who made it knows."""
        self._known[id(value)] = value, kind

    def of_class(self, cls: Class) -> Kind | None:
        """What instances of a class are."""
        draft = self._declarative.table_of(cls)
        if draft is not None:
            return RowOf(draft, cls)
        return ShapeOf(cls) if self._shapes.of(cls) is not None else None

    def of_table(self, value: Value) -> RowOf | None:
        """Rows of a Core table, or of a model's `__table__`."""
        draft = self._tables.table(value)
        return None if draft is None else RowOf(draft, draft.cls)

    def of_annotation(self, value: Value, depth: int = 0) -> Kind | None:
        """What a value of that annotation is."""
        if depth > _DEEPEST:
            return None
        python, _, _ = unwrap_annotation(value)
        if is_annotated(python) and isinstance(python, Operation):
            return self.of_annotation(listed(python.operands[1])[0], depth + 1)
        match python:
            case Class():
                return self.of_class(python)
            case Operation(op="[]", operands=(External(name=name), inner)) if name.rpartition(".")[2] in _MANY:
                found = self.of_annotation(listed(inner)[0], depth + 1)
                return None if found is None else Many(found)
            case _:
                return None

    def _find(self, value: Value, depth: int) -> Kind | None:
        match value:
            case Instance(cls=cls):
                return self.of_class(cls)
            case Unknown(annotation=annotation):
                return None if annotation is None else self.of_annotation(annotation)
            case Choice(options=options):
                return next((kind for one in options if (kind := self.of(one, depth + 1)) is not None), None)
            case Attribute() | External() if is_body(value):
                return Document(value)
            case Attribute():
                return self._attribute(value, depth)
            case Operation(op="[]", operands=(base, _)):
                return _element(self.of(base, depth + 1))
            case Made():
                return self._made(value, depth)
            case Items(items=items, element=element):
                inner = next((kind for one in (*items, element) if (kind := self.of(one, depth + 1))), None)
                return None if inner is None else Many(inner)
            case _:
                return None

    def _attribute(self, value: Attribute, depth: int) -> Kind | None:
        base, name = value.base, value.name
        if isinstance(base, Class):
            kind = self.of_class(base) if name == "query" else None
            return Many(kind) if isinstance(kind, RowOf) else None
        owner = self.of(base, depth + 1)
        if name.startswith("["):
            return _element(owner)
        match owner:
            case ShapeOf(cls=cls):
                annotation = self._shapes.annotation(cls, name)
                return None if annotation is None else self.of_annotation(annotation)
            case Document():
                return owner
            case _:
                return None

    def _made(self, value: Made, depth: int) -> Kind | None:
        if value.name in _LOADS or is_body(value):
            return Document(value)
        if value.name in _TYPED:
            return self._decoded(value)
        if value.name in ("builtins.next", "builtins.max", "builtins.min") and value.args:
            return _element(self.of(value.args[0], depth + 1))
        if made(value) == "select":
            return self._selected(value)
        if isinstance(value.func, Attribute):
            return self._method(value, value.func, depth)
        return None

    def _decoded(self, value: Made) -> Kind | None:
        """What a decoder gives that is told the type of what it is to find, as `msgspec.json.decode(data, type=T)`."""
        place = _TYPED[value.name]
        wanted = value.kwargs.get("type") or value.kwargs.get("data_class")
        if wanted is None and place is not None and place < len(value.args):
            wanted = value.args[place]
        return Document(value) if wanted is None else self.of_annotation(wanted)

    def _selected(self, value: Made) -> Kind | None:
        """What `select(Model)` or `session.query(Model)` selects; columns of models are no rows."""
        model = _model(value.args[0]) if len(value.args) == 1 else None
        kind = None if model is None else self.of_class(model)
        return Many(kind) if isinstance(kind, RowOf) else None

    def _method(self, value: Made, func: Attribute, depth: int) -> Kind | None:
        base, name = func.base, func.name
        if isinstance(base, Class):
            return self.of_class(base) if name in _VALIDATES else None
        if (
            name in _VALIDATES | {"decode"}
            and isinstance(base, Made)
            and base.name.endswith(("TypeAdapter", "Decoder"))
        ):
            wanted = base.args[0] if base.args else base.kwargs.get("type")
            return Document(value) if wanted is None else self.of_annotation(wanted)
        owner = self.of(base, depth + 1)
        if isinstance(owner, Document):
            return owner
        if isinstance(owner, Many):
            return _of_collection(owner, name)
        if owner is not None:
            return owner if name in ("model_copy", "copy", "first_or_404") else None
        return self._of_session(value, name, depth)

    def _of_session(self, value: Made, name: str, depth: int) -> Kind | None:
        first = value.args[0] if value.args else None
        if name == "query":
            return self._selected(value)
        if name in ("get", "get_one", "get_or_404") and (model := _model(first)) is not None:
            kind = self.of_class(model)
            return kind if isinstance(kind, RowOf) else None
        given = self.of(first, depth + 1) if name in ("execute", "exec", "scalars", "scalar", "merge") else None
        if name == "merge":
            return given
        if not isinstance(given, Many):
            return None
        if name == "execute":
            return Many(given.inner, rows=True)
        return given.inner if name == "scalar" else Many(given.inner)


def _model(value: Value | None) -> Class | None:
    """The class that a value is, or is once it has been imported: `_Model = None` until the first call."""
    classes = [option for option in options_of(value) if isinstance(option, Class)] if value is not None else []
    return classes[0] if len(classes) == 1 else None


def _of_collection(owner: Many, name: str) -> Kind | None:
    if name == "scalars":
        return Many(owner.inner)
    if name in SAME:
        return owner
    if name in _ONE:
        single = name in ("scalar", "scalar_one", "scalar_one_or_none")
        return owner.inner if single or not owner.rows else Many(owner.inner)
    if name in ("pop", "popleft"):
        return owner.inner
    return owner if name in ("copy", "values") else None


def _element(owner: Kind | None) -> Kind | None:
    if isinstance(owner, Many):
        # A row of `execute` is a tuple of one; indexing it once more gives the object.
        return Many(owner.inner) if owner.rows else owner.inner
    return owner if isinstance(owner, Document) else None
