"""Through which connection a statement goes: the written receiver, and the call that opened the database."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.facts import code
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Attribute, Choice, External, Loc, Made, Value

_OPENERS = frozenset({
    "sqlite3.connect", "sqlite3.Connection", "sqlite3.dbapi2.connect", "pysqlite2.dbapi2.connect", "apsw.Connection",
    "aiosqlite.connect", "sqlcipher3.connect", "pysqlcipher3.dbapi2.connect", "sqlalchemy.create_engine",
    "sqlalchemy.engine.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine",
    "sqlalchemy.ext.asyncio.engine.create_async_engine",
})  # fmt: skip
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Handle:
    """`receiver` is the source text before `.execute`; `opened` is the call that opened the database, where seen."""

    receiver: str | None = None
    opened: Loc | None = None


def handle_of(func: Value, node: code.Call) -> Handle:
    """The handle that a call goes through."""
    receiver = unparse(node.func.base) if isinstance(node.func, code.Attr) else None
    return Handle(receiver, _opened(func, 0) if receiver is not None else None)


def _opened(value: Value, depth: int) -> Loc | None:
    """The opening call at the root of `connect(…).cursor().execute`."""
    if depth > _DEEPEST:
        return None
    match value:
        case Made(func=External(name=name), loc=loc) if name in _OPENERS:
            return loc
        case Made(func=External(), args=args) if args:
            return _opened(args[0], depth + 1)  # closing(connect(…)), Session(engine)
        case Made(func=External(), kwargs=kwargs):
            return _opened(kwargs["bind"], depth + 1) if "bind" in kwargs else None
        case Made(func=func):
            return _opened(func, depth + 1)
        case Attribute(base=base):
            return _opened(base, depth + 1)
        case Choice(options=options):
            found = {_opened(option, depth + 1) for option in options}
            return found.pop() if len(found) == 1 else None
        case _:
            return None
