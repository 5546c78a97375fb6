"""Comprehensions and generator expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import binding, elements
from persistlint.project.interp.frames import Frame
from persistlint.project.interp.values import Env, Items, Mapping, Value, flag

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_MOST_ITERATIONS = 300


def comprehension(machine: Machine, node: code.Comp, frame: Frame) -> Value:
    """The list, set, dict or generator."""
    kind = "generator" if node.kind == "generator" else node.kind
    inner = Frame(Env(frame.env.module, frame.env), frame.function, frame.depth, qualifier=frame.qualifier)
    rows: list[Value] = []
    pairs: list[tuple[Value, Value]] = []

    def emit() -> None:
        if node.key is not None:
            pairs.append((machine.eval(node.key, inner), machine.eval(node.value, inner)))
        else:
            rows.append(machine.eval(node.value, inner))

    complete = _generate(machine, node.gens, 0, inner, emit)
    if node.key is not None:
        return Mapping(pairs, open=not complete)
    return Items(kind, rows, open=not complete)


def _generate(machine: Machine, gens: Sequence[code.Gen], index: int, frame: Frame, emit: Callable[[], None]) -> bool:
    """Whether every element was met for certain."""
    if index == len(gens):
        emit()
        return True
    gen = gens[index]
    iterable = machine.eval(gen.iter, frame)
    items = elements.met(machine, iterable)
    if items is None or items.open or len(items.items) > _MOST_ITERATIONS:
        binding.bind(machine, gen.target, elements.element(iterable, items), frame)
        _generate(machine, gens, index + 1, frame, emit)
        return False
    complete = True
    for item in items.items:
        machine.steps += 1
        if machine.steps > machine.limit:
            return False
        binding.bind(machine, gen.target, item, frame)
        verdicts = [flag(machine.eval(condition, frame)) for condition in gen.ifs]
        if any(verdict is False for verdict in verdicts):
            continue
        complete = complete and all(verdicts)
        complete = _generate(machine, gens, index + 1, frame, emit) and complete
    return complete
