"""Which functions are interpreted on their own, with unknown arguments, to hear of what they do to a database."""

from __future__ import annotations

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Function, Items, Made, Value, options_of
from persistlint.project.resources.heard import Heard
from persistlint.project.resources.kinds import Kind, resource_of
from persistlint.project.sql.sites import Sites

_INTERESTING = code.Hint.SQL | code.Hint.EXECUTE | code.Hint.TABLES | code.Hint.ALEMBIC | code.Hint.RESOURCES
_MOST_ROUNDS = 4
_SHORTEST = 4
"""Shorter names stand in too many functions."""


def run_functions(machine: Machine, sites: Sites, heard: Heard) -> list[Function]:
    """Interpret each function that can hold SQL, tables or resources once, then those that call one found to execute
    SQL or to hand out a resource. Returns those that were interpreted, in that order."""
    done: dict[tuple[str, int], Function] = {}
    givers = _factories(machine, heard)
    _run(machine, done, givers, frozenset())
    known: frozenset[str] = frozenset()
    for _ in range(_MOST_ROUNDS):  # a wrapper may be wrapped again
        new = (frozenset(sites.wrappers) | givers) - known
        late = [function for key, function in sorted(heard.givers.items()) if key not in done]
        for function in late:
            if isinstance(function.node, code.FuncDef):
                done[function.path, function.node.at] = function
                machine.run_root(
                    Function(function.node, function.env, function.qualname, function.kind, None, function.owner)
                )
        if not new and not late:
            break
        known |= new
        _run(machine, done, givers, frozenset(name.encode() for name in new))
    return list(done.values())


def _factories(machine: Machine, heard: Heard) -> set[str]:
    """The names under which session factories are kept in globals and attributes."""
    named = [(name, value) for module in machine.modules.loaded() for name, value in module.env.names.items()]
    named += [(event.name or "", event.value) for events in heard.sets.values() for event in events]
    return {name for name, value in named if len(name) >= _SHORTEST and _is_factory(value)}


def _is_factory(value: Value) -> bool:
    found = resource_of(value) if isinstance(value, Made) else None
    return found is not None and found.kind is Kind.FACTORY


def _run(machine: Machine, done: dict[tuple[str, int], Function], givers: set[str], called: frozenset[bytes]) -> None:
    index = 0
    while index < len(machine.functions):  # interpreting one may define others
        function = machine.functions[index]
        index += 1
        key = (function.path, function.node.at)
        if key not in done and _is_worth(function, called):
            done[key] = function
            if _is_resource(machine.run_root(function)):
                givers.add(function.qualname.rpartition(".")[2])


def _is_resource(value: Value) -> bool:
    for option in options_of(value):
        parts = option.items if isinstance(option, Items) else [option]
        if any(resource_of(part) is not None for part in parts):
            return True
    return False


def _is_worth(function: Function, called: frozenset[bytes]) -> bool:
    node = function.node
    if isinstance(node, code.Lambda):
        return False
    if not called:
        return bool(node.hints & _INTERESTING)
    body = function.env.module.facts.bodies[node.body]
    return any(name in body for name in called)
