"""What the `with` blocks of a function end, and how: by the manager that each is entered over."""

from __future__ import annotations

from typing import NamedTuple

from persistlint.facts import code
from persistlint.project.flow.calls import Caller, arguments, database_of, kinds_of
from persistlint.project.flow.deeds import Doing, do
from persistlint.project.flow.states import Did, Rid, State, Tx
from persistlint.project.flow.summaries import Summary, Use, add, through
from persistlint.project.flow.views import entered_value, place_of
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import Class, External, Function, Instance, Loc, Made, Value, options_of
from persistlint.project.resources.kinds import Kind, Resource, contained, is_autocommit, receiver_of


class Manager(NamedTuple):
    """How a `with` block ends one resource: the effects on the way out without and with an exception."""

    rid: Rid
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    summary: Summary | None = None
    lent: Rid | None = None
    """The resource's name in the context manager that lends it, or works on it."""
    before: Tx = Tx()
    """What that one does to it before the block."""
    either: bool = False
    """It is one of two that a condition chooses from, and may not be the one of this path."""


def managers(caller: Caller, node: code.Expr) -> list[Manager]:
    """What a `with` item ends."""
    inner = node.value if isinstance(node, code.Await) else node
    events = caller.view.at(inner) if isinstance(inner, code.Call) else []
    named = [found for event in events for found in _by_call(caller, event)]
    if named:
        return named
    values = caller.view.entered.get(place_of(node), [])
    found = [one for value in values for option in options_of(value) for one in _by_value(caller, option)]
    return [one._replace(either=True) for one in found] if isinstance(node, code.IfExp) else found


def suppresses(caller: Caller, node: code.Expr) -> bool:
    """Whether a `with` item swallows exceptions."""
    events = caller.view.at(node) if isinstance(node, code.Call) else []
    return any(isinstance(event.func, External) and event.func.name == "contextlib.suppress" for event in events)


def _by_call(caller: Caller, event: CallEvent) -> list[Manager]:
    for func in options_of(event.func):
        if isinstance(func, External) and func.name in ("contextlib.closing", "contextlib.aclosing"):
            closed = [one for one in contained(event.result) if one.kind is not Kind.CURSOR]
            return [Manager(caller.view.rid(one), ("close",), ("close",)) for one in closed]
        if isinstance(func, Function) and func.kind == "contextmanager":
            return _lent(caller, func, event)
    if event.name in ("begin", "begin_nested"):
        target = receiver_of(event.func)
        if target is not None and target.kind in (Kind.SESSION, Kind.CONNECTION):
            ends = ("flush",) if event.name == "begin_nested" else ("commit",)
            return [
                Manager(caller.view.rid(target), ends, ("undo",) if event.name == "begin_nested" else ("rollback",))
            ]
    return []


def _lent(caller: Caller, function: Function, event: CallEvent) -> list[Manager]:
    summary = caller.summary(function)
    if summary is None:
        return []
    handed = caller.view.handed(event)
    kinds = {rid: kinds_of(summary.resources[rid]) for rid in summary.lent if rid in summary.resources}
    out: list[Manager] = []
    for resource in handed:
        lent = next((rid for rid, kind in sorted(kinds.items()) if resource.kind in kind), None)
        out.append(Manager(caller.view.rid(resource), summary=summary, lent=lent))
    given = arguments(function, event)
    for rid, before in sorted(summary.before.items()):
        own = caller.translate(rid, summary, given)
        if own is not None and all(own != one.rid for one in out):
            out.append(Manager(own, summary=summary, lent=rid, before=before))
    return out


def _by_value(caller: Caller, value: Value) -> list[Manager]:
    if isinstance(value, Instance) and not contained(value):
        return []
    return [found for item in entered_value(value) for one in contained(item) for found in _own(caller, one)]


