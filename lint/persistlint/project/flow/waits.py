"""Which functions of the project, when they are awaited, wait for something outside of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from persistlint.facts import code
from persistlint.project.flow.effects import untyped
from persistlint.project.flow.views import nodes, statements
from persistlint.project.interp.frames import CallEvent, Frame, terminal
from persistlint.project.interp.invocation import body_of
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Attribute, Class, Const, Function, Value, options_of
from persistlint.project.resources.heard import Heard, Key
from persistlint.project.resources.kinds import contained, receiver_of

_LOG = re.compile(r"a?(?:log|debug|info|warn|warning|error|exception|critical)\Z")
_DEEPEST = 12


def is_log(name: str) -> bool:
    """Whether a method only logs: `await logger.awarning(…)` waits for nothing worth telling."""
    return _LOG.match(name) is not None


def is_of_none(func: Value) -> bool:
    """Whether it is a method of None: what a global holds before it is filled, not what is called."""
    return isinstance(func, Attribute) and isinstance(func.base, Const) and func.base.value is None


@dataclass(slots=True)
class Waits:
    """Asks each function once."""

    machine: Machine
    heard: Heard
    _known: dict[Key, bool] = field(default_factory=dict[Key, bool])

    def function(self, function: Function, depth: int = 0) -> bool:
        """Whether its body, or that of a function that it awaits, awaits something outside the project."""
        key = (function.path, function.node.at)
        if key not in self._known:
            self._known[key] = False  # one that awaits itself
            self._known[key] = depth < _DEEPEST and self._looks(key, function, depth)
        return self._known[key]

    def _looks(self, key: Key, function: Function, depth: int) -> bool:
        events = self.heard.calls.get(key, {})
        awaited = [
            node.value
            for stmt in statements(body_of(self.machine, function))
            for node in nodes(stmt)
            if isinstance(node, code.Await) and isinstance(node.value, code.Call)
        ]
        return any(self._waits(function, call, events.get((call.at, call.end), []), depth) for call in awaited)

    def _named(self, function: Function, node: code.Expr) -> list[Function]:
        """What a name, or an attribute of one, stands for in a function that was not interpreted."""
        match node:
            case code.Attr(base=code.Name(id="self" | "cls"), name=name):
                found = function.owner.find(name) if function.owner is not None else None
            case code.Name() | code.Attr(base=code.Name() | code.Attr(base=code.Name())):
                found = self.machine.eval(node, Frame(function.env, None))
            case _:
                found = None
        return [option for option in options_of(found) if isinstance(option, Function)] if found is not None else []

    def _waits(self, function: Function, call: code.Call, events: list[CallEvent], depth: int) -> bool:
        if is_log(terminal(call.func)):
            return False
        if not events:
            # A function that holds nothing of a database is not interpreted: what it awaits is elsewhere, unless that
            # is a function of the project in its turn.
            return all(self.function(one, depth + 1) for one in self._named(function, call.func))
        for event in events:
            if receiver_of(event.func) is not None or any(contained(value) for value in event.args):
                return False  # work on the database
            if any(isinstance(func, Attribute) and untyped(func) is not None for func in options_of(event.func)):
                return False
            for func in options_of(event.func):
                if isinstance(func, Function) and self.function(func, depth + 1):
                    return True
                if not isinstance(func, Function | Class) and not is_of_none(func):
                    return True
        return False
