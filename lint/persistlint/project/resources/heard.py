"""What each function was heard to do when it was interpreted on its own: its calls and assignments, by place."""

from __future__ import annotations

from dataclasses import dataclass, field

from persistlint.project.interp.frames import CallEvent, SetEvent
from persistlint.project.interp.machine import Machine

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
    machine: Machine | None = None

    def on_call(self, event: CallEvent) -> None:
        """Keep a call."""
        key = event.caller or (event.path, -1)
        machine = self.machine
        if machine is None or machine.root != key:
            return
        self.calls.setdefault(key, {}).setdefault((event.node.at, event.node.end), []).append(event)

    def on_set(self, event: SetEvent) -> None:
        """Keep an assignment."""
        self.sets.setdefault(event.caller or (event.path, -1), []).append(event)