def _own(caller: Caller, resource: Resource) -> list[Manager]:
    """How a resource ends itself when it is the manager.

    sqlite3's commits or rolls back and never closes
    (https://docs.python.org/3/library/sqlite3.html#how-to-use-the-connection-context-manager).
    """
    rid = caller.view.rid(resource)
    if resource.kind is Kind.CURSOR:
        return []
    exits = _overridden(resource)
    if exits is not None:
        return _by_names(rid, caller.called(exits))
    if resource.library == "sqlite3":
        return [] if is_autocommit(resource) else [Manager(rid, ("commit",), ("rollback",))]
    if resource.begun:
        return [Manager(rid, ("commit", "close"), ("rollback", "close"))]
    if resource.kind in (Kind.SESSION, Kind.CONNECTION):
        return [Manager(rid, ("close",), ("close",))]
    return []


def _overridden(resource: Resource) -> Function | None:
    """The `__exit__` of the project's own subclass of a session or connection."""
    cls = made_of(resource)
    found = (cls.find("__exit__") or cls.find("__aexit__")) if cls is not None else None
    return found if isinstance(found, Function) else None


def made_of(resource: Resource) -> Class | None:
    """The class of the project that a session or connection is an instance of: `sessionmaker(class_=Mine)`."""
    if isinstance(resource.value, Instance):
        return resource.value.cls
    option_of = {Kind.SESSION: "class_", Kind.CONNECTION: "factory"}.get(resource.kind)
    current: Resource | None = resource
    while current is not None and option_of is not None:
        value = current.value
        found = value.kwargs.get(option_of) if isinstance(value, Made) else None
        if isinstance(found, Class):
            return found
        current = current.source
    return None


def _by_names(rid: Rid, called: frozenset[str] | None) -> list[Manager]:
    """A block whose end is the project's own: what that calls tells what it does; unknown counts as all of it."""
    if called is None:
        return [Manager(rid, ("commit", "close"), ("rollback", "close"))]
    good = tuple(act for act in ("commit", "close") if act in called or "super" in called or "__exit__" in called)
    return [Manager(rid, good, tuple(act for act in ("rollback", "close") if act in called or act == "close"))]


def enter(state: State, manager: Manager) -> State:
    """The state inside the block."""
    if manager.lent is not None and not manager.rid.startswith("call:"):
        return add(state, manager.rid, manager.before)
    held = state.get(manager.rid)
    if held.status == "absent" and manager.either:
        return state
    status = "open" if held.status == "absent" else held.status
    # What a context manager of the project lends is its own to close; a leak is reported there.
    managed = manager.summary is not None or "close" in manager.good
    return state.put(manager.rid, held._replace(status=status, managed=managed))


def leave(caller: Caller, state: State, manager: Manager, at: Loc, *, failed: bool) -> State:
    """The state behind the block."""
    rid = manager.rid
    database = database_of(caller.view.resources.get(rid), rid)
    if manager.either and state.get(rid).status == "absent":
        return state
    if manager.summary is not None:
        return _resumed(caller, state, manager, at, failed=failed)
    for act in manager.bad if failed else manager.good:
        state = do(state, Doing(rid, act, Did(at, act), database), caller.notes)
    return state


def _resumed(caller: Caller, state: State, manager: Manager, at: Loc, *, failed: bool) -> State:
    """What the generator does to what it lent once the block is over: the most that any of its paths does."""
    rid = manager.rid
    summary = manager.summary
    wanted = "err" if failed else "ok"
    uses: tuple[Use, ...] = () if summary is None else summary.uses.get(manager.lent or "", ())
    behind = [use for use in uses if use.phase == wanted]
    if not behind:
        held = state.get(rid)
        return state.put(rid, held._replace(escaped=True)) if rid.startswith("call:") else state
    best = max(behind, key=lambda use: (use.ended == "commit", use.ended is not None, use.closed))
    lent = best._replace(first=best.first._replace(write=None, read=None, pending=None, read_first=False))
    return through(state, rid, lent, at, database_of(caller.view.resources.get(rid), rid), caller.notes)
