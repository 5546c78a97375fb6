"""What a value is: an engine, connection, cursor, session factory or session, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Const,
    External,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Operation,
    Unknown,
    Value,
    flag,
    known,
    options_of,
)
from persistlint.project.resources import names

_DEEPEST = 10


class Kind(StrEnum):
    """What a resource is."""

    ENGINE = "engine"
    CONNECTION = "connection"
    CURSOR = "cursor"
    FACTORY = "factory"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Resource:
    """One value that holds, or hands out, a way to a database.

    `value` is the value that stands for it wherever it goes: two resources are the same one where theirs is the same
    object. `source` is what it was taken from: the engine of a connection or factory, the factory of a session, the
    connection of a cursor. `loc` is the call that made it, None for a parameter whose maker is not known.
    """

    kind: Kind
    value: Value = field(repr=False, compare=False)
    loc: Loc | None
    library: str
    """`sqlite3`, `aiosqlite`, `sqlalchemy` or `flask`."""
    source: Resource | None = None
    is_async: bool = False
    begun: bool = False
    """Made by `begin()`: a `with` block over it commits at its end."""
    scoped: bool = False
    """A registry that hands every thread its own session and ends it elsewhere: `scoped_session`, Flask's."""
    parameter: str | None = None
    """The parameter of the surrounding function that it is."""
    autocommit: bool = False
    """Taken with the option that makes each statement its own transaction."""

    def same(self, other: Resource) -> bool:
        """Whether both are one resource."""
        return self.value is other.value

    @property
    def opening(self) -> Resource:
        """The engine or DB-API connection at its root; itself where it is one, or where no more is known."""
        return self if self.source is None else self.source.opening


def resource_of(value: Value | None, depth: int = 0) -> Resource | None:
    """The resource that a value is; None for any other value, and where branches disagree on the kind."""
    if value is None or depth > _DEEPEST:
        return None
    match value:
        case Made(func=External(name=name)):
            return _made_by_name(value, name, depth)
        case Made(func=func):
            return _made_by_value(value, func, depth)
        case Attribute(base=base, name=name):
            return _attribute(value, base, name, depth)
        case Instance():
            return _instance(value)
        case Unknown(parameter=str()):
            return _parameter(value, depth)
        case Choice(options=options):
            found = [resource_of(option, depth + 1) for option in options if not _is_nothing(option)]
            known = [one for one in found if one is not None]
            return known[0] if known and len({one.kind for one in known}) == 1 else None
        case _:
            return None


def root_of(value: Value | None, depth: int = 0) -> Resource | None:
    """The resource at the root of what came out of it: `session` of `session.query(A).filter(…).first().name`."""
    while value is not None and depth < 3 * _DEEPEST:
        found = resource_of(value)
        if found is not None:
            return found
        depth += 1
        match value:
            case Made(func=Attribute() as func):
                value = func.base
            case Made(func=External(name="builtins.list" | "builtins.next" | "builtins.iter"), args=[first, *_]):
                value = first
            case Attribute(base=base):
                value = base
            case Operation(op="[]", operands=(base, *_)):
                value = base
            case Choice(options=options):
                roots = [root for option in options if (root := root_of(option, depth)) is not None]
                return roots[0] if roots else None
            case _:
                return None
    return None


def receiver_of(func: Value) -> Resource | None:
    """The resource at the root of what a method is called on: `session` of `session.query(A).delete`."""
    found = [
        root
        for option in (func.options if isinstance(func, Choice) else (func,))
        if isinstance(option, Attribute) and (root := root_of(option.base)) is not None
    ]
    return found[0] if found else None


def is_autocommit(resource: Resource) -> bool:
    """Whether each statement stands for itself unless a transaction is begun explicitly.

    https://docs.python.org/3/library/sqlite3.html#transaction-control and
    https://docs.sqlalchemy.org/en/20/core/connections.html#understanding-the-dbapi-level-autocommit-isolation-level
    """
    if resource.autocommit:
        return True
    value = resource.value
    if isinstance(value, Made):
        level = value.attrs.get("isolation_level") or value.kwargs.get("isolation_level")
        if resource.library in ("sqlite3", "aiosqlite"):
            autocommit = value.attrs.get("autocommit") or value.kwargs.get("autocommit")
            if (isinstance(level, Const) and level.value is None) or (autocommit is not None and flag(autocommit)):
                return True
        elif known(level) == "AUTOCOMMIT":
            return True
    return resource.source is not None and is_autocommit(resource.source)


