"""What one call does to the resources that it is made on, told by the method's name and its arguments.

The names are those of sqlite3, aiosqlite and SQLAlchemy's Engine, Connection and Session
(https://docs.python.org/3/library/sqlite3.html, https://docs.sqlalchemy.org/en/20/orm/session_api.html).
"""

from __future__ import annotations

from typing import NamedTuple

from persistlint.project.flow.sql import SqlReader
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import Attribute, External, Made, Unknown, Value, options_of
from persistlint.project.resources.kinds import Kind, Resource, resource_of, root_of


class Effect(NamedTuple):
    """`act` is one of `sql.Act`'s kinds, or `pending`, `flush`, `refresh`, `close`, `dispose`, `undo`.

    `what` begins with a dot where it is a method of the resource.
    """

    act: str
    resource: Resource
    what: str
    tables: tuple[str, ...] = ()
    mode: str | None = None


UNTYPED = "unknown"
"""The library of what only its use tells to be a connection or session: callers are told what is done to it."""
_PENDING = frozenset({"add", "add_all", "merge", "delete"})
_BULK = frozenset({"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"})
_SESSION_READS = frozenset({"get", "get_one", "refresh"})
_FETCHES = frozenset({
    "first", "all", "one", "one_or_none", "scalar", "scalars", "count", "get", "exists", "fetchall", "fetchone",
    "fetchmany", "scalar_one", "scalar_one_or_none", "mappings", "partitions", "yield_per",
})  # fmt: skip
_EXECUTES = frozenset({
    "execute", "executemany", "exec_driver_sql", "execute_fetchall", "execute_insert", "exec", "scalar", "scalars",
    "stream", "stream_scalars",
})  # fmt: skip
_CLOSES = frozenset({"close", "remove", "aclose", "invalidate"})
_ANY = frozenset({"execute", "executemany", "executescript", "commit", "rollback", "close", "add", "add_all", "flush"})
"""What a parameter without an annotation must be asked to do before it is taken for a connection or session."""


def effects_of(event: CallEvent, reader: SqlReader) -> list[Effect]:
    """What a call does, in order; nothing for a call that is not a method of a resource."""
    out: list[Effect] = []
    for func in options_of(event.func):
        if not isinstance(func, Attribute):
            continue
        direct = resource_of(func.base)
        if direct is not None:
            out.extend(_method(event, func.name, direct, reader))
            continue
        root = root_of(func.base) or untyped(func)
        if root is not None:
            out.extend(_derived(event, func, root, reader))
    return out


def untyped(func: Attribute) -> Resource | None:
    """A parameter that nothing types, or what calling one gives, that is used as a connection or session is."""
    if func.name not in _ANY:
        return None
    kind = Kind.SESSION if func.name in ("add", "add_all", "flush") else Kind.CONNECTION
    match func.base:
        case Unknown(parameter=str(name), annotation=None) as base:
            return Resource(kind, base, None, UNTYPED, parameter=name)
        case Made(func=Unknown(parameter=str(), annotation=None)) as base:
            return Resource(kind, base, base.loc, UNTYPED)
        case _:
            return None


def _method(event: CallEvent, name: str, resource: Resource, reader: SqlReader) -> list[Effect]:
    first = event.args[0] if event.args else next(iter(event.kwargs.values()), None)
    if resource.kind is Kind.ENGINE:
        return [Effect("dispose", resource, ".dispose()")] if name == "dispose" else []
    if resource.kind is Kind.FACTORY:
        if not resource.scoped:
            return []
        if name == "remove":
            return [Effect("close", resource, ".remove()")]
    if name == "executescript":
        return _script(resource, first, reader)
    if name in _EXECUTES and first is not None:
        return _executed(resource, first, reader)
    if name in ("commit", "rollback"):
        return [Effect(name, resource, f".{name}()")]
    if name in _CLOSES and not event.args:
        return [Effect("close", resource, f".{name}()")]
    if resource.kind is Kind.SESSION or resource.kind is Kind.FACTORY:
        return _unit_of_work(event, name, resource, first, reader)
    return []


def _executed(resource: Resource, value: Value, reader: SqlReader) -> list[Effect]:
    return [Effect(act.kind, resource, act.what, act.tables, act.mode) for act in reader.acts(value)]


def _script(resource: Resource, value: Value | None, reader: SqlReader) -> list[Effect]:
    """`executescript` commits first; each of its statements is then its own transaction unless it begins one."""
    acts = reader.acts(value)
    out = [Effect("commit", resource, ".executescript(…)")]
    begun = False
    for act in acts:
        begun = act.kind == "begin" or (begun and act.kind not in ("commit", "rollback"))
        if act.kind in ("begin", "commit", "rollback") or begun:
            out.append(Effect(act.kind, resource, act.what, act.tables, act.mode))
    return out


def _unit_of_work(
    event: CallEvent, name: str, resource: Resource, first: Value | None, reader: SqlReader
) -> list[Effect]:
    tables = reader.tables(event.args)
    if name in _PENDING:
        return [Effect("pending", resource, f".{name}(…)", tables)]
    if name in _BULK:
        return [Effect("write", resource, f".{name}(…)", tables)]
    if name == "flush":
        return [Effect("flush", resource, ".flush()")]
    if name in _SESSION_READS and first is not None:
        return [Effect("refresh" if name == "refresh" else "read", resource, f".{name}(…)", tables)]
    return []


def _derived(event: CallEvent, func: Attribute, root: Resource, reader: SqlReader) -> list[Effect]:
    """A method of what came out of a resource: `session.query(A).filter(…).first()`, `cursor.execute(…)`."""
    if root.library == UNTYPED:
        return _method(event, func.name, root, reader)
    nested = _transaction(func.base)
    if nested is not None and func.name in ("commit", "rollback"):
        inner = {"commit": "flush", "rollback": "undo"} if nested == "begin_nested" else {}
        return [Effect(inner.get(func.name, func.name), root, f".{func.name}()")]
    if root.kind is Kind.SESSION or root.kind is Kind.FACTORY:
        queried = _query(func.base)
        if queried is not None:
            tables = reader.tables(queried.args)
            if func.name in ("update", "delete"):
                return [Effect("write", root, f".query(…).{func.name}(…)", tables)]
            if func.name in _FETCHES:
                return [Effect("read", root, f".query(…).{func.name}(…)", tables)]
    return []


def _transaction(value: Value) -> str | None:
    """`begin` or `begin_nested` where a value is the transaction that such a call gave."""
    if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name in ("begin", "begin_nested"):
        return value.func.name
    return None


def _query(value: Value) -> Made | None:
    """The `session.query(…)` at the root of a chain of methods."""
    for _ in range(24):
        match value:
            case Made(func=Attribute(base=base, name=name)):
                if name == "query":
                    return value
                if name in _FETCHES:
                    return None  # a method of the row that was fetched
                value = base
            case Made(func=External()):
                return None
            case Attribute(base=base):
                value = base
            case _:
                return None
    return None
