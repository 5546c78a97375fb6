"""Which classes are mapped to tables, and what makes them so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.facts import code
from persistlint.project.interp.values import Attribute, Choice, Class, External, Made, Unknown, Value
from persistlint.project.sqlalchemy.annotations import MAPPED
from persistlint.project.sqlalchemy.columns import column_object
from persistlint.project.sqlalchemy.symbols import is_extension, made, symbol

_ROOT_BASES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "AutomapBase", "Model", "ModelBase"})
_ROOT_MAKERS = frozenset({"declarative_base", "automap_base", "deferred_reflection", "generate_base"})


@dataclass(frozen=True, slots=True)
class Root:
    """What makes a class mapped: its declarative root and the flavour."""

    value: Value
    flavour: str
    """`declarative`, `sqlmodel` or `flask`."""


def lineage(cls: Class) -> Iterator[Value]:
    """A class and its bases as SQLAlchemy sees them: `declarative_base(cls=…)` brings its class with it."""
    for value in cls.mro():
        yield value
        brought = _brought(value)
        if isinstance(brought, Class):
            yield from brought.mro()


def _brought(base: Value) -> Value | None:
    match base:
        case Made(kwargs=kwargs):
            return kwargs.get("cls")
        case Attribute(base=Made(kwargs=kwargs), name="Model"):
            return kwargs.get("model_class")  # `SQLAlchemy(model_class=Base)`
        case _:
            return None


def inherited(cls: Class, name: str) -> Value | None:
    """A name in a class or its project bases."""
    owners = (owner for owner in lineage(cls) if isinstance(owner, Class))
    return next((owner.names[name] for owner in owners if name in owner.names), None)


class Roots:
    """The declarative roots of classes, each found once."""

    def __init__(self) -> None:
        self._found: dict[int, Root | None] = {}

    def of(self, cls: Class) -> Root | None:
        """The declarative root of a class; None for one that is not mapped."""
        if id(cls) not in self._found:
            self._found[id(cls)] = _find_root(cls)
        return self._found[id(cls)]


def _find_root(cls: Class) -> Root | None:
    if any(made(value) in ("mapped", "mapped_as_dataclass") or _is_mapped_decorator(value) for value in cls.decorators):
        return Root(cls, "declarative")
    if any(called(value) in ("as_declarative", "as_declarative_base") for value in cls.decorators):
        return Root(cls, "declarative")
    for base in cls.mro():
        if base is cls:
            continue
        if isinstance(base, Class):
            if any(called(value) in ("as_declarative", "as_declarative_base") for value in base.decorators):
                return Root(base, "declarative")
            continue
        found = _root_of_base(cls, base)
        if found is not None:
            return found
    return _by_shape(cls)


def _root_of_base(cls: Class, base: Value) -> Root | None:
    name = symbol(base)
    if isinstance(base, Made):
        maker = made(base) or (base.func.name if isinstance(base.func, Attribute) else "")
        return Root(base, "declarative") if maker in _ROOT_MAKERS else None
    if name == "SQLModel":
        return Root(base, "sqlmodel")
    if (
        isinstance(base, Attribute)
        and base.name == "Model"
        and (is_extension(base.base) or "__tablename__" in cls.names)
    ):
        return Root(base, "flask")
    if isinstance(base, External) and base.name.endswith((".db.Model", "flask_appbuilder.Model")):
        return Root(base, "flask" if base.name.endswith(".db.Model") else "declarative")
    if name in _ROOT_BASES and name != "Model":
        return Root(_lowest(cls, base), "declarative")
    return None


def _by_shape(cls: Class) -> Root | None:
    """A class whose base cannot be seen, but which says itself what table it is."""
    hidden = next((base for base in cls.mro() if isinstance(base, Unknown | External | Attribute | Choice)), None)
    if hidden is None or cls.find("__tablename__") is None:
        return None
    shaped = any(column_object(value) is not None for value in cls.names.values()) or any(
        _is_mapped_annotation(node) for node, _, _ in cls.annotations.values()
    )
    return Root(hidden, "declarative") if shaped else None


def _is_mapped_annotation(node: code.Expr) -> bool:
    return isinstance(node, code.Sub) and isinstance(node.base, code.Name) and node.base.id in MAPPED


def _lowest(cls: Class, base: Value) -> Value:
    """The project class that derives directly from an external root: the declarative base of its family."""
    for owner in cls.mro():
        if isinstance(owner, Class) and any(parent is base for parent in owner.bases):
            return owner
        if isinstance(owner, Class) and any(symbol(parent) == symbol(base) and symbol(base) for parent in owner.bases):
            return owner
    return base


def called(value: Value) -> str | None:
    """The SQLAlchemy name of a decorator, called or not."""
    name = made(value) or symbol(value)
    if name is None and isinstance(value, Made) and isinstance(value.func, Attribute):
        return value.func.name
    return name


def _is_mapped_decorator(value: Value) -> bool:
    return (
        isinstance(value, Attribute)
        and value.name in ("mapped", "mapped_as_dataclass")
        and made(value.base) == "registry"
    )
