"""What the paths through functions do to engines, connections and sessions.

A path is followed statement by statement; calls of the project's own functions count with what they do to what they
are given. Nothing here is a guess: a path on which a resource goes where it cannot be followed says so (`escaped`,
`unclear`) and no rule speaks of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Handle:
    """One engine, connection or session as one function sees it.

    `kind` is `engine`, `connection` or `session`; `library` is `sqlite3`, `aiosqlite`, `sqlalchemy` or `flask`.
    `held` tells whose it is: `local` (opened in this function, which must end it), `parameter` (the caller's),
    `dependency` (opened and ended by the framework for this call), `shared` (a global's or an attribute's, there before
    and after).
    """

    kind: str
    library: str
    name: str
    """As written in the function: `session`, `self.conn`."""
    function: str
    """Dotted name; `<module>` for a module's own statements."""
    at: Span
    """Where the function first has it: the call that opens it, the parameter, the first use."""
    held: str
    opening: Span | None = None
    """The call that made its engine or DB-API connection, where that can be seen."""
    is_async: bool = False
    autocommit: bool = False
    """Each statement is its own transaction: `isolation_level=None`, `autocommit=True`, `"AUTOCOMMIT"`."""
    implicit: bool = True
    """Whether the driver itself begins a transaction before a write (Python's legacy mode, every session)."""
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing done: a read, a write, an await. `tables` are in lower case, empty where they are not known."""

    span: Span
    what: str
    """In words for messages: `INSERT INTO items`, `session.add(…)`, `await fetch(…)`."""
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which a function is left while it has a resource.

    `exit` is `end`, `return` or `exception`; `at` is the statement that leaves, or the call that may raise.
    """

    handle: Handle
    exit: str
    at: Span
    closed: bool
    closes: tuple[Span, ...] = ()
    """Where other paths of the function close it."""
    uncommitted: Mark | None = None
    """The first write of a transaction that was neither committed nor rolled back."""
    swallowed: Span | None = None
    """The `except` that caught what failed between the write and here."""
    others: bool = False
    """Whether other paths of the function commit it."""
    empty: bool = False
    """It is a `return` that gives nothing, None or False."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction on one path, from its first statement to its end.

    `mode` is the mode of an explicit BEGIN (`DEFERRED`, `IMMEDIATE`, `EXCLUSIVE`), None where there is none.
    """

    handle: Handle
    mode: str | None
    began: Span | None
    read: Mark | None
    write: Mark | None
    read_first: bool
    """The read came before the write."""
    wait: Mark | None
    """An `await` of something else than this connection, or a sleep, inside the transaction."""
    wait_after_write: bool
    reopened: Mark | None
    """What began it again behind a commit: a `refresh`, a further query."""
    pragma: Mark | None
    """A PRAGMA inside it that only works outside, or that fails inside: `journal_mode`, `foreign_keys`, …"""


@dataclass(frozen=True, slots=True)
class Owned:
    """An engine or connection that an object opens, keeps in an attribute, and does not end when it is ended itself."""

    handle: Handle
    method: str
    """What ends the object: `Repository.close`."""
    method_at: Span


@dataclass(frozen=True, slots=True)
class CheckThenAct:
    """A read in one transaction decides about a write to the same table in a later one."""

    handle: Handle
    check: Mark
    act: Mark
    between: Span
    """Where the first transaction ends."""


@dataclass(frozen=True, slots=True)
class Swallowed:
    """An `except` that goes on after a write or commit of a session or connection failed, without a rollback."""

    handle: Handle
    handler: Span
    failed: Mark
    used: Span | None
    """The next use of the resource on that path, where there is one in the function."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A context manager disposes of an engine behind its `yield`, and not where the block that it serves fails."""

    handle: Handle
    at: Span
    """The dispose."""
    lent: Span
    """The `yield`."""


@dataclass(frozen=True, slots=True)
class Flow:
    """All that the paths of the project's functions show, in the order of their places."""

    endings: tuple[Ending, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    checks: tuple[CheckThenAct, ...] = ()
    swallowed: tuple[Swallowed, ...] = ()
    interrupted: tuple[Interrupted, ...] = ()
    committed: tuple[Span, ...] = ()
    """The openings on which some function commits, or may: it hands them on, or has too many paths to tell."""
    owned: tuple[Owned, ...] = ()
    modern: bool = False
    """Whether the project is written for SQLAlchemy 2.0 or later, where a connection commits nothing by itself."""
