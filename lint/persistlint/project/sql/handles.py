"""Through which connection a statement goes: the written receiver, and the call that opened the database."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.facts import code
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    External,
    Loc,
    Made,
    Operation,
    Text,
    Unknown,
    Value,
)

_OPENERS = frozenset({
    "sqlite3.connect", "sqlite3.Connection", "sqlite3.dbapi2.connect", "pysqlite2.dbapi2.connect", "apsw.Connection",
    "aiosqlite.connect", "sqlcipher3.connect", "pysqlcipher3.dbapi2.connect", "sqlalchemy.create_engine",
    "sqlalchemy.engine.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine",
    "sqlalchemy.ext.asyncio.engine.create_async_engine",
})  # fmt: skip
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Handle:
    """`receiver` is the source text before `.execute`; `opened` is the call that opened the database, where seen.

    `database` is what that call opens, in words that are the same wherever the same value is meant.
    """

    receiver: str | None = None
    opened: Loc | None = None
    database: str | None = None


def handle_of(func: Value, node: code.Call) -> Handle:
    """The handle that a call goes through."""
    if not isinstance(node.func, code.Attr):
        return Handle()
    opening = _opening(func, 0)
    if opening is None:
        return Handle(unparse(node.func.base))
    first = opening.args[0] if opening.args else opening.kwargs.get("database", opening.kwargs.get("url"))
    return Handle(unparse(node.func.base), opening.loc, _words(first, 0))


def _opening(value: Value | None, depth: int) -> Made | None:
    """The opening call at the root of `connect(…).cursor().execute`."""
    if depth > _DEEPEST:
        return None
    match value:
        case Made(func=External(name=name)):
            if name in _OPENERS:
                return value
            inner = value.args[0] if value.args else value.kwargs.get("bind")  # closing(connect(…)), Session(engine)
            return _opening(inner, depth + 1)
        case Made(func=func):
            return _opening(func, depth + 1)
        case Attribute(base=base):
            return _opening(base, depth + 1)
        case Choice(options=options):
            found = [_opening(option, depth + 1) for option in options]
            return found[0] if all(one is found[0] for one in found) else None
        case _:
            return None


def _words(value: Value | None, depth: int) -> str | None:
    match value:
        case Unknown(parameter=str(name)):
            return name
        case External(name=name):
            return name
        case Text(parts=parts):
            return "".join(part.text if isinstance(part, Chunk) else f"{{{part.source}}}" for part in parts)
        case Attribute(base=base, name=name) if depth < _DEEPEST:
            inner = _words(base, depth + 1)
            return None if inner is None else f"{inner}.{name}"
        case Made(func=func, args=args) if depth < _DEEPEST:
            words = [_words(one, depth + 1) for one in (func, *args)]
            return None if None in words else "(" + " ".join(word or "" for word in words) + ")"
        case Operation(op=op, operands=operands) if depth < _DEEPEST:
            words = [_words(one, depth + 1) for one in operands]
            return None if None in words else f" {op} ".join(word or "" for word in words)
        case _:
            return None
