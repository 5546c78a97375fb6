"""What calls give that only someone who knows shapes and rows can tell: `model_dump()`, `row.to_dict()`, …"""

from __future__ import annotations

from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Class,
    External,
    Function,
    Instance,
    Items,
    Made,
    Mapping,
    Value,
    flag,
    known,
    text,
)
from persistlint.project.ledger.kinds import Kinds, RowOf, ShapeOf
from persistlint.project.ledger.raw.rows import Rows
from persistlint.project.ledger.shapes import Shapes

_DUMPS = frozenset({"model_dump", "dict"})
_FIELD_NAMES = frozenset({"model_fields_set", "model_fields", "__fields_set__", "__fields__"})
_AS_DICT = frozenset({"dataclasses.asdict", "attr.asdict", "attrs.asdict", "fastapi.encoders.jsonable_encoder"})


class Answers:
    """Answers calls while functions are interpreted.

    `modes` says of a value that came out of a dump, by identity, which values were left out of it: `unset`, `none`,
    `defaults` or `` for none. `dumped` lists the shapes that were dumped whole, with the fields left out by name.
    """

    def __init__(self, machine: Machine, kinds: Kinds, shapes: Shapes, rows: Rows) -> None:
        self.modes: dict[int, tuple[Value, str]] = {}
        self.classes: dict[int, tuple[Mapping, Value]] = {}
        """By identity of a mapping, the mapping and the shape that it was dumped from."""
        self._machine = machine
        self._kinds = kinds
        self._shapes = shapes
        self._rows = rows

    def answer(self, func: Value, args: list[Value], kwargs: dict[str, Value]) -> Value | None:
        """The value of a call; None where nothing is known of it here."""
        told = self._rows.answer(func, args)
        if told is not None:
            return told
        match func:
            case Attribute(base=base, name=name):
                return self._method(base, name, args, kwargs)
            case External(name=name) if args and (name in _AS_DICT or name == "builtins.vars"):
                return self._dump(args[0], kwargs)
            case _:
                return None

    def elements(self, value: Value) -> Items | None:
        """The columns that a loop over `row.__table__.columns` or `inspect(row).mapper.column_attrs` meets.

        And the names of fields that one over `form.model_fields_set` meets.
        """
        match value:
            case Attribute(base=owner, name=name) if name in _FIELD_NAMES:
                return self._field_names(owner)
            case Attribute(base=Attribute(base=owner, name="__table__"), name="columns" | "c"):
                by_attribute = False
            case Attribute(base=Attribute(base=Made(args=(owner,)) as made, name="mapper"), name="column_attrs") if (
                isinstance(made.func, External) and made.func.name.endswith(".inspect")
            ):
                by_attribute = True
            case _:
                return self._rows.elements(value)
        kind = self._kinds.of_class(owner) if isinstance(owner, Class) else self._kinds.of(owner)
        if not isinstance(kind, RowOf) or kind.cls is None:
            return None
        cls = Class("Column", "Column", (), {}, {}, kind.cls.env, kind.cls.loc)
        items: list[Value] = []
        for column in kind.table.columns:
            key = text(column.attribute if by_attribute else column.name)
            items.append(Instance(cls, {"name": text(column.name), "key": key}))
        return Items("list", items, open=not kind.table.complete)

    def _field_names(self, owner: Value) -> Items | None:
        kind = self._kinds.of_class(owner) if isinstance(owner, Class) else self._kinds.of(owner)
        shape = self._shapes.of(kind.cls) if isinstance(kind, ShapeOf) else None
        return None if shape is None else Items("list", [text(name) for name in shape.fields], open=not shape.complete)

    def _method(self, base: Value, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value | None:
        if isinstance(base, Class):
            return None
        kind = self._kinds.of(base)
        match kind:
            case RowOf(cls=cls) | ShapeOf(cls=cls):
                pass
            case _:
                return None
        if cls is None:
            return None
        own = cls.find(name)
        if isinstance(own, Function) and not isinstance(base, Instance):
            bound = base if own.kind != "classmethod" else cls
            function = Function(own.node, own.env, own.qualname, own.kind, bound, own.owner, own.decorators)
            return self._machine.invoke(function, args, kwargs, len(self._machine.stack) // 4)
        if own is None and name in _DUMPS:
            return self._dump(base, kwargs)
        return None

    def _dump(self, base: Value, kwargs: dict[str, Value]) -> Value | None:
        kind = self._kinds.of(base)
        names: list[tuple[str, Value | None]]
        if isinstance(kind, ShapeOf):
            shape = self._shapes.of(kind.cls)
            if shape is None or not shape.complete:
                return Mapping([], open=True)
            names = [(field.name, field.default) for field in shape.fields.values()]
        elif isinstance(kind, RowOf):
            names = [(column.attribute, None) for column in kind.table.columns]
        else:
            return None
        only, without = _names(kwargs.get("include")), _names(kwargs.get("exclude"))
        mode = next((one for one in ("none", "unset", "defaults") if flag(kwargs.get(f"exclude_{one}")) is True), "")
        out = Mapping([], open=only == _UNKNOWN or without == _UNKNOWN)
        for name, default in names:
            if (only is not None and only != _UNKNOWN and name not in only) or (
                without is not None and name in without
            ):
                continue
            value = self._value(base, name, default)
            self.modes[id(value)] = value, mode
            out.entries.append((text(name), value))
        self.classes[id(out)] = out, base
        return out

    @staticmethod
    def _value(base: Value, name: str, default: Value | None) -> Value:
        if isinstance(base, Instance):
            given = base.attrs.get(name) or base.kwargs.get(name)
            if given is not None:
                return given
            if not base.open and default is not None:
                return default
        return Attribute(base, name)


_UNKNOWN = frozenset({"\0"})


def _names(value: Value | None) -> frozenset[str] | None:
    """The names of `include=` or `exclude=`; None where it is not given."""
    match value:
        case None:
            return None
        case Items(items=items, open=False):
            found = [known(one) for one in items]
        case Mapping(entries=entries, open=False):
            found = [known(key) for key, _ in entries]
        case _:
            return None if flag(value) is False else _UNKNOWN
    return _UNKNOWN if None in found else frozenset(one for one in found if one is not None)
