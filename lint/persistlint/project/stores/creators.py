"""Engines that connect by a function of the project: `creator=`, and the connector of an aiosqlite connection."""

from __future__ import annotations

from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Function, Made, options_of
from persistlint.project.stores.watch import is_opening


def connected_by(machine: Machine, made: Made) -> Made | None:
    """The driver's opening that makes the connections of another opening; None where it connects by itself."""
    given = made.kwargs.get("creator") or made.kwargs.get("connector") or made.kwargs.get("async_creator")
    if given is None and made.name.startswith("aiosqlite") and made.name.endswith("Connection") and made.args:
        given = made.args[0]
    if not isinstance(given, Function):
        return None
    heard = machine.on_call, machine.on_set
    machine.on_call = machine.on_set = None
    try:
        with machine.budget():
            result = machine.invoke(given, [], {}, 0, open_=True)
    finally:
        machine.on_call, machine.on_set = heard
    found = [one for one in options_of(result) if isinstance(one, Made) and is_opening(one.name)]
    return found[0] if found else None
