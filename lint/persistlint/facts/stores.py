"""Where databases are opened, and what every connection to them obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Database:
    """What an opening opens, as far as it can be told.

    `dialect` is the backend's name in lower case, None where it cannot be known; `memory` is None where that cannot.
    `words` is the path in words that are the same wherever the same value is meant, `{…}` for what is not known; `file`
    is its last component where that is known. `origins` are the functions and globals that the path comes from,
    `folders` those that folders above it come from. `scratch` tells that it lies in a temporary folder, where nobody
    else comes by.
    """

    dialect: str | None = None
    memory: bool | None = None
    words: str | None = None
    file: str | None = None
    read_only: bool = False
    origins: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    scratch: bool = False

    @property
    def is_sqlite_file(self) -> bool:
        """Whether it is an SQLite database that several connections may share and write."""
        return self.dialect == "sqlite" and self.memory is not True and not self.read_only and not self.scratch


@dataclass(frozen=True, slots=True)
class PragmaUse:
    """One PRAGMA on a connection.

    `values` are those that it may set, in lower case: none where it only reads or its value is not known (`reads` tells
    which). `via` is `hook`, `driver` (a DB-API connection or cursor), `connection` (SQLAlchemy's, which begins a
    transaction of its own) or `session`. `begun` is the mode of a transaction that is open when it runs, `none` where
    none is open, None where that cannot be known.
    """

    name: str
    values: tuple[str, ...]
    reads: bool
    span: Span
    function: str | None
    via: str
    certain: bool = True
    """False under a condition that could not be decided."""
    begun: str | None = None
    begun_at: Span | None = None
    """What opened that transaction: the begin hook, an explicit BEGIN, the opening itself."""
    answered: bool = True
    """False where its result is thrown away."""
    when: tuple[str, ...] = ()
    """For each of `values`, `network` or `local` where a condition chooses it by the file system, else empty."""
    alone: bool = False
    """Whether its connection goes back to the pool without any other work than PRAGMAs."""

    @property
    def sets(self) -> str | None:
        """The one value that it sets."""
        return self.values[0] if len(self.values) == 1 else None


@dataclass(frozen=True, slots=True)
class Hook:
    """A function that is registered for an event of an engine, of its pool, or of all engines.

    `level` is what it sets the driver's `isolation_level` to (`NONE` turns the driver's own transactions off); `begins`
    the mode of the BEGIN that it emits. Both are None where it does not, `?` where it cannot be told.
    """

    event: str
    span: Span
    function: str | None
    reach: str
    """`engine`, `pool`, or `class` for all engines of the process."""
    level: str | None = None
    begins: str | None = None
    pragmas: tuple[PragmaUse, ...] = ()
    certain: bool = True
    """False where it is registered, or does what it does, under a condition that could not be decided."""
    late: Span | None = None
    """Where the engine has connected before: that connection never meets the hook."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an engine or connection is kept, and how it gets there.

    `where` is `module` (made when the module is loaded), `global`, `cache` (an item of a dict or list), `attribute` or
    `memo` (the cache of a decorator); `name` is the place as written.
    """

    where: str
    name: str
    span: Span
    function: str | None
    locked: bool = False
    """Whether a lock is held when it is stored."""
    checked: bool = False
    """Whether it is stored only after a look at the place found nothing."""
    is_async: bool = False
    """Whether a coroutine stores it: no other runs before it awaits."""
    seen_outside: Span | None = None
    """A look at the place, in the same function, without the lock."""
    unready: tuple[Readied, ...] = ()
    """What is done to it only after it was stored."""


@dataclass(frozen=True, slots=True)
class Readied:
    """One step that makes an engine ready: `tables`, `factory`, `hook` or `pragma`."""

    what: str
    span: Span


@dataclass(frozen=True, slots=True)
class Disposal:
    """A place where an engine is disposed of."""

    span: Span
    function: str | None
    door: str | None
    """The function as `module:function`."""
    source: str | None = None
    """The cache that it was taken from, as written."""
    forgotten: bool = True
    """Whether it is taken out of that cache as well."""
    locked: bool = False
    """Whether a lock is held where it is taken out, in some call of the function."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A call that takes the file of a database away, or a folder above it, and closes no connection before.

    Either the connections are closed afterwards, or they are those of an engine that is kept. `what` is `deleted`,
    `moved`, or `replaced` by another file.
    """

    span: Span
    function: str | None
    what: str
    written: str
    """The path as written."""
    closed: Span | None = None
    """Where its connections are closed afterwards, on the same way."""
    block: Span | None = None
    """What the `with` block around it is entered over, where that keeps a connection open."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One call that opens a database, with all that is known of the connections that come from it."""

    span: Span
    function: str | None
    library: str
    """`sqlalchemy`, `flask`, `sqlite3` or `aiosqlite`."""
    maker: str
    """The called name: `create_engine`, `connect`, …"""
    database: Database
    is_engine: bool
    is_async: bool = False
    level: str | None = None
    """The isolation level that it is opened with: upper case, `NONE` for None, `?` where it cannot be known."""
    begin: str | None = None
    """How its transactions begin: DEFERRED, IMMEDIATE, EXCLUSIVE or AUTOCOMMIT; None where that cannot be known."""
    begins_first: bool = False
    """Whether a transaction is open before its first statement, reading ones included."""
    begin_at: Span | None = None
    """What decides that: the hook, the argument; None for the default."""
    begins_itself: bool = False
    """Whether BEGIN is executed on its connections outside hooks."""
    timeouts: tuple[int, ...] | None = None
    """How long its connections may wait for a lock, in milliseconds: each that is possible; None where unknown."""
    timeout_at: Span | None = None
    """The PRAGMA that sets it; None where the driver's argument, or its default, holds."""
    driver_timeouts: tuple[int, ...] | None = None
    """What the driver itself is given as an argument; None where nothing is, or what cannot be known."""
    timeout_given: bool = False
    """Whether the timeout is written anywhere, rather than the driver's default."""
    foreign_keys: bool | None = None
    """Whether every connection checks foreign keys; None where that cannot be known."""
    foreign_keys_at: Span | None = None
    pool: str | None = None
    hooks: tuple[Hook, ...] = ()
    pragmas: tuple[PragmaUse, ...] = ()
    """Those that run on its connections outside hooks."""
    open_arguments: bool = False
    """Whether it is given arguments that cannot be known."""
    doors: tuple[str, ...] = ()
    """The functions that make it, as `module:function`: the one that it stands in, and those that return it on."""
    writes: bool | None = None
    """Whether anything is written through it; None where nothing was seen to go through it at all."""
    kept: tuple[Kept, ...] = ()
    factories: tuple[Span, ...] = ()
    """The session factories made of it."""
    tables: tuple[str, ...] = ()
    """The tables that are created through it."""
    store: str = ""
    """The name of its store: the same for all openings of one database."""
    disposed: tuple[Disposal, ...] = ()
    removals: tuple[Removal, ...] = ()
    """What takes its file away under open connections."""

    @property
    def all_pragmas(self) -> tuple[PragmaUse, ...]:
        """Those of its hooks, then those outside."""
        return (*(one for hook in self.hooks for one in hook.pragmas), *self.pragmas)


@dataclass(frozen=True, slots=True)
class Threads:
    """What makes threads meet in a project: the imported library, and where it is imported."""

    library: str
    span: Span


@dataclass(frozen=True, slots=True)
class Store:
    """The openings of one database. `name` is the file's, else that of the function that opens it."""

    name: str
    openings: tuple[Opening, ...]
    tables: tuple[str, ...] = ()


def agreed(openings: Sequence[Opening]) -> Opening:
    """The first of some openings, with what not all of them agree on taken for unknown."""
    first = openings[0]
    if len(openings) == 1:
        return first
    dialects = {one.database.dialect for one in openings}
    memory = {one.database.memory for one in openings}
    begins = {(one.begin, one.begins_first) for one in openings}
    database = replace(
        first.database,
        dialect=first.database.dialect if len(dialects) == 1 else None,
        memory=first.database.memory if len(memory) == 1 else None,
        words=None,
        file=None,
        read_only=all(one.database.read_only for one in openings),
    )
    begin, begins_first = (first.begin, first.begins_first) if len(begins) == 1 else (None, False)
    return replace(first, database=database, begin=begin, begins_first=begins_first)
