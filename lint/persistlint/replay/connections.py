"""Which connection a statement of an upgrade goes to, which transaction it is in, and what nobody commits.

https://docs.python.org/3/library/sqlite3.html#transaction-control,
https://docs.sqlalchemy.org/en/20/core/connections.html#using-transactions
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal

from persistlint.facts import code
from persistlint.facts.sql import Kind
from persistlint.project.interp.frames import terminal
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    External,
    Loc,
    Made,
    Value,
    flag,
    known,
    options_of,
)

Opening = Literal["block", "connection", "session", "sqlite3"]
"""How a connection is opened: `begin` commits at the end of its block, `connection` and `session` are SQLAlchemy's."""
_SAME = frozenset({
    "execute", "executemany", "executescript", "exec_driver_sql", "scalar", "scalars", "cursor", "commit", "rollback",
    "close", "connection", "execution_options", "get_bind", "begin_nested", "get_columns", "get_table_names",
    "has_table", "get_indexes", "get_foreign_keys", "get_unique_constraints", "get_pk_constraint",
    "get_check_constraints", "get_view_names", "sync_connection", "sync_session",
})  # fmt: skip
"""Attributes of a connection, session, cursor or inspector that lead to no other connection."""
_OPENERS: dict[str, Opening] = {"connect": "connection", "raw_connection": "sqlite3", "begin": "block"}
_SESSIONS = frozenset({"Session", "sessionmaker", "AsyncSession", "async_sessionmaker", "scoped_session"})
_DEEPEST = 12
_DATA = (Kind.INSERT, Kind.UPDATE, Kind.DELETE)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A statement after which its connection was closed without a commit.

    `begun` is whether a transaction was open, so that it was rolled back: Python's sqlite3 opens none before DDL.
    """

    loc: Loc
    function: str | None
    statement: str
    depth: int
    opened: Loc
    begun: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a statement or question went: to which connection or engine, and in which transaction of it.

    `engine` is what the connection was opened from, None for what was not seen to be opened.
    """

    key: Hashable
    engine: Hashable | None = None
    serial: int = 0

    def is_before(self, other: Moment) -> bool:
        """Whether `other` is for certain in another transaction than this one."""
        if other.engine is None:
            return False
        return self != other if self.engine is not None else self.key == other.engine


@dataclass(frozen=True, slots=True)
class Read:
    """A question about the schema, asked before the step `index`; of any table where `tables` is empty."""

    index: int
    tables: tuple[str, ...]
    moment: Moment | None
    loc: Loc


@dataclass(slots=True)
class _Connection:
    opening: Opening
    made: Made
    engine: Hashable
    autocommit: bool
    serial: int = 0
    begun: bool = False
    explicit: bool = False
    pending: list[tuple[Loc, str | None, str, int]] = field(default_factory=list[tuple[Loc, str | None, str, int]])


