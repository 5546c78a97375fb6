"""Which statements a call executes: its SQL, as the interpreter knows it, to what was read of that text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.facts.sql import SqlStatement, hole
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    External,
    Made,
    Text,
    Value,
    options_of,
)
from persistlint.project.model import Statement

WRAPPERS = frozenset({"text", "DDL"})
"""Calls that only make an expression of a text, which something else executes."""
SQL_NAMES = ("query", "sql", "statement")
"""What wrappers call the parameter that takes the SQL."""
_DEEPEST = 8


class Texts:
    """The statements of a project by their texts."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._by_text: dict[str, list[SqlStatement]] = {}
        for statement in statements:
            known = self._by_text.setdefault(statement.text, [])
            if statement.sql not in known:
                known.append(statement.sql)
        self.followed: set[str] = set()
        """The texts whose parameters were met and are no function's own, or whose rows are known."""

    def statements(self, query: Value) -> Iterator[tuple[SqlStatement, str]]:
        """What a value that holds SQL says, each statement with the text that it stands in."""
        for option in options_of(query):
            found = option if isinstance(option, Text) else _text_of(option, 0)
            if found is not None:
                written = _written(found)
                for sql in self._by_text.get(written, ()):
                    yield sql, written


def query_of(args: tuple[Value, ...], kwargs: dict[str, Value]) -> Value | None:
    """The SQL that a call is given: a text, or `text(…)`."""
    first = args[0] if args else next((kwargs[key] for key in SQL_NAMES if key in kwargs), None)
    if first is None:
        return None
    texts = [one for one in options_of(first) if isinstance(one, Text) or _text_of(one, 0) is not None]
    return first if texts else None


def bound_to(query: Value, depth: int = 0) -> dict[str, Value]:
    """The parameters of `text("…").bindparams(a=…)`."""
    match query:
        case Made(func=Attribute(base=base, name="bindparams"), kwargs=kwargs) if depth < _DEEPEST:
            return {**bound_to(base, depth + 1), **kwargs}
        case Choice(options=(first, *_)):
            return bound_to(first, depth + 1)
        case _:
            return {}


def _text_of(value: Value, depth: int) -> Text | None:
    """The text of `text("…")`, with or without `.bindparams(…)` behind it."""
    match value:
        case Made(func=External(name=name), args=[Text() as inner, *_]) if name.rpartition(".")[2] in WRAPPERS:
            return inner
        case Made(func=Attribute(base=base, name="bindparams" | "columns")) if depth < _DEEPEST:
            return _text_of(base, depth + 1)
        case _:
            return None


def _written(value: Text) -> str:
    """The text as its statements were read: with stand-ins for its unknown parts."""
    out: list[str] = []
    gaps = 0
    for part in value.parts:
        if isinstance(part, Chunk):
            out.append(part.text)
        else:
            out.append(hole(min(gaps, 9999)))
            gaps += 1
    return "".join(out)