def _is_nothing(value: Value) -> bool:
    return (isinstance(value, Const) and value.value is None) or (isinstance(value, Unknown) and not value.parameter)


def _made_by_name(value: Made, name: str, depth: int) -> Resource | None:
    first = value.args[0] if value.args else None
    if name in names.CONNECT or name in names.CONNECTIONS:
        library = "aiosqlite" if name.startswith("aiosqlite") else "sqlite3"
        return Resource(Kind.CONNECTION, value, value.loc, library, is_async=library == "aiosqlite")
    if name in names.FLASK:
        return None
    if names.in_library(name, names.ENGINE_MAKERS):
        return Resource(Kind.ENGINE, value, value.loc, "sqlalchemy", is_async="async" in name)
    if names.in_library(name, names.FACTORIES):
        bind = value.kwargs.get("bind") or first
        scoped = "scoped" in name
        return Resource(
            Kind.FACTORY, value, value.loc, "sqlalchemy", resource_of(bind, depth + 1), "async" in name, scoped=scoped
        )
    if names.in_library(name, names.SESSIONS):
        source = resource_of(value.kwargs.get("bind") or first, depth + 1)
        return Resource(Kind.SESSION, value, value.loc, "sqlalchemy", source, "Async" in name)
    if name == "contextlib.closing":
        return resource_of(first, depth + 1)
    return None


_TAKES: dict[tuple[Kind, str], Kind] = {
    (Kind.ENGINE, "connect"): Kind.CONNECTION,
    (Kind.ENGINE, "begin"): Kind.CONNECTION,
    (Kind.ENGINE, "raw_connection"): Kind.CONNECTION,
    (Kind.FACTORY, "begin"): Kind.SESSION,
    (Kind.CONNECTION, "cursor"): Kind.CURSOR,
    (Kind.SESSION, "connection"): Kind.CONNECTION,
}
_STAYS: dict[tuple[Kind, str], Kind] = {
    (Kind.ENGINE, "execution_options"): Kind.ENGINE,
    (Kind.CONNECTION, "execution_options"): Kind.CONNECTION,
    (Kind.CONNECTION, "get_raw_connection"): Kind.CONNECTION,
    (Kind.CONNECTION, "__enter__"): Kind.CONNECTION,
    (Kind.CONNECTION, "__aenter__"): Kind.CONNECTION,
    (Kind.SESSION, "__enter__"): Kind.SESSION,
    (Kind.SESSION, "__aenter__"): Kind.SESSION,
}


def _made_by_value(value: Made, func: Value, depth: int) -> Resource | None:
    """What calling a method of a resource, or a factory, gives."""
    factory = resource_of(func, depth + 1)
    if factory is not None and factory.kind is Kind.FACTORY:
        return Resource(
            Kind.SESSION, value, value.loc, factory.library, factory, factory.is_async, scoped=factory.scoped
        )
    if not isinstance(func, Attribute):
        return None
    base = resource_of(func.base, depth + 1)
    if base is None:
        return None
    if (base.kind, func.name) in _STAYS:
        level = value.kwargs.get("isolation_level")
        autocommit = base.autocommit or known(level) == "AUTOCOMMIT"
        return replace(base, kind=_STAYS[base.kind, func.name], autocommit=autocommit)
    kind = _TAKES.get((base.kind, func.name))
    if kind is not None:
        begun = func.name == "begin"
        return Resource(kind, value, value.loc, base.library, base, base.is_async, begun, base.scoped)
    if func.name == "get_bind" and base.kind is Kind.SESSION:
        return base.opening if base.opening.kind is Kind.ENGINE else None
    return None


