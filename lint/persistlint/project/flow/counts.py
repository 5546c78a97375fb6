"""Tests of whether a write was made: of how many rows it changed, of what the function returned that may make it."""

from __future__ import annotations

from collections.abc import Iterable

from persistlint.facts import code
from persistlint.project.flow.states import Rid, State
from persistlint.project.flow.views import View, names_in, statements
from persistlint.project.interp.frames import terminal
from persistlint.project.resources.kinds import receiver_of

_NONE_WHERE = {("==", 0): True, ("<=", 0): True, ("<", 1): True, ("!=", 0): False, (">", 0): False, (">=", 1): False}
"""Comparisons of a count: whether it is zero where they hold, or where they do not."""


def find_counts(view: View) -> None:
    """Fill in `view.counts`: `changed = cursor.rowcount`, `deleted = session.query(Order).delete()`."""
    for stmt in statements(view.body):
        match stmt:
            case code.Assign(targets=(code.Name(id=name),), value=value):
                rids = _counted(view, value)
                if rids:
                    view.counts.setdefault(name, set()).update(rids)
            case _:
                pass


def _counted(view: View, node: code.Expr) -> set[Rid]:
    """The resources whose write an expression counts."""
    match node:
        case code.Walrus(value=inner) | code.Await(value=inner):
            return _counted(view, inner)
        case code.Attr(base=base, name="rowcount"):
            return view.value_rids(base)
        case code.Name(id=name):
            return view.counts.get(name, set())
        case code.Call() if terminal(node.func) in ("delete", "update"):
            found = [receiver_of(event.func) for event in view.at(node)]
            return {view.rid(one) for one in found if one is not None}
        case _:
            return set()


def _zero(view: View, test: code.Expr) -> tuple[set[Rid], bool]:
    """Of which write a test says that it changed nothing, and whether it says so where it holds."""
    match test:
        case code.Un(op="not", operand=operand):
            rids, holds = _zero(view, operand)
            return rids, not holds
        case code.Cmp(left=left, pairs=((op, code.Lit(value=int(bound))),)) if (op, bound) in _NONE_WHERE:
            return _counted(view, left), _NONE_WHERE[op, bound]
        case _:
            return _counted(view, test), False


def passed(view: View, test: code.Expr, states: Iterable[State], *, holds: bool) -> frozenset[State]:
    """The states behind a test that went so.

    It is not certain that a write was made where it changed nothing, or where the test is of what a function returned
    that writes on some of its paths only.
    """
    rids, where = _zero(view, test)
    rids = rids if holds is where else set[Rid]()
    rids |= {rid for name in names_in(test) for rid in view.undecided.get(name, ())}
    if not rids:
        return frozenset(states)
    out: set[State] = set()
    for state in states:
        for rid in rids:
            held = state.get(rid)
            state = state.put(rid, held._replace(tx=held.tx._replace(unclear=True)))  # noqa: PLW2901
        out.add(state)
    return frozenset(out)
