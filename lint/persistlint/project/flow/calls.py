"""What a call does to the states that reach it: its own effects, those of what it calls, and what escapes by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from persistlint.facts import code
from persistlint.project.flow.deeds import Doing, Notes, do
from persistlint.project.flow.effects import UNTYPED, Effect, effects_of, untyped
from persistlint.project.flow.objects import reads_before_waiting
from persistlint.project.flow.sql import SqlReader
from persistlint.project.flow.states import Did, Rid, State
from persistlint.project.flow.summaries import Summary, outside, through
from persistlint.project.flow.views import Place, View, nodes, place_of, statements
from persistlint.project.flow.waits import is_log, is_of_none
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import (
    Attribute,
    Class,
    External,
    Function,
    Loc,
    Made,
    Unknown,
    Value,
    options_of,
)
from persistlint.project.resources.kinds import (
    Kind,
    Resource,
    contained,
    is_autocommit,
    receiver_of,
    resource_of,
    root_of,
)

_OPENED = frozenset({Kind.ENGINE, Kind.CONNECTION, Kind.SESSION})
_EITHER = frozenset({Kind.CONNECTION, Kind.SESSION})
_BENIGN = frozenset({
    "closing", "aclosing", "suppress", "sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session",
    "Session", "AsyncSession", "inspect", "listen", "listens_for", "contains", "remove", "isinstance", "print", "str",
    "repr", "len", "bool", "id", "type", "hasattr", "getattr", "setattr", "read_sql", "read_sql_query",
    "read_sql_table", "cast", "iter", "next", "list", "DDL", "text", "dict",
    "log", "debug", "info", "warning", "error", "exception", "create_all", "drop_all", "create", "to_sql",
})  # fmt: skip
"""Calls outside the project that neither end nor keep a resource that they are given."""

_CACHES = re.compile(r"(?i)cache|memo|singleton|once")
_HANDED_ON = frozenset({"close", "aclose", "dispose", "commit", "rollback", "remove", "__exit__"})


@dataclass(slots=True)
class Caller:
    """What calls are looked at with."""

    view: View
    reader: SqlReader
    notes: Notes
    summary: Callable[[Function], Summary | None]
    called: Callable[[Function], frozenset[str] | None]
    """The names of what a function calls; None where it was not interpreted."""
    waiting: Callable[[Function], bool]
    """Whether a function of the project, awaited, waits for something outside the project."""
    body: Callable[[Function], code.Block]

    def effects(self, events: list[CallEvent]) -> list[tuple[Rid, Effect]]:
        """The effects of a call, each once."""
        found: dict[tuple[Rid, str, str], tuple[Rid, Effect]] = {}
        for event in events:
            for effect in effects_of(event, self.reader):
                if effect.resource.kind is Kind.CURSOR and effect.act == "close":
                    continue
                if event.name == "merge" and place_of(event.node) not in self.view.bare:
                    continue  # `order = session.merge(order)` may be for reading what it relates to
                rid = self.view.rid(effect.resource)
                found.setdefault((rid, effect.act, effect.what), (rid, effect))
        return list(found.values())

    def doing(self, rid: Rid, effect: Effect, loc: Loc, guards: frozenset[str], names: frozenset[str]) -> Doing:
        """An effect, as it is done at that place."""
        resource = self.view.resources.get(rid, effect.resource)
        did = Did(loc, self._words(rid, effect), effect.tables, names)

        def decides(read: Did) -> bool:
            return bool(guards & read.names)

        return Doing(rid, effect.act, did, database_of(resource, rid), is_autocommit(resource), effect.mode, decides)

    def _words(self, rid: Rid, effect: Effect) -> str:
        name = self.view.names.get(rid, "")
        return f"{name}{effect.what}" if name and effect.what.startswith(".") else effect.what.removeprefix(".")

    def apply(self, state: State, doings: list[Doing]) -> State:
        """The state behind the effects."""
        for doing in doings:
            state = do(state, doing, self.notes)
        return state

    def callees(self, events: list[CallEvent]) -> list[tuple[Function, CallEvent]]:
        """The project's own functions that a call runs; a context manager's body runs with its `with` block."""
        return [
            (func, event)
            for event in events
            for func in options_of(event.func)
            if isinstance(func, Function) and func.kind != "contextmanager"
        ]

    def raises(self, callee: Function) -> bool:
        """Whether a function never comes back: it ends in a `raise`, and returns nowhere."""
        body = self.body(callee)
        if callee.kind != "function" or not body or not isinstance(body[-1], code.Raise):
            return False
        found = list(statements(body))
        if any(isinstance(node, code.Yield) for stmt in found for node in nodes(stmt)):
            return False
        return not any(isinstance(stmt, code.Return) for stmt in found)

    def run(self, states: frozenset[State], callee: Function, event: CallEvent, loc: Loc) -> frozenset[State]:
        """The states behind a call of a function of the project."""
        summary = self.summary(callee)
        if summary is None:
            return states
        given = arguments(callee, event)
        for rid, uses in sorted(summary.uses.items()):
            own = self.translate(rid, summary, given)
            if own is None or not uses:
                continue
            database = database_of(self.view.resources.get(own), own)
            own_uses = [outside(use) for use in uses]
            states = frozenset(
                through(state, own, use, loc, database, self.notes) for state in states for use in own_uses
            )
        return states

    def ends_anyway(self, callees: list[tuple[Function, CallEvent]]) -> set[Rid]:
        """The resources that are closed even where the call fails, whichever of these functions it runs."""
        found: list[set[Rid]] = []
        for callee, event in callees:
            summary = self.summary(callee)
            if summary is None:
                return set()
            given = arguments(callee, event)
            ended = summary.ends_anyway
            found.append({own for rid in ended if (own := self.translate(rid, summary, given)) is not None})
        return set[Rid].intersection(*found) if found else set()

    def undecided(self, callee: Function, event: CallEvent) -> set[Rid]:
        """The resources that a function writes through on some of its paths only: its result tells which it took."""
        summary = self.summary(callee)
        if summary is None:
            return set()
        given = arguments(callee, event)
        return {
            own
            for rid, uses in summary.uses.items()
            if len({use.writes for use in uses}) > 1 or any(use.sometimes for use in uses)
            if (own := self.translate(rid, summary, given)) is not None
        }

    def loads(self, callee: Function, node: code.Call) -> list[str]:
        """The variables for objects of a session that a function which waits reads from beforehand."""
        if not self.waiting(callee):
            return []
        params = own_parameters(callee)
        given = [*zip(params, node.args, strict=False), *((arg.name, arg) for arg in node.args if arg.name)]
        return [
            arg.value.id
            for param, arg in given
            if isinstance(arg.value, code.Name) and arg.value.id in self.view.loaded
            if reads_before_waiting(self.body(callee), param)
        ]

    def translate(self, rid: Rid, summary: Summary, given: dict[str, Value]) -> Rid | None:
        """What a resource of the callee is called here."""
        if rid.startswith("param:"):
            resource = resource_of(given.get(rid.removeprefix("param:")))
            return None if resource is None else self.view.rid(resource)
        if rid.startswith("held:") and rid in summary.resources:
            return self.view.rid(summary.resources[rid])
        return None

    def prepare(self) -> dict[Place, list[Rid]]:
        """What each call opens for this function to end, by the call's place; resources get their names so."""
        for events in self.view.events.values():
            for func in (func for event in events for func in options_of(event.func)):
                used = untyped(func) if isinstance(func, Attribute) else None
                if used is not None and isinstance(used.value, Made):
                    self.view.assumed.setdefault(id(used.value), used)
        return {
            place: found for place, events in sorted(self.view.events.items()) if (found := self._opened(place, events))
        }

    def _opened(self, place: Place, events: list[CallEvent]) -> list[Rid]:
        out: list[Rid] = []
        for event in events:
            functions = [func for func in options_of(event.func) if isinstance(func, Function)]
            fresh = self._fresh(functions)
            for resource in self.view.handed(event):
                if resource.kind not in _OPENED or resource.scoped or resource.library == "flask":
                    continue
                if functions:
                    if resource.kind in fresh:
                        out.append(self.view.call(resource, f"call:{place[0]}:{resource.kind}"))
                elif _is_made_at(resource, self.view.path, place):
                    out.append(self.view.rid(resource))
        return list(dict.fromkeys(out))

    def _fresh(self, functions: list[Function]) -> frozenset[Kind]:
        """The kinds of resource that these functions open and return, or lend to a `with` block."""
        out: set[Kind] = set()
        for function in functions:
            summary = self.summary(function)
            if summary is not None and not any(_keeps(one) for one in function.decorators):
                out |= summary.fresh
                if function.kind == "contextmanager":
                    lent = [summary.resources[rid] for rid in summary.lent if rid in summary.resources]
                    out |= {kind for one in lent for kind in kinds_of(one)}
        return frozenset(out)

    def touched(self, events: list[CallEvent]) -> bool:
        """Whether a call is made on a resource, is given one, or works on one that it reaches by itself."""
        for event in events:
            if receiver_of(event.func) is not None or self._is_used(event):
                return True
            if any(contained(value) or self._is_own(value) for value in (*event.args, *event.kwargs.values())):
                return True
            if any(isinstance(func, Attribute) and self._is_own(func.base) for func in options_of(event.func)):
                return True
            if self.view.handed(event):
                return True
            # A function of the project with a row in hand shows itself whether it waits for something else.
            if not self.callees([event]) and any(self._is_of_database(value) for value in event.args):
                return True
        return any(self._works(function) for function, _ in self.callees(events))

    def _is_used(self, event: CallEvent) -> bool:
        func = event.node.func
        if isinstance(func, code.Attr) and isinstance(func.base, code.Name) and func.base.id in self.view.variables:
            return True  # also where it may not be there: in the `except` of a `try` that opens it
        return any(isinstance(func, Attribute) and untyped(func) is not None for func in options_of(event.func))

    def _is_own(self, value: Value) -> bool:
        """Whether it is a parameter that only its use here tells to be a connection or session."""
        return any(
            isinstance(option, Unknown)
            and option.parameter is not None
            and f"param:{option.parameter}" in self.view.resources
            for option in options_of(value)
        )

    def _is_of_database(self, value: Value) -> bool:
        return root_of(value) is not None and not self.reader.is_column(value)

    def waits(self, events: list[CallEvent]) -> bool:
        """Whether what is awaited really waits: for something outside the project, other than a log."""
        return any(self._waits(event, func) for event in events for func in options_of(event.func))

    def _waits(self, event: CallEvent, func: Value) -> bool:
        if isinstance(func, Function):
            return self.waiting(func)
        if isinstance(func, Unknown) and func.parameter and not (event.args or event.kwargs):
            return False  # `await operation()`: the caller's own function, which may be all about this session
        return not isinstance(func, Class) and not is_of_none(func) and not is_log(event.name)

    def _works(self, function: Function) -> bool:
        summary = self.summary(function)
        return summary is not None and any(rid.startswith("held:") for rid in summary.uses)

    def captured(self, stmt: code.FuncDef) -> set[Rid]:
        """The resources in variables that a nested function names."""
        body = self.view.bodies[stmt.body]
        return {rid for name, rids in self.view.variables.items() if name.encode() in body for rid in rids}

    def escapes(self, events: list[CallEvent]) -> set[Rid]:
        """What a call may keep or end without our seeing it."""
        gone: set[Rid] = set()
        for event in events:
            values = [*event.args, *event.kwargs.values()]
            rids = {self.view.rid(one) for value in values for one in (*contained(value), *_bound_to(value))}
            if rids and not self._is_benign(event):
                gone |= rids
        return gone

    def _is_benign(self, event: CallEvent) -> bool:
        for func in options_of(event.func):
            if isinstance(func, Function):
                if self.summary(func) is None and func.kind != "contextmanager":
                    return False
            elif isinstance(func, Class) or event.name not in _BENIGN:
                taker = resource_of(getattr(func, "base", None))  # `source.backup(target)`
                return taker is not None and taker.kind is not Kind.FACTORY  # a factory is configured to keep it
        return True


