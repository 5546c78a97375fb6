"""All functions of a project: each followed once, what it calls first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from persistlint.facts import code
from persistlint.project.flow.calls import Caller
from persistlint.project.flow.counts import find_counts
from persistlint.project.flow.deeds import Notes
from persistlint.project.flow.objects import find_objects
from persistlint.project.flow.sql import SqlReader
from persistlint.project.flow.states import Ends, Held, State
from persistlint.project.flow.summaries import UNKNOWN, Summary, summarise
from persistlint.project.flow.views import View, look, place_of
from persistlint.project.flow.waits import Waits
from persistlint.project.flow.walk import TooMany, Walk
from persistlint.project.interp.invocation import body_of
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Function, Value
from persistlint.project.resources.heard import Heard, Key

MODULE = "<module>"


@dataclass(frozen=True, slots=True)
class Followed:
    """One function with the ends of its paths; `ends` is None where it has too many."""

    view: View
    notes: Notes
    ends: Ends | None
    summary: Summary
    decorators: tuple[Value, ...] = ()


@dataclass(slots=True)
class Analysis:
    """Follows functions on demand, so that a call can ask what its callee does."""

    machine: Machine
    heard: Heard
    reader: SqlReader
    done: dict[Key, Followed] = field(default_factory=dict[Key, Followed])
    _running: set[Key] = field(default_factory=set[Key])
    waits: Waits = field(init=False)

    def __post_init__(self) -> None:
        self.waits = Waits(self.machine, self.heard)

    def summary(self, function: Function) -> Summary | None:
        """What calling a function does; None where nothing was heard of it."""
        key = (function.path, function.node.at)
        if isinstance(function.node, code.Lambda) or key not in self.heard.calls:
            return None
        if key in self._running:
            return UNKNOWN
        return self.function(function).summary

    def called(self, function: Function) -> frozenset[str] | None:
        """The names of what a function calls; None where nothing was heard of it."""
        found = self.heard.calls.get((function.path, function.node.at))
        return None if found is None else frozenset(event.name for events in found.values() for event in events)

    def _body(self, function: Function) -> code.Block:
        return body_of(self.machine, function)

    def function(self, function: Function) -> Followed:
        """Follow a function, once."""
        key = (function.path, function.node.at)
        found = self.done.get(key)
        if found is None:
            node = function.node
            params = [param.name for param in node.params]
            body = body_of(self.machine, function)
            module = function.env.module
            found = self._follow(
                key, function.qualname, body, params, module, is_async=getattr(node, "is_async", False)
            )
            found = self.done[key] = replace(found, decorators=function.decorators)
        return found

    def module(self, module: Module) -> Followed:
        """Follow a module's own statements."""
        key = (module.path, -1)
        found = self.done.get(key)
        return found or self._follow(key, MODULE, module.facts.body, [], module, is_async=False)

    def _follow(
        self, key: Key, name: str, body: code.Block, params: Sequence[str], module: Module, *, is_async: bool
    ) -> Followed:
        self._running.add(key)
        try:
            entered: dict[tuple[int, int], list[Value]] = {}
            for event in self.heard.entered.get(key, ()):
                entered.setdefault(place_of(event.node), []).append(event.value)
            events = self.heard.calls.get(key, {})
            view = View(module.path, name, body, frozenset(params), events, entered, module.facts.bodies)
            found = self._walk(view, is_async=is_async)
        finally:
            self._running.discard(key)
        self.done[key] = found
        return found

    def _walk(self, view: View, *, is_async: bool) -> Followed:
        notes = Notes()
        caller = Caller(view, self.reader, notes, self.summary, self.called, self.waits.function, self._body)
        opened = caller.prepare()
        look(view)
        find_objects(view, self.reader)
        find_counts(view)
        for events in view.events.values():
            caller.effects(events)  # names every resource that the function is going to touch
        start = State(
            tuple(sorted((rid, Held("open")) for rid in view.resources if rid.startswith(("param:", "held:"))))
        )
        walk = Walk(caller, opened, is_async=is_async)
        try:
            ends = walk.run(start)
        except (TooMany, RecursionError):
            return Followed(view, Notes(), None, UNKNOWN)
        return Followed(view, notes, ends, summarise(ends, view.resources, frozenset(walk.lent), walk.before))


def follow_all(
    analysis: Analysis, functions: Sequence[Function], modules: Sequence[Module], wanted: Callable[[str], bool]
) -> Iterator[Followed]:
    """Every function and module that was heard of and whose path is wanted, in the order of their places."""
    own = [one for one in functions if wanted(one.path) and (one.path, one.node.at) in analysis.heard.calls]
    for function in sorted(own, key=lambda one: (one.path, one.node.at)):
        yield analysis.function(function)
    for module in sorted(modules, key=lambda one: one.path):
        if wanted(module.path) and (module.path, -1) in analysis.heard.calls:
            yield analysis.module(module)