_SAME = frozenset({
    (Kind.ENGINE, "sync_engine"), (Kind.CONNECTION, "connection"), (Kind.CONNECTION, "dbapi_connection"),
    (Kind.CONNECTION, "driver_connection"), (Kind.CONNECTION, "sync_connection"), (Kind.SESSION, "sync_session"),
    (Kind.CURSOR, "connection"),
})  # fmt: skip
"""Attributes that are another face of the same thing."""


def _attribute(value: Attribute, base: Value, name: str, depth: int) -> Resource | None:
    if name == "session" and isinstance(base, Made) and base.name in names.FLASK:
        return Resource(Kind.SESSION, base, base.loc, "flask", scoped=True)
    if name == "engine" and isinstance(base, Made) and base.name in names.FLASK:
        return Resource(Kind.ENGINE, value, base.loc, "flask")
    inner = resource_of(base, depth + 1)
    if inner is None:
        return None
    if (inner.kind, name) in _SAME:
        return inner.source if inner.kind is Kind.CURSOR else inner
    if name in ("bind", "engine") and inner.source is not None:
        return inner.opening if inner.opening.kind is Kind.ENGINE else None
    return None


def _instance(value: Instance) -> Resource | None:
    """An instance of a class of the project that is a session or a connection itself."""
    for base in value.cls.mro():
        if not isinstance(base, External):
            continue
        if names.in_library(base.name, names.SESSIONS):
            return Resource(Kind.SESSION, value, value.loc, "sqlalchemy", is_async="Async" in base.name)
        if base.name in names.CONNECTIONS:
            return Resource(Kind.CONNECTION, value, value.loc, "sqlite3")
    return None


def _parameter(value: Unknown, depth: int) -> Resource | None:
    """A parameter, by what a framework passes for it, else by its annotation."""
    known = resource_of(value.given, depth + 1)
    if known is not None:
        return replace(known, value=value, parameter=value.parameter)
    for name in _annotated(value.annotation):
        found = _by_annotation(value, name)
        if found is not None:
            return found
    return None


def _annotated(value: Value | None) -> list[str]:
    """The external names in an annotation: `Session | None`, `Optional[Session]`, `Annotated[Session, …]`."""
    match value:
        case External(name=name):
            return [name]
        case Operation(op="[]", operands=(External(name=name), inner)) if name.rpartition(".")[2] in (
            "Optional",
            "Annotated",
            "Union",
        ):
            parts = inner.items if isinstance(inner, Items) else [inner]
            return [one for part in parts for one in _annotated(part)]
        case Operation(op="[]", operands=(base, *_)):
            return _annotated(base)
        case Operation(op="|", operands=operands):
            return [one for part in operands for one in _annotated(part)]
        case Choice(options=options):
            return [one for part in options for one in _annotated(part)]
        case _:
            return []


def _by_annotation(value: Unknown, name: str) -> Resource | None:
    parameter = value.parameter
    if name in names.CONNECTIONS:
        library = "aiosqlite" if name.startswith("aiosqlite") else "sqlite3"
        library = "sqlalchemy" if name.startswith("sqlalchemy") else library
        is_async = library == "aiosqlite" or "Async" in name
        return Resource(Kind.CONNECTION, value, None, library, is_async=is_async, parameter=parameter)
    if name in names.CURSORS:
        return Resource(Kind.CURSOR, value, None, "sqlite3", parameter=parameter)
    for kind, wanted in (
        (Kind.ENGINE, names.ENGINES),
        (Kind.FACTORY, names.FACTORIES),
        (Kind.SESSION, names.SESSIONS),
    ):
        if names.in_library(name, wanted):
            return Resource(kind, value, None, "sqlalchemy", is_async="sync" in name, parameter=parameter)
    return None


def contained(value: Value, depth: int = 0) -> list[Resource]:
    """The resources in a value: itself, or those in a tuple, list, dict or context manager."""
    out: list[Resource] = []
    for option in options_of(value):
        found = resource_of(option)
        if found is not None:
            out.append(found)
        elif depth < 3 and isinstance(option, Items):
            out.extend(one for item in option.items[:8] for one in contained(item, depth + 1))
        elif depth < 3 and isinstance(option, Mapping):
            out.extend(one for _, item in option.entries[:8] for one in contained(item, depth + 1))
    return out
