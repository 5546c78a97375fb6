"""What each function was heard to do when it was interpreted on its own: its calls and assignments, by place."""

from __future__ import annotations

from dataclasses import dataclass, field

from persistlint.project.interp.frames import CallEvent, EnterEvent, SetEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Function, options_of
from persistlint.project.resources.kinds import contained

Key = tuple[str, int]
"""File and place of a function; place -1 for a module's own statements."""


@dataclass(slots=True)
class Heard:
    """Calls and assignments of each root, by their place in its file.

    A place holds several where it was met several times: in a loop over known items, in branches.
    """

    calls: dict[Key, dict[tuple[int, int], list[CallEvent]]] = field(
        default_factory=dict[Key, dict[tuple[int, int], list[CallEvent]]]
    )
    sets: dict[Key, list[SetEvent]] = field(default_factory=dict[Key, list[SetEvent]])
    """All assignments to attributes, items and globals, by the function that they stand in, whoever entered first."""
    entered: dict[Key, list[EnterEvent]] = field(default_factory=dict[Key, list[EnterEvent]])
    """What each root's `with` blocks were entered over."""
    givers: dict[Key, Function] = field(default_factory=dict[Key, Function])
    """Functions whose result was seen to be, or to hold, a resource."""
    machine: Machine | None = None

    def on_call(self, event: CallEvent) -> None:
        """Keep a call."""
        for func in options_of(event.func):
            if isinstance(func, Function) and contained(event.result):
                self.givers.setdefault((func.path, func.node.at), func)
        key = event.caller or (event.path, -1)
        machine = self.machine
        if machine is None or machine.root != key:
            return
        self.calls.setdefault(key, {}).setdefault((event.node.at, event.node.end), []).append(event)

    def on_set(self, event: SetEvent) -> None:
        """Keep an assignment."""
        self.sets.setdefault(event.caller or (event.path, -1), []).append(event)

    def on_enter(self, event: EnterEvent) -> None:
        """Keep what a `with` block is over."""
        key = event.caller or (event.path, -1)
        if self.machine is not None and self.machine.root == key:
            self.entered.setdefault(key, []).append(event)
