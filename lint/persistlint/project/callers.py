"""Which functions are interpreted on their own, with unknown arguments, to hear of the SQL that they hand on."""

from __future__ import annotations

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Function
from persistlint.project.sql.sites import Sites

_INTERESTING = code.Hint.SQL | code.Hint.EXECUTE | code.Hint.TABLES | code.Hint.ALEMBIC
_MOST_ROUNDS = 4


def run_functions(machine: Machine, sites: Sites) -> None:
    """Interpret each function that can hold SQL or tables once, then those that call one found to execute SQL."""
    done: set[tuple[str, int]] = set()
    _run(machine, done, frozenset())
    known: frozenset[str] = frozenset()
    for _ in range(_MOST_ROUNDS):  # a wrapper may be wrapped again
        new = frozenset(sites.wrappers) - known
        if not new:
            return
        known |= new
        _run(machine, done, frozenset(name.encode() for name in new))


def _run(machine: Machine, done: set[tuple[str, int]], called: frozenset[bytes]) -> None:
    index = 0
    while index < len(machine.functions):  # interpreting one may define others
        function = machine.functions[index]
        index += 1
        key = (function.path, function.node.at)
        if key not in done and _is_worth(function, called):
            done.add(key)
            machine.run_root(function)


def _is_worth(function: Function, called: frozenset[bytes]) -> bool:
    node = function.node
    if isinstance(node, code.Lambda):
        return False
    if not called:
        return bool(node.hints & _INTERESTING)
    body = function.env.module.facts.bodies[node.body]
    return any(name in body for name in called)
