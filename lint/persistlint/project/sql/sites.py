"""Calls that hand SQL to a database, gathered while the interpreter runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.texts import skeleton
from persistlint.project.interp.values import Choice, Chunk, External, Items, Loc, Made, Text, Unknown, Value
from persistlint.project.sql.handles import Handle, handle_of

EXECUTORS = frozenset({
    "execute", "executemany", "executescript", "exec_driver_sql", "text", "DDL", "read_sql", "read_sql_query",
    "execute_sql", "execute_write", "execute_write_script", "execute_write_many", "execute_fetchall",
    "execute_insert", "exec", "scalar", "scalars", "fetch_all", "fetch_one", "fetch_val", "fetchall", "fetchone",
    "raw", "query", "run_query", "execute_query",
})  # fmt: skip
"""Names of calls whose text is SQL when it begins like SQL."""

_SILENT = frozenset({
    "print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "echo", "add_argument",
    "secho", "fail", "skip", "Exception", "ValueError", "RuntimeError", "Field", "option", "Option", "Argument",
    "format", "join", "replace", "strip", "split", "append", "write", "startswith", "endswith", "compile", "match",
    "search", "sub", "findall", "dedent", "cleandoc", "isinstance", "len", "str", "repr", "lower", "upper", "get",
})  # fmt: skip
"""Names of calls that shape, log or compare a text: what they get is not yet, or never, executed."""

_WRAPPERS = frozenset({"text", "DDL"})
"""Names of calls that only make an expression of a text, which something else executes."""

_BEGINS = re.compile(
    r"[\s(;]*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:select|insert|update|delete|create|alter|drop|pragma|replace|with|begin"
    r"|commit|rollback|end|vacuum|analyze|attach|detach|savepoint|release|reindex|explain|values)\b",
    re.IGNORECASE | re.DOTALL,
)
_LOUD = re.compile(
    r"\s*(?:SELECT\s.*\sFROM\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s+\w"
    r"|CREATE\s+(?:TEMP\w*\s+)?(?:TABLE|INDEX|UNIQUE|TRIGGER|VIEW|VIRTUAL)\s|ALTER\s+TABLE\s|DROP\s+(?:TABLE|INDEX|VIEW)\s"
    r"|REPLACE\s+INTO\s|WITH\s+\w+.*\sAS\s*\()",
    re.DOTALL,
)
"""What a text passed to some other call must look like to be taken for SQL: upper-case keywords, and two of them."""

_MARKS = re.compile(r"\s*(?:\?\d*|[:@$]\w*|%s|%\(\w*\)s)?\s*,?\s*\Z")


@dataclass(frozen=True, slots=True)
class Site:
    """One text on its way to a database."""

    text: Text
    via: str
    function: str | None
    loc: Loc
    sure: bool
    """The call is one that executes SQL, rather than some other call with a text that looks like it."""
    handle: Handle = field(default_factory=Handle)


class Sites:
    """Hears of calls; keeps one site a text."""

    def __init__(self) -> None:
        self.found: dict[tuple[object, ...], Site] = {}
        self.opaque: dict[tuple[str, int], tuple[str, Loc]] = {}
        """Executing calls whose SQL is not known at all, by place."""
        self._seen_at: set[tuple[str, int]] = set()
        self.wrappers: set[str] = set()
        """Names of functions that hand a parameter of theirs to a database, or to another such function."""
        self._handles: dict[Loc, Handle] = {}
        """By the place of a `text(…)`, what executes it."""

    def on_call(self, event: CallEvent) -> None:
        """Keep the SQL that a call is given."""
        event = _imported_as(event)
        if event.name in _SILENT:
            return
        if event.name in self.wrappers:
            self._wrapped(event)
        sure = event.name in EXECUTORS
        values = [event.args[0]] if sure and event.args else [*event.args, *event.kwargs.values()]
        if sure and not event.args:
            values = list(event.kwargs.values())
        loc = Loc(event.path, event.node.at, event.node.end)
        for value in values:
            for option in value.options if isinstance(value, Choice) else (value,):
                self._value(option, event, loc, sure=sure)

    def _value(self, value: Value, event: CallEvent, loc: Loc, *, sure: bool) -> None:
        if isinstance(value, Items) and sure and value.items and all(isinstance(item, Text) for item in value.items):
            return  # a list of lines is joined by the callee
        if not isinstance(value, Text):
            self._unknown(value, event, loc, sure=sure)
            return
        shape = skeleton(value)
        if not (_BEGINS.match(shape) if sure else _LOUD.match(shape)):
            if sure and event.name.startswith("exec") and shape.startswith("\ufffc") and not shape.strip("\ufffc \n;"):
                self._unknown(value, event, loc, sure=sure)
            return
        self._seen_at.add((loc.path, loc.at))
        handle = handle_of(event.func, event.node) if sure and event.name not in _WRAPPERS else Handle()
        key = _key(value)
        known = self.found.get(key)
        if known is None or (sure and not known.sure) or (known.via == "text" and event.name != "text"):
            self.found[key] = Site(value, event.name, event.function, loc, sure, handle)

    def _unknown(self, value: Value, event: CallEvent, loc: Loc, *, sure: bool) -> None:
        if not sure:
            return
        if isinstance(value, Made):
            # An expression object: `select(Table)`, or text(…), which is a site of its own.
            self._handles.setdefault(value.loc, handle_of(event.func, event.node))
            return
        if not event.name.startswith("exec") or event.name == "exec":
            return
        if isinstance(value, Unknown) and value.parameter is not None:
            if event.function is not None:
                self.wrappers.add(event.function.rpartition(".")[2])
            reason = f"the SQL comes from the parameter `{value.parameter}`"
        elif isinstance(value, Text):
            reason = "the SQL is put together from values that are not known"
        elif isinstance(value, External):
            return
        else:
            return
        self.opaque.setdefault((loc.path, loc.at), (reason, loc))

    def _wrapped(self, event: CallEvent) -> None:
        values = [*event.args, *event.kwargs.values()]
        if event.function is not None and any(isinstance(one, Unknown) and one.parameter for one in values):
            self.wrappers.add(event.function.rpartition(".")[2])

    def all(self) -> list[Site]:
        """The sites, each with what its text goes through to the database."""
        return [replace(site, handle=self._handles.get(site.loc, site.handle)) for site in self.found.values()]

    def unresolved(self) -> list[tuple[str, Loc]]:
        """Executing calls for which no text was ever known."""
        return [entry for place, entry in sorted(self.opaque.items()) if place not in self._seen_at]


def _imported_as(event: CallEvent) -> CallEvent:
    """The call under its own name where it was imported under another: `from sqlalchemy import text as sql_text`."""
    own = event.func.name.rpartition(".")[2] if isinstance(event.func, External) else event.name
    return event if own == event.name or own not in EXECUTORS else replace(event, name=own)


def _key(text: Text) -> tuple[object, ...]:
    """Texts made of the same stretches of the same literals are the same text."""
    return tuple(
        (part.path, part.source.at if part.source is not None else -1, part.start, part.text)
        if isinstance(part, Chunk)
        else (part.loc.path, part.loc.at)
        for part in text.parts
    )


def is_marks(value: Value) -> bool:
    """Whether a value is a list of placeholders, however long: `", ".join("?" for _ in ids)`."""
    match value:
        case Items(items=items):
            return bool(items) and all(is_marks(item) for item in items)
        case Text():
            return all(isinstance(part, Chunk) and _MARKS.fullmatch(part.text) for part in value.parts)
        case _:
            return getattr(value, "op", None) == "*" and any(is_marks(one) for one in getattr(value, "operands", ()))