def _keeps(decorator: Value) -> bool:
    """Whether a decorator keeps what its function returns: `functools.cache`, `lru_cache(maxsize=None)`, others'."""
    value = decorator.func if isinstance(decorator, Made) else decorator
    return isinstance(value, External | Attribute) and _CACHES.search(value.name.rpartition(".")[2]) is not None


def _is_made_at(resource: Resource, path: str, place: Place) -> bool:
    value = resource.value
    return isinstance(value, Made) and value.loc.path == path and (value.loc.at, value.loc.end) == place


def _bound_to(value: Value) -> list[Resource]:
    """The resource whose `close` is handed on, to be called by somebody else: `atexit.register(connection.close)`."""
    return [
        found
        for option in options_of(value)
        if isinstance(option, Attribute) and option.name in _HANDED_ON
        if (found := resource_of(option.base)) is not None
    ]


def kinds_of(resource: Resource) -> frozenset[Kind]:
    """The kinds that a resource may be: of one that only its use tells, a connection as well as a session."""
    return _EITHER if resource.library == UNTYPED else frozenset([resource.kind])


def arguments(callee: Function, event: CallEvent) -> dict[str, Value]:
    """What each parameter of a function is given."""
    return {**dict(zip(own_parameters(callee), event.args, strict=False)), **event.kwargs}


def own_parameters(callee: Function) -> list[str]:
    """The parameters that a caller fills by position: not the instance of a method."""
    params = [param.name for param in callee.node.params if param.kind in ("p", "a")]
    return params[1:] if callee.bound is not None and callee.kind != "staticmethod" else params


def database_of(resource: Resource | None, rid: Rid) -> str:
    """A name for the database that a resource leads to: the same for the same opening call."""
    if resource is None:
        return rid
    opening = resource.opening
    if opening.loc is None:  # two sessions of one factory that is a parameter
        return rid if opening.parameter is None else f"param:{opening.parameter}"
    return f"{opening.loc.path}:{opening.loc.at}"
