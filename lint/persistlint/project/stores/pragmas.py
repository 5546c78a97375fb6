"""PRAGMAs and transaction statements in the texts that a connection is given, and what is open when they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from persistlint.facts.sql import Kind, SqlStatement
from persistlint.facts.stores import PragmaUse
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Attribute, Choice, Made, Text, Value, options_of
from persistlint.project.sql.texts import sql_text
from persistlint.source import Span

_TEXT_MAKERS = frozenset({"text", "DDL"})
_LONGEST = 20_000
_RAW = frozenset({"connection", "dbapi_connection", "driver_connection"})
_RAW_CALLS = frozenset({"raw_connection", "get_raw_connection"})
"""`session.connection()` is not one of them: it gives SQLAlchemy's own connection."""

WRITES = frozenset({Kind.INSERT, Kind.UPDATE, Kind.DELETE})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the SQL of a value."""

    parse: Callable[[str, str], tuple[SqlStatement, ...]]
    modules: Callable[[str], Module | None]

    def statements(self, value: Value | None) -> list[list[SqlStatement]]:
        """By alternative, the statements that a value may hold; none for what is not known."""
        out: list[list[SqlStatement]] = []
        for option in options_of(value) if value is not None else ():
            text = _text_of(option)
            if isinstance(text, Choice):
                out.extend(self.statements(text))
            elif isinstance(text, Text):
                whole = sql_text(text, self.modules).text
                if len(whole) <= _LONGEST:
                    out.append(list(self.parse(whole, "sqlite")))
        return out


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
        out[one.span, one.name] = replace(
            other,
            values=tuple(dict.fromkeys((*other.values, *one.values))) if known else (),
            certain=one.certain and other.certain,
            begun=other.begun if one.begun == other.begun else None,
            answered=one.answered or other.answered,
        )
    return list(out.values())
