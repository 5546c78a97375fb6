"""What objects open and keep in an attribute, and end with nothing when they are ended themselves.

An object without a method that ends it lives as long as its process. One that has such a method promises to end what
it has opened; whether its users call that method is their affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from persistlint.facts import code
from persistlint.facts.flow import Handle, Owned
from persistlint.project.flow.analysis import Followed
from persistlint.project.flow.views import nodes, statements
from persistlint.project.interp.frames import SetEvent
from persistlint.project.interp.invocation import body_of
from persistlint.project.interp.values import Class, Const, Function, Instance, Loc, Made, Value, options_of
from persistlint.project.resources.heard import Heard
from persistlint.project.resources.kinds import Kind, Resource, is_autocommit, resource_of
from persistlint.source import Span

_ENDERS = (
    "close",
    "aclose",
    "__exit__",
    "__aexit__",
    "dispose",
    "shutdown",
    "disconnect",
    "cleanup",
    "teardown",
    "stop",
)
"""Methods by which an object is ended, the likeliest first."""


def owned(followed: Iterable[Followed], heard: Heard, spans: Callable[[Loc], Span]) -> tuple[Owned, ...]:
    """The engines and connections in attributes that nothing in the project ends."""
    known = [one for one in followed if one.ends is not None]
    ended = {loc for one in followed for loc in _ended(one)}
    views = {(one.view.path, one.view.name) for one in known}
    sets = [
        event for key, events in sorted(heard.sets.items()) for event in events if (key[0], event.function) in views
    ]
    out: dict[Span, Owned] = {}
    for made, events in sorted(_kept(sets).items(), key=lambda item: (item[0].path, item[0].at)):
        event = events[0]
        cls = event.base.cls if isinstance(event.base, Instance) else None
        resource = resource_of(event.value)
        ender = _ender(cls) if cls is not None else None
        if resource is None or cls is None or ender is None or made in ended:
            continue
        if any(_place(one) != _place(event) for one in events):
            continue  # somebody else has it too
        if _is_in_a_lambda(known, event) or _is_given_unseen(heard, event):
            continue
        method = f"{cls.name}.{ender.node.name}" if isinstance(ender.node, code.FuncDef) else cls.name
        place = spans(Loc(ender.path, ender.node.at, ender.node.at + len("def")))
        found = Owned(_handle(resource, event, spans(made)), method, place)
        out.setdefault(found.handle.at, found)
    return tuple(out[at] for at in sorted(out))


def _kept(sets: Iterable[SetEvent]) -> Mapping[Loc, list[SetEvent]]:
    """Every assignment of an opening to an attribute, item or global, by the opening, which is surely the object's."""
    out: dict[Loc, list[SetEvent]] = {}
    others: set[Loc] = set()
    for event in sets:
        options = [one for one in options_of(event.value) if not (isinstance(one, Const) and one.value is None)]
        found = [loc for one in options if (loc := _opened(one)) is not None]
        if len(found) < len(options):
            others.update(found)  # it may be somebody else's: `engine or create_engine(url)`
        for loc in found:
            out.setdefault(loc, []).append(event)
    return {loc: events for loc, events in out.items() if loc not in others}


def _opened(value: Value) -> Loc | None:
    """The call, where a value is an engine or connection that is opened by it."""
    resource = resource_of(value) if isinstance(value, Made) else None
    if resource is None or resource.source is not None or resource.kind not in (Kind.ENGINE, Kind.CONNECTION):
        return None
    return resource.loc


def _place(event: SetEvent) -> tuple[Class | None, str | None]:
    return (event.base.cls if isinstance(event.base, Instance) else None), event.name


def _ended(followed: Followed) -> Iterator[Loc]:
    """The openings that a function ends, or may end: it hands them on, or has too many paths to tell."""
    notes, view = followed.notes, followed.view
    for rid, resource in view.resources.items():
        loc = resource.opening.loc
        is_itself = resource.opening.kind is resource.kind
        if loc is not None and ((is_itself and rid in notes.closes) or rid in notes.handed or followed.ends is None):
            yield loc


def _ender(cls: Class) -> Function | None:
    """Its own such method: one of a base may be there for others that end nothing."""
    for name in _ENDERS:
        found = cls.names.get(name)
        if isinstance(found, Function):
            return found
    return None


def _is_in_a_lambda(followed: Iterable[Followed], event: SetEvent) -> bool:
    """Whether a lambda names the attribute: `atexit.register(lambda: self.engine.dispose())` is not followed."""
    return any(
        isinstance(node, code.Attr) and node.name == event.name
        for one in followed
        if one.view.path == event.path
        for stmt in statements(one.view.body)
        for lambda_ in nodes(stmt)
        if isinstance(lambda_, code.Lambda)
        for node in nodes(lambda_.body)
    )


def _is_given_unseen(heard: Heard, event: SetEvent) -> bool:
    """Whether a function that was not interpreted gives the attribute to something, or calls a method of it."""
    machine = heard.machine
    functions = machine.functions if machine is not None else []
    return machine is not None and any(
        _uses(node, event.name)
        for function in functions
        if function.path == event.path and (function.path, function.node.at) not in heard.calls
        for stmt in statements(body_of(machine, function))
        for node in nodes(stmt)
    )


def _uses(node: code.Node, name: str | None) -> bool:
    if not isinstance(node, code.Call):
        return False
    func = node.func.base if isinstance(node.func, code.Attr) else None
    return any(isinstance(one, code.Attr) and one.name == name for one in (func, *(arg.value for arg in node.args)))


def _handle(resource: Resource, event: SetEvent, at: Span) -> Handle:
    implicit = resource.library in ("sqlite3", "aiosqlite")
    return Handle(
        str(resource.kind), resource.library, f"self.{event.name}", event.function or "", at, "shared", at,
        resource.is_async, is_autocommit(resource), implicit, resource.scoped,
    )  # fmt: skip
