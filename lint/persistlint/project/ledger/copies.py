"""Database files that are copied, moved or robbed of their side files while WAL keeps newer pages beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from persistlint.facts.documents import FileCopy
from persistlint.facts.sql import Kind
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Attribute, External, Loc, Made, Text, Value, known, options_of
from persistlint.project.ledger.names import name_of
from persistlint.project.ledger.origins import file_of
from persistlint.project.ledger.trace import Act, Trace
from persistlint.project.model import Statement
from persistlint.source import Span

_COPIES = frozenset({"copy", "copy2", "copyfile", "copyfileobj"})
_WRITES = frozenset({"write_bytes", "write"})
_MOVES = frozenset({"move", "rename", "replace"})
_REMOVES = frozenset({"unlink", "remove"})
_OPENERS = (
    "sqlite3.connect",
    "aiosqlite.connect",
    "sqlalchemy.create_engine",
    "sqlalchemy.ext.asyncio.create_async_engine",
)
_CARE = ("wal_checkpoint", "vacuum into")


def find(
    machine: Machine, traces: Iterable[Trace], statements: Iterable[Statement], spans: Callable[[Loc], Span]
) -> tuple[FileCopy, ...]:
    """The copies of databases that the project itself opens and puts into WAL mode."""
    wal = next((statement.span for statement in statements if is_wal(statement)), None)
    if wal is None:
        return ()
    opened = _opened(machine)
    out: dict[tuple[Span, str], FileCopy] = {}
    for trace in traces:
        for act in trace.acts:
            what = _what(act, opened)
            if what is not None and not _cared(trace, act, what[0]):
                span = spans(act.at.loc)
                out.setdefault((span, what[0]), FileCopy(what[0], span, act.at.function, what[1], wal))
    return tuple(out[key] for key in sorted(out))


def is_wal(statement: Statement) -> bool:
    """Whether a statement turns WAL on."""
    pragma = statement.sql.pragma
    return (
        statement.sql.kind is Kind.PRAGMA
        and pragma is not None
        and pragma.name.lower() == "journal_mode"
        and (pragma.value or "").strip("'\"").upper() == "WAL"
    )


def _opened(machine: Machine) -> frozenset[str]:
    """The names of the database files that the project opens."""
    names: set[str] = set()
    for made in machine.made:
        if made.name in _OPENERS and made.args:
            for option in options_of(made.args[0]):
                found = name_of(option)
                if found is not None and found.whole and "." in found.text:
                    names.add(found.text)
    return frozenset(names)


def _what(act: Act, opened: frozenset[str]) -> tuple[str, str] | None:
    if act.name in _WRITES:
        name = _file(file_of(act.args[0])) if act.args else None  # the bytes of a file, read and written at once
        return ("copy", name) if name is not None and name in opened else None
    source = _subject(act)
    if act.name == "copyfileobj":
        source = file_of(source)
    if isinstance(act.func, External):
        if not act.func.name.startswith(("shutil.", "os.")):
            return None
    elif isinstance(act.func, Attribute) and (len(act.args) > 1 or isinstance(act.func.base, Text)):
        return None
    name = _file(source)
    if name is None:
        return None
    if act.name in _COPIES and name in opened:
        return "copy", name
    if act.name in _MOVES and name in opened:
        return "move", name
    if act.name in _REMOVES | _MOVES and name.endswith(("-wal", "-shm")) and name.rpartition("-")[0] in opened:
        return "side-files", name
    return None


def _file(value: Value | None) -> str | None:
    found = name_of(value)
    return found.text if found is not None and found.whole else None


def _cared(trace: Trace, act: Act, what: str) -> bool:
    """Whether the database was closed or its log written back first; side files may go where the database goes."""
    for other in trace.acts:
        if other.at.order < act.at.order and other.name in ("close", "dispose", "backup"):
            return True
        words = " ".join(filter(None, (_words(value) for value in other.args))).lower()
        if other.at.order < act.at.order and any(word in words for word in _CARE):
            return True
        if what == "side-files" and other.name in _REMOVES and other is not act:
            name = _file(_subject(other))
            if name is not None and not name.endswith(("-wal", "-shm")):
                return True
    return any(key_name.endswith(("dispose", "close", "shutdown")) for key_name in _called(trace, act))


def _called(trace: Trace, act: Act) -> list[str]:
    return [call.function or "" for call, _ in trace.calls if call.order < act.at.order]


def _subject(act: Act) -> Value | None:
    if isinstance(act.func, External):
        return act.args[0] if act.args else act.kwargs.get("src")
    return act.func.base if isinstance(act.func, Attribute) else None


def _words(value: Value) -> str | None:
    if isinstance(value, Made) and value.args:
        return _words(value.args[0])
    return known(value)