class Connections:
    """The connections that one run of an upgrade opens."""

    def __init__(self) -> None:
        self.unsaved: list[Unsaved] = []
        self.is_sqlite_at: Callable[[Loc], bool] = lambda _: False
        """Whether what is opened at a place is an SQLite database for certain."""
        self.begins_first = False
        """Whether SQLAlchemy's connections emit a BEGIN before anything else, as a hook tells them."""
        self._open: dict[int, _Connection] = {}

    def moment(self, value: Value) -> Moment | None:
        """What a call on `value` (`connection.execute`, `inspect(engine).get_columns`) speaks to; None if unknown."""
        found = self._of(value)
        if isinstance(found, _Connection):
            return Moment(id(found), found.engine, found.serial)
        return None if found is None else Moment(found)

    def is_sqlite(self, value: Value) -> bool:
        """Whether a call on `value` goes to SQLite for certain, whatever the SQL looks like."""
        found = self._of(value)
        if not isinstance(found, _Connection):
            return False
        opened = found.made.func.base if isinstance(found.made.func, Attribute) else found.made
        return isinstance(opened, Made) and self.is_sqlite_at(opened.loc)

    def is_known(self, value: Value) -> bool:
        """Whether a call on `value` goes to a connection that was seen to be opened."""
        return isinstance(self._of(value), _Connection)

    def is_begun(self, value: Value) -> bool:
        """Whether a call on `value` runs inside a transaction."""
        found = self._of(value)
        return isinstance(found, _Connection) and (found.begun or (self.begins_first and found.opening != "sqlite3"))

    def executed(
        self,
        func: Value,
        statement: str,
        kind: Kind,
        loc: Loc,
        function: str | None,
        depth: int,
        *,
        script: bool,
        plain: bool,
    ) -> None:
        """Note a statement on a connection of which it is known how it was opened.

        `plain` is a string given to `execute`: SQLAlchemy 2 refuses it, and 1.x committed it by itself.
        """
        found = self._of(func)
        if not isinstance(found, _Connection) or (plain and found.opening != "sqlite3"):
            return
        if script:
            self._saved(found)  # `executescript` commits first, and begins nothing
        match kind:
            case Kind.BEGIN:
                found.begun = found.explicit = True
            case Kind.COMMIT | Kind.ROLLBACK:
                self._saved(found)
            case Kind.SELECT | Kind.PRAGMA | Kind.OTHER | Kind.SAVEPOINT | Kind.RELEASE:
                pass
            case _ if script and not found.explicit:
                pass
            case _ if not found.autocommit or found.explicit:
                found.begun = found.begun or kind in _DATA
                if found.begun or found.opening != "sqlite3":
                    found.pending.append((loc, function, statement, depth))
            case _:
                pass

    def called(self, func: Value, name: str) -> None:
        """Note `commit`, `rollback` and `close`."""
        if name not in ("commit", "rollback", "close") or not isinstance(func, Attribute):
            return
        found = self._of(func.base)
        if isinstance(found, _Connection):
            if name == "close" and func.base is found.made:
                self._lose(found)
            elif name != "close":
                self._saved(found)

    def left(self, value: Value, manager: code.Expr) -> None:
        """Note the end of a `with` block."""
        closing = isinstance(manager, code.Call) and terminal(manager.func) == "closing"
        for option in options_of(value):
            found = self._of(option)
            if not isinstance(found, _Connection):
                continue
            keeps = found.opening in ("connection", "session") and found.made is option
            if closing or keeps:
                self._lose(found)
            else:
                self._saved(found)

    @staticmethod
    def _saved(found: _Connection) -> None:
        found.pending.clear()
        found.serial += 1
        found.begun = found.explicit = False

    def _lose(self, found: _Connection) -> None:
        for loc, function, statement, depth in found.pending:
            self.unsaved.append(Unsaved(loc, function, statement, depth, found.made.loc, found.begun))
        self._saved(found)

    def _of(self, value: Value) -> _Connection | Hashable | None:
        """The connection that a value is or leads to, else what names the engine; None where that is not known."""
        for _ in range(_DEEPEST):
            match value:
                case Made(func=Attribute(base=base, name="execution_options")) if isinstance(
                    found := self._of(base), _Connection
                ):
                    found.autocommit = True  # or may be: the only option of one connection is its isolation level
                    return found
                case Attribute(base=base, name=name) if name in _SAME:
                    value = base
                case Made(func=Attribute(base=base, name=name)) if name in _SAME:
                    value = base
                case Made(func=External(name="sqlalchemy.inspect" | "sqlalchemy.inspection.inspect")) if value.args:
                    value = value.args[0]
                case Made(func=Attribute(base=base, name="begin")) if isinstance(self._of(base), _Connection):
                    value = base
                case Made():
                    return self._made(value)
                case Choice():
                    return None
                case Attribute(base=base, name=name):
                    inner = self._of(base)
                    if isinstance(inner, _Connection) and name in ("engine", "bind"):
                        return inner.engine
                    return None if inner is None or isinstance(inner, _Connection) else (inner, name)
                case _:
                    return id(value)
        return None

    def _made(self, value: Made) -> _Connection | Hashable:
        known_one = self._open.get(id(value))
        if known_one is not None:
            return known_one
        opening = _opening(value)
        if opening is None:
            return id(value)
        engine = self._of(value.func.base) if isinstance(value.func, Attribute) else id(value)
        named = id(engine) if isinstance(engine, _Connection) else engine
        made = _Connection(opening, value, named, _commits_itself(value))
        self._open[id(value)] = made
        return made


def _opening(value: Made) -> Opening | None:
    func = value.func
    if isinstance(func, Attribute):
        return _OPENERS.get(func.name)
    if value.name == "sqlite3.connect":
        return "sqlite3"
    last = value.name.rpartition(".")[2]
    if last in ("Session", "AsyncSession") and value.name.startswith(("sqlalchemy", "sqlmodel")):
        return "session"
    return "session" if isinstance(func, Made) and func.name.rpartition(".")[2] in _SESSIONS else None


def _commits_itself(value: Made) -> bool:
    """Whether each statement is committed at once, or that cannot be known."""
    for made in (value, value.func.base if isinstance(value.func, Attribute) else None):
        if not isinstance(made, Made):
            continue
        level = made.attrs.get("isolation_level", made.kwargs.get("isolation_level"))
        if level is not None and (known(level) or "AUTOCOMMIT").upper() == "AUTOCOMMIT":
            return True
        if flag(made.kwargs.get("autocommit")) is True or made.open or "execution_options" in made.kwargs:
            return True
        if isinstance(made.func, Attribute) and made.func.name == "execution_options":
            return True
    return False
