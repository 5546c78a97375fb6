"""What happens on the connections of one opening, in order: which PRAGMA meets which transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from persistlint.facts.sql import Kind as Sql
from persistlint.facts.sql import SqlStatement
from persistlint.facts.stores import PragmaUse
from persistlint.project.interp.values import Loc, Made
from persistlint.project.resources.kinds import Kind, Resource
from persistlint.project.stores.hooks import Attached
from persistlint.project.stores.pragmas import WRITES, Reader, is_raw
from persistlint.project.stores.watch import Heard, Moment
from persistlint.source import Span

_EXECUTES = frozenset({
    "execute", "exec_driver_sql", "executescript", "executemany", "execute_fetchall", "scalar", "scalars", "exec",
})  # fmt: skip
_ENDS = frozenset({"commit", "rollback", "close"})
_ORM = frozenset({"add", "add_all", "delete", "merge", "flush", "query", "get"})
_DDL = frozenset({Sql.CREATE_TABLE, Sql.CREATE_INDEX, Sql.ALTER, Sql.DROP})

NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Begun:
    """What is open: a mode, `none`, or None for unknown; and what opened it."""

    mode: str | None
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What the timeline must know of an opening: its call, when it was met, and how the driver begins."""

    made: Made
    moment: Moment
    is_engine: bool
    level: str | None
    """The driver's isolation level, `NONE` where it begins nothing itself; None for its default."""
    always: bool
    """The driver itself keeps a transaction open (`autocommit=False`)."""


@dataclass(slots=True)
class Timeline:
    """Walks through the uses of one opening."""

    opened: Opened
    hooks: list[Attached]
    reader: Reader
    spans: Callable[[Loc], Span]
    answered: Callable[[Heard], bool]
    escapes: Callable[[Heard, Resource], bool]
    """Whether a connection, at one use of it, is handed on to somebody who is not seen."""
    pragmas: list[tuple[PragmaUse, object, bool]] = field(default_factory=list[tuple[PragmaUse, object, bool]])
    """Each with the key of its connection in `worked`, and whether that is handed on."""
    worked: set[object] = field(default_factory=set[object])
    """The connections, by function, that did more than PRAGMAs."""
    writes: bool | None = None
    begins_itself: bool = False
    _states: dict[tuple[int, object], Begun] = field(default_factory=dict[tuple[int, object], Begun])

    def run(self, uses: Iterable[Heard]) -> list[PragmaUse]:
        """The PRAGMAs among the uses, each with what is open when it runs."""
        for use in uses:
            self.writes = (
                self.writes or use.event.name == "commit" or (use.event.name == "begin" and not use.event.args)
            )
            self._use(use)
        return [replace(one, alone=key not in self.worked and not escapes) for one, key, escapes in self.pragmas]

    def _use(self, use: Heard) -> None:
        connection = _connection(use.receiver)
        if connection is None or use.receiver is None:
            return
        name = use.event.name
        raw = not self.opened.is_engine or is_raw(use.event.func)
        key = (id(connection.value), use.moment.root)
        state = self._states.get(key) or self._first(use, connection, raw=raw)
        if name in _ENDS:
            state = Begun(NOTHING)
        elif name == "begin" and not raw:
            state = self._begun(use)
        elif name in _EXECUTES:
            if not raw and state.mode in (NOTHING, None):
                state = self._begun(use)
            state = self._execute(use, state, raw=raw)
        elif name in _ORM and not raw:
            self.worked.add(key)
            self.writes = self.writes or name in ("add", "add_all", "delete", "merge")
            if state.mode == NOTHING:
                state = self._begun(use)
        if not use.moment.is_sure(self.opened.moment) and name in _ENDS:
            state = Begun(None)
        self._states[key] = state

    def _first(self, use: Heard, connection: Resource, *, raw: bool) -> Begun:
        """What is open on a connection before its first use in a function."""
        if self.opened.always:
            return Begun("DEFERRED", self.spans(self.opened.made.loc))
        if connection.value is self.opened.made and use.moment.root != self.opened.moment.root:
            return Begun(None)  # made elsewhere: whoever had it before may have left something open
        if connection.begun and not raw:
            return self._begun(use)
        return Begun(NOTHING)

    def _begun(self, use: Heard) -> Begun:
        """What SQLAlchemy's own beginning of a transaction opens."""
        known = True
        for one in self.hooks:
            when = self.was_before(one, use)
            if one.hook.event != "begin" or one.hook.begins is None or when is False:
                continue
            if when is None or not one.hook.certain:
                known = False
                continue
            return Begun(one.hook.begins, one.hook.span)
        return Begun(NOTHING) if known else Begun(None)

    def was_before(self, one: Attached, use: Heard) -> bool | None:
        """Whether a hook was registered when something ran; None where that cannot be told."""
        at, root = one.registered.moment, use.moment.root
        if at.root == root:
            return at.order < use.moment.order
        # Registered where the engine was made, or when its module was loaded: part of what came before.
        return True if at.root == self.opened.moment.root or (at.root is not None and at.root[1] == -1) else None

    def _execute(self, use: Heard, state: Begun, *, raw: bool) -> Begun:
        event = use.event
        first = event.args[0] if event.args else None
        place = self.spans(Loc(event.path, event.node.at, event.node.end))
        if event.name == "executescript" and raw:
            state = Begun(NOTHING)
        alternatives = self.reader.alternatives(first)
        if not alternatives or any(statement.pragma is None for _, found in alternatives for statement in found):
            self.worked.add(self._key(use))
        for text, statements in alternatives:
            after = state
            for statement in statements:
                self._note_kind(statement)
                if statement.pragma is not None:
                    blank = self._pragma(use, after, place, raw=raw)
                    connection = _connection(use.receiver)
                    escapes = connection is None or self.escapes(use, connection)
                    self.pragmas.append((self.reader.pragma(text, statement.pragma, blank), self._key(use), escapes))
                after = self._after(statement, after, place, script=event.name == "executescript")
            if len(alternatives) == 1:
                state = after
        return state

    def _after(self, statement: SqlStatement, state: Begun, place: Span, *, script: bool) -> Begun:
        if statement.begin_mode is not None:
            return Begun(statement.begin_mode, place)
        if statement.kind in (Sql.COMMIT, Sql.ROLLBACK):
            return Begun(NOTHING)
        driver_begins = self.opened.level != "NONE" and not script
        if state.mode == NOTHING and driver_begins and statement.kind in WRITES:
            return Begun(self.opened.level or "DEFERRED", place)
        return state

    def _pragma(self, use: Heard, state: Begun, place: Span, *, raw: bool) -> PragmaUse:
        session = use.receiver is not None and use.receiver.kind is Kind.SESSION
        return PragmaUse(
            "",
            (),
            reads=False,
            span=place,
            function=use.event.function,
            via="driver" if raw else "session" if session else "connection",
            certain=use.moment.is_sure(self.opened.moment),
            begun=state.mode,
            begun_at=state.at,
            answered=self.answered(use),
        )

    def _note_kind(self, statement: SqlStatement) -> None:
        self.begins_itself = self.begins_itself or statement.begin_mode is not None
        if statement.kind in WRITES or statement.kind in _DDL:
            self.writes = True

    def _key(self, use: Heard) -> object:
        connection = _connection(use.receiver)
        return (id(connection.value) if connection is not None else 0, use.moment.root)


def _connection(resource: Resource | None) -> Resource | None:
    """The connection, session or engine that a use goes to."""
    while resource is not None and resource.kind is Kind.CURSOR:
        resource = resource.source
    return resource if resource is not None and resource.kind is not Kind.FACTORY else None
