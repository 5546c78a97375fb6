"""Which of a condition's ways a path can take: known constants, resources that are there or not, conditions met before.

`if conn: conn.close()` and `if owns: session.close()` end what an earlier branch of the same kind opened; a path that
took the one branch takes the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from persistlint.facts import code
from persistlint.project.flow.states import State
from persistlint.project.flow.views import View, names_in, nodes, statements
from persistlint.project.interp.unparse import unparse

Ways = tuple[frozenset[State], frozenset[State]]
_LONG = "…"


def tracked(view: View) -> frozenset[str]:
    """The conditions worth remembering: those tested twice, and flags that are assigned a condition or a constant."""
    tests = [atom for stmt in statements(view.body) for atom in _tested(stmt)]
    keys = [key_of(atom) for atom in tests]
    names = {atom.id for atom in tests if isinstance(atom, code.Name)}
    flags = {
        target.id
        for stmt in statements(view.body)
        if isinstance(stmt, code.Assign) and is_condition(stmt.value)
        for target in stmt.targets
        if isinstance(target, code.Name)
    }
    twice = {key for key in keys if keys.count(key) > 1}
    owned = {key_of(atom) for stmt in statements(view.body) for atom in _assigned(stmt, names)}
    return frozenset(key for key in {*twice, *(names & flags), *owned} if _LONG not in key)


def _assigned(stmt: code.Stmt, names: set[str]) -> list[code.Expr]:
    if not isinstance(stmt, code.Assign) or not is_condition(stmt.value):
        return []
    if not any(isinstance(target, code.Name) and target.id in names for target in stmt.targets):
        return []
    return _atoms(stmt.value)


def is_condition(node: code.Expr) -> bool:
    """Whether an expression is true or false in itself: a comparison, a negation, a constant, an empty list."""
    if isinstance(node, code.Seq):
        return not node.items
    return isinstance(node, code.Cmp) or (isinstance(node, code.Un) and node.op == "not") or isinstance(node, code.Lit)


def _tested(stmt: code.Stmt) -> list[code.Expr]:
    tests = [stmt.test] if isinstance(stmt, code.If | code.While) else []
    values = (stmt,) if isinstance(stmt, code.Assign) else stmt.items if isinstance(stmt, code.With) else ()
    inner = [node.test for node in nodes(values) if isinstance(node, code.IfExp)]
    return [atom for test in (*tests, *inner) for atom in _atoms(test)]


def _atoms(test: code.Expr) -> list[code.Expr]:
    match test:
        case code.Un(op="not", operand=operand):
            return _atoms(operand)
        case code.Bin(op="and" | "or", left=left, right=right):
            return [*_atoms(left), *_atoms(right)]
        case code.Cmp(left=left, pairs=((op, code.Lit(value=None)),)) if op in ("is", "is not"):
            return [left] if isinstance(left, code.Name) else [test]
        case _:
            return [test]


def key_of(node: code.Expr) -> str:
    """What a condition is remembered under."""
    return unparse(node)


def split(view: View, keys: frozenset[str], test: code.Expr, states: Iterable[State]) -> Ways:
    """The states in which a condition holds, and those in which it does not."""
    yes: set[State] = set()
    no: set[State] = set()
    for state in states:
        true, false = _one(view, keys, test, state)
        yes |= true
        no |= false
    return frozenset(yes), frozenset(no)


def _one(view: View, keys: frozenset[str], test: code.Expr, state: State) -> Ways:
    both = frozenset([state])
    match test:
        case code.Un(op="not", operand=operand):
            true, false = _one(view, keys, operand, state)
            return false, true
        case code.Bin(op="and", left=left, right=right):
            true, false = _one(view, keys, left, state)
            inner, rest = split(view, keys, right, true)
            return inner, false | rest
        case code.Bin(op="or", left=left, right=right):
            true, false = _one(view, keys, left, state)
            inner, rest = split(view, keys, right, false)
            return true | inner, rest
        case code.Lit(value=value):
            return (both, frozenset()) if value else (frozenset(), both)
        case code.Seq(items=()):
            return frozenset(), both
        case code.Cmp(left=code.Name() as name, pairs=((("is" | "is not") as op, code.Lit(value=None)),)):
            true, false = _one(view, keys, name, state)
            return (true, false) if op == "is not" else (false, true)
        case code.Name(id=name):
            decided = _present(view, name, state)
            if decided is not None:
                return (both, frozenset()) if decided else (frozenset(), both)
        case _:
            pass
    return _remembered(keys, key_of(test), state)


def _remembered(keys: frozenset[str], key: str, state: State) -> Ways:
    known = state.cond(key)
    if known is not None:
        return (frozenset([state]), frozenset()) if known else (frozenset(), frozenset([state]))
    if key not in keys:
        return frozenset([state]), frozenset([state])
    return frozenset([state.assume(key, holds=True)]), frozenset([state.assume(key, holds=False)])


def _present(view: View, name: str, state: State) -> bool | None:
    """Whether a variable for resources holds one on this path."""
    rids = view.variables.get(name)
    if not rids or name in view.others or any(rid in view.resources and view.resources[rid].scoped for rid in rids):
        return None
    found = [state.get(rid).status for rid in rids if not rid.startswith(("param:", "held:"))]
    if len(found) != len(rids):
        return None
    return any(status != "absent" for status in found)


def filled(keys: frozenset[str], name: str, states: Iterable[State]) -> frozenset[State]:
    """The states behind something that leaves a counter or a list with something in it."""
    return frozenset(state.assume(name, holds=True) if name in keys else state for state in states)


def assigned(
    view: View, keys: frozenset[str], name: str, value: code.Expr | None, states: Iterable[State]
) -> frozenset[State]:
    """The states behind an assignment to a variable: what was known of it is gone, a constant is known now."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    out: set[State] = set()
    for state in states:
        kept = state._replace(conds=frozenset(cond for cond in state.conds if not word.search(cond[0])))
        if name in keys and value is not None and is_condition(value) and name not in names_in(value):
            yes, no = split(view, keys, value, [kept])
            out |= {one.assume(name, holds=True) for one in yes} | {one.assume(name, holds=False) for one in no}
        else:
            out.add(kept)
    return frozenset(out)
