"""PRAGMAs and transaction statements in the texts that a connection is given, and what is open when they run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from persistlint.facts import code
from persistlint.facts.sql import Kind, Pragma, SqlStatement
from persistlint.facts.stores import PragmaUse
from persistlint.project.interp.modules import Module
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Attribute, Choice, Chunk, Made, Text, Value, options_of
from persistlint.project.sql.texts import sql_text
from persistlint.project.stores.shape import Shapes
from persistlint.source import Span

_TEXT_MAKERS = frozenset({"text", "DDL"})
_LONGEST = 20_000
_RAW = frozenset({"connection", "dbapi_connection", "driver_connection"})
_RAW_CALLS = frozenset({"raw_connection", "get_raw_connection"})
"""`session.connection()` is not one of them: it gives SQLAlchemy's own connection."""

_NETWORK = re.compile(r"(?i)network|remote|nfs|smb|cifs|unc_|_unc|sshfs|shared_(?:drive|folder|path)")
_LOCAL = re.compile(r"(?i)local(?!e)")

WRITES = frozenset({Kind.INSERT, Kind.UPDATE, Kind.DELETE})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the SQL of a value."""

    parse: Callable[[str, str], tuple[SqlStatement, ...]]
    modules: Callable[[str], Module | None]
    shapes: Shapes = field(default_factory=Shapes)

    def alternatives(self, value: Value | None) -> list[tuple[Text, tuple[SqlStatement, ...]]]:
        """The texts that a value may be, each with its statements; none for what is not known."""
        out: list[tuple[Text, tuple[SqlStatement, ...]]] = []
        for option in options_of(value) if value is not None else ():
            text = _text_of(option)
            if isinstance(text, Choice):
                out.extend(self.alternatives(text))
            elif isinstance(text, Text):
                whole = sql_text(text, self.modules).text
                if len(whole) <= _LONGEST:
                    out.append((text, self.parse(whole, "sqlite")))
        return out

    def pragma(self, text: Text, pragma: Pragma, use: PragmaUse) -> PragmaUse:
        """The use with what the PRAGMA sets, and under which condition on the file system."""
        value = value_of(pragma.value)
        values = () if value is None else (value,)
        when = () if value is None else (self._when(text, value),)
        return replace(use, name=pragma.name.lower(), values=values, reads=pragma.value is None, when=when)

    def _when(self, text: Text, value: str) -> str:
        for part in reversed(text.parts):
            if isinstance(part, Chunk) and part.source is not None and value in part.text.lower():
                module = self.modules(part.path)
                around = () if module is None else self.shapes.around(module, part.source.at)
                for one in reversed(around):
                    if isinstance(one.node, code.If | code.IfExp) and (found := filesystem(one.node.test)) is not None:
                        return "network" if found == one.holds else "local"
        return ""


def filesystem(test: code.Expr) -> bool | None:
    """Whether a condition holds on network file systems; None where it does not ask for that."""
    if isinstance(test, code.Un) and test.op == "not":
        inner = filesystem(test.operand)
        return None if inner is None else not inner
    names = unparse(test)
    if _NETWORK.search(names):
        return True
    return False if _LOCAL.search(names) else None


def _text_of(value: Value) -> Value | None:
    match value:
        case Text() | Choice():
            return value
        case Made(args=[first, *_]) if value.name.rpartition(".")[2] in _TEXT_MAKERS or _method(value) in _TEXT_MAKERS:
            return first
        case _:
            return None


def _method(value: Made) -> str:
    return value.func.name if isinstance(value.func, Attribute) else ""


def value_of(text: str | None) -> str | None:
    """The value of a PRAGMA, in lower case and without quotes; None where it is not known."""
    if text is None or "__hole" in text:
        return None
    return text.strip().strip("'\"`").strip().lower()


def is_raw(value: Value, depth: int = 0) -> bool:
    """Whether a connection or cursor is the driver's own, taken from an SQLAlchemy one."""
    while depth < 20:
        depth += 1
        match value:
            case Made(func=Attribute(base=base, name=name)):
                if name in _RAW_CALLS:
                    return True
                value = base
            case Attribute(base=base, name=name):
                if name in _RAW:
                    return True
                value = base
            case Choice(options=options):
                return any(is_raw(option, depth) for option in options)
            case _:
                return False
    return False


def united(pragmas: Iterable[PragmaUse]) -> list[PragmaUse]:
    """Each PRAGMA of a place once, with all the values that it may set there."""
    out: dict[tuple[Span, str], PragmaUse] = {}
    for one in pragmas:
        other = out.setdefault((one.span, one.name), one)
        if other is one:
            continue
        known = bool(one.values and other.values) or one.reads
        when = _merged(other, one) if known else {}
        out[one.span, one.name] = replace(
            other,
            values=tuple(when),
            when=tuple(when.values()),
            certain=one.certain and other.certain,
            begun=other.begun if one.begun == other.begun else None,
            begun_at=other.begun_at if one.begun == other.begun else None,
            answered=one.answered or other.answered,
            alone=one.alone and other.alone,
        )
    return list(out.values())


def _merged(one: PragmaUse, other: PragmaUse) -> dict[str, str]:
    """The values of both with their conditions; one that is set under either condition is set under any."""
    out: dict[str, str] = {}
    for value, when in zip((*one.values, *other.values), (*one.when, *other.when), strict=True):
        out[value] = when if out.get(value, when) == when else ""
    return out
