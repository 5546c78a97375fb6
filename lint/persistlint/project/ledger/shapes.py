"""Classes that describe data: models of both Pydantics, SQLModels without a table, dataclasses and their kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Class,
    Const,
    External,
    Function,
    Lazy,
    Loc,
    Made,
    Mapping,
    Operation,
    Unknown,
    Value,
    flag,
)
from persistlint.project.ledger import bounds, validators
from persistlint.project.ledger.bounds import Range

_MODELS = ("pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic.v1.BaseModel", "sqlmodel.SQLModel")
_SETTINGS = ("BaseSettings",)
_FIELDS = ("pydantic.Field", "pydantic.fields.Field", "pydantic.v1.Field", "sqlmodel.Field", "dataclasses.field",
           "msgspec.field", "attrs.field", "attr.ib")  # fmt: skip
_RECORDS = frozenset({"msgspec.Struct", "typing.NamedTuple"})
_DRESSES = ("dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attrs.define", "attrs.frozen", "attr.define",
            "attr.frozen", "attr.s", "attr.attrs", "attr.dataclass")  # fmt: skip
_NEUTRAL = frozenset({"typing.Generic", "abc.ABC", "builtins.object", "typing.Protocol"}) | _RECORDS


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is written."""

    name: str
    owner: Class
    loc: Loc
    annotation: Value
    default: Value | None
    """None for a required field."""
    range: Range
    aliased: bool = False
    """It has another name outside."""


@dataclass(frozen=True, slots=True)
class ShapeClass:
    """A shape: its fields in order, and whether all of them could be read."""

    cls: Class
    fields: dict[str, Field]
    complete: bool
    from_attributes: bool
    kind: str
    """`model`, `dataclass` or `typed-dict`."""
    used: frozenset[str] = frozenset()
    """Fields that the class's own methods name."""


class Shapes:
    """The shapes of a project, each read once."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._found: dict[int, ShapeClass | None] = {}

    def of(self, cls: Class) -> ShapeClass | None:
        """What a class says as a shape; None for one that is none."""
        if id(cls) not in self._found:
            self._found[id(cls)] = None  # a shape may hold itself
            kind = _kind(cls)
            self._found[id(cls)] = None if kind is None else self._read(cls, kind)
        return self._found[id(cls)]

    def annotation(self, cls: Class, name: str) -> Value | None:
        """The annotation of a field."""
        shape = self.of(cls)
        found = None if shape is None else shape.fields.get(name)
        return None if found is None else found.annotation

    def _read(self, cls: Class, kind: str) -> ShapeClass:
        fields: dict[str, Field] = {}
        for owner in reversed(cls.mro()):
            if isinstance(owner, Class):
                for name in owner.annotations:
                    if not name.startswith(("_", "\0")) and name != "model_config":
                        found = self._field(owner, name)
                        if found is not None:
                            fields[name] = found
                for name in list(fields):
                    if name in owner.names and name not in owner.annotations:
                        fields[name] = replace(fields[name], default=owner.names[name])
        judged = validators.judge(self._machine, cls, fields)
        hidden = [base for base in cls.mro() if not isinstance(base, Class) and not _is_neutral(base)]
        return ShapeClass(cls, judged, not hidden, self._from_attributes(cls), kind, _used(cls, judged))

    def _field(self, owner: Class, name: str) -> Field | None:
        node, env, _ = owner.annotations[name]
        annotation = self._machine.eval_annotation(node, env)
        if _is_class_variable(annotation):
            return None
        value = owner.names.get(name)
        if isinstance(value, Lazy):
            value = self._machine.resolve(value, owner.env, name)
        options = value.kwargs if isinstance(value, Made) and value.name in _FIELDS else {}
        default = _default(value)
        return Field(
            name,
            owner,
            owner.places.get(name, owner.loc),
            annotation,
            default,
            bounds.read(self._machine, annotation, options, value.loc if options and isinstance(value, Made) else None),
            any(name in options for name in ("alias", "validation_alias", "serialization_alias")),
        )

    def _from_attributes(self, cls: Class) -> bool:
        for owner in cls.mro():
            if not isinstance(owner, Class):
                continue
            config = owner.names.get("model_config")
            if isinstance(config, Made) and "from_attributes" in config.kwargs:
                return flag(config.kwargs["from_attributes"]) is True
            if isinstance(config, Mapping) and (given := config.get("from_attributes")) is not None:
                return flag(given) is True
            inner = owner.names.get("Config")
            if isinstance(inner, Class):
                value = inner.find("from_attributes") or inner.find("orm_mode")
                if value is not None:
                    return flag(value) is True
        return False


def _used(cls: Class, fields: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for owner in cls.mro():
        for value in owner.names.values() if isinstance(owner, Class) else ():
            if isinstance(value, Function) and isinstance(value.node, code.FuncDef):
                body = value.env.module.facts.bodies[value.node.body]
                found.update(name for name in fields if name.encode() in body)
    return frozenset(found)


def _kind(cls: Class) -> str | None:
    names = [base.name for base in cls.mro() if isinstance(base, External)]
    if any(name.endswith(_SETTINGS) for name in names):
        return None
    if any(name in _MODELS for name in names):
        return None if flag(cls.keywords.get("table")) is True else "model"
    if any(name.endswith(".TypedDict") for name in names):
        return "typed-dict"
    if any(name in _RECORDS for name in names):
        return "dataclass"
    dressed = any(
        value.name.startswith(_DRESSES)
        for decorator in cls.decorators
        for value in (decorator.func if isinstance(decorator, Made) else decorator,)
        if isinstance(value, External)
    )
    return "dataclass" if dressed else None


def _is_neutral(base: Value) -> bool:
    while isinstance(base, Operation) and base.op == "[]":
        base = base.operands[0]
    name = base.name if isinstance(base, External) else ""
    return name in _NEUTRAL or name in _MODELS or name.endswith(".TypedDict")


def _is_class_variable(annotation: Value) -> bool:
    value = annotation.operands[0] if isinstance(annotation, Operation) and annotation.op == "[]" else annotation
    return isinstance(value, External) and value.name.endswith((".ClassVar", ".InitVar"))


def _default(value: Value | None) -> Value | None:
    if not isinstance(value, Made) or value.name not in _FIELDS:
        return None if isinstance(value, Function) else value
    if "default" in value.kwargs:
        given: Value | None = value.kwargs["default"]
    elif "default_factory" in value.kwargs or "factory" in value.kwargs:
        return Unknown("made by a default factory")
    else:
        given = value.args[0] if value.args else None
    # `Field(...)`: an ellipsis is outside the interpreter's vocabulary, and the only such thing written there.
    return None if given is None or (isinstance(given, Unknown) and given.reason.endswith("not modelled")) else given


def is_none(value: Value | None) -> bool:
    """Whether a value is None for certain."""
    return isinstance(value, Const) and value.value is None
