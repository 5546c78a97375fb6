"""Conditions, loops, `try`, `with` and `match`: which statements run, and what undecided branches leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import binding, elements, operators, sets
from persistlint.project.interp.choices import choose
from persistlint.project.interp.frames import EnterEvent, Frame
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    MESSAGE,
    External,
    Items,
    Loc,
    Made,
    Unknown,
    Value,
    flag,
    options_of,
    text,
)
from persistlint.project.interp.world import REFUSED, Raised

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_MOST_ITERATIONS = 300


def if_(machine: Machine, stmt: code.If, frame: Frame) -> str | None:
    """Run `if`."""
    decided = flag(machine.eval(stmt.test, frame))
    if decided is not None:
        return machine.block(stmt.body if decided else stmt.orelse, frame)
    return _branches(machine, [stmt.body, stmt.orelse], frame)


def _branches(machine: Machine, bodies: Sequence[code.Block], frame: Frame) -> str | None:
    """Run each body from the same start and join what they leave behind."""
    env = frame.env
    before = env.names
    ends: list[dict[str, Value]] = []
    signals: list[str | None] = []
    raised: list[Raised] = []
    machine.uncertain += 1
    try:
        for body in bodies:
            env.names = dict(before)
            try:
                signals.append(machine.block(body, frame))
            except Raised as error:  # it ends this branch, which may not be the one that is taken
                raised.append(error)
                continue
            if signals[-1] is None:
                ends.append(env.names)
    finally:
        machine.uncertain -= 1
        env.names = before
    if raised and not signals:
        raise raised[0]
    if not ends:
        return signals[0]
    _join(before, ends)
    if frame.cls is not None:
        frame.cls.names = before
    return None


def _join(before: dict[str, Value], ends: Sequence[dict[str, Value]]) -> None:
    if len(ends) == 1:
        before.update(ends[0])
        return
    for name in {name: None for end in ends for name in end}:
        values = [end[name] for end in ends if name in end]
        if any(value is not values[0] for value in values):
            before[name] = choose(*values)
        else:
            before[name] = values[0]


def for_(machine: Machine, stmt: code.For, frame: Frame) -> str | None:
    """Run `for`."""
    iterable = machine.eval(stmt.iter, frame)
    items = elements.met(machine, iterable)
    if items is not None and not items.open and len(items.items) <= _MOST_ITERATIONS:
        for item in items.items:
            machine.steps += 1
            binding.bind(machine, stmt.target, item, frame)
            signal = machine.block(stmt.body, frame)
            if signal == "break":
                return None
            if signal == "stop":
                return signal
        return machine.block(stmt.orelse, frame)
    element = elements.element(iterable, items)
    binding.bind(machine, stmt.target, element, frame)
    _branches(machine, [stmt.body, ()], frame)
    return machine.block(stmt.orelse, frame)


def while_(machine: Machine, stmt: code.While, frame: Frame) -> str | None:
    """Run `while`: on a database round by round, as a ladder of versions climbs; else once."""
    for _ in range(_MOST_ITERATIONS if machine.world is not None else 1):
        decided = flag(machine.eval(stmt.test, frame))
        if decided is False:
            break
        if decided is None:
            _branches(machine, [stmt.body, ()], frame)
            break
        before = _effects(machine)
        signal = machine.block(stmt.body, frame)
        if signal == "stop":
            return signal
        if signal == "break":
            return None
        if isinstance(stmt.test, code.Lit) and _effects(machine) == before:
            break  # `while True` around nothing that changes: what ends it is not known
    return machine.block(stmt.orelse, frame)


def _effects(machine: Machine) -> int:
    return 0 if machine.world is None else machine.world.effects


def try_(machine: Machine, stmt: code.Try, frame: Frame) -> str | None:
    """Run `try`."""
    if machine.world is not None:
        return _try_for_real(machine, stmt, frame)
    env = frame.env
    before = dict(env.names)
    signal = machine.block(stmt.body, frame)
    if signal is None:
        signal = machine.block(stmt.orelse, frame)
    after = env.names
    # A handler's names count only where the body left none: `except ImportError: Base = object` is a fallback.
    for handler in stmt.handlers:
        env.names = dict(before)
        if handler.name:
            env.names[handler.name] = Unknown("an exception")
        machine.uncertain += 1
        try:
            machine.block(handler.body, frame)
        finally:
            machine.uncertain -= 1
        for name, value in env.names.items():
            after.setdefault(name, value)
    env.names = after
    if frame.cls is not None:
        frame.cls.names = after
    final = machine.block(stmt.final, frame)
    if signal == "stop" and stmt.handlers:
        return final  # a handler may go on where the body raised or returned
    return final or signal


def _try_for_real(machine: Machine, stmt: code.Try, frame: Frame) -> str | None:
    """With a world, statements fail or do not: handlers run where they would."""
    shields = any(_goes_on(machine, handler, frame) for handler in stmt.handlers)
    machine.shields += shields
    try:
        signal = machine.block(stmt.body, frame)
        if signal is None:
            signal = machine.block(stmt.orelse, frame)
    except Raised as error:
        handler = next((h for h in stmt.handlers if _catches(machine, h.type, error, frame)), None)
        if handler is None:
            machine.block(stmt.final, frame)
            raise
        if handler.name:
            frame.env.names[handler.name] = _caught(error)
        machine.shields -= shields
        shields = False
        machine.handled.append((error, machine.uncertain))
        try:
            signal = machine.block(handler.body, frame)
        finally:
            machine.handled.pop()
    finally:
        machine.shields -= shields
    return machine.block(stmt.final, frame) or signal


def _caught(error: Raised) -> Value:
    """What `except … as name` binds: handlers ask `str(name)` whether a column was there already."""
    if error.value is not None:
        return error.value
    said = text(error.message)
    value = Made(External(f"sqlite3.{error.kinds[0]}"), [said], {}, Loc("", 0, 0))
    value.attrs.update({MESSAGE: said, "args": Items("tuple", [said]), "orig": value})
    return value


def _goes_on(machine: Machine, handler: code.Handler, frame: Frame) -> bool:
    """Whether a handler takes what a database refuses, and does not raise it again."""
    raises = any(isinstance(stmt, code.Raise) for stmt in handler.body)
    return not raises and _catches(machine, handler.type, REFUSED, frame)


def _catches(machine: Machine, caught: code.Expr | None, error: Raised, frame: Frame) -> bool:
    if caught is None:
        return True
    value = machine.eval(caught, frame)
    options = value.items if isinstance(value, Items) else options_of(value)
    return any(error.is_a(option) for option in options)


def with_(machine: Machine, stmt: code.With, frame: Frame) -> str | None:
    """Run `with`."""
    entered: list[Value] = []
    outside = len(machine.held)
    for manager, target in stmt.items:
        value = machine.eval(manager, frame)
        entered.append(value)
        machine.held.append((unparse(manager), value))
        if machine.on_enter is not None:
            machine.on_enter(EnterEvent(value, manager, frame.env.module.path, machine.caller))
        if target is not None:
            binding.bind(machine, target, elements.entered(value), frame)
    try:
        return _inside(machine, stmt, entered, frame)
    finally:
        del machine.held[outside:]


def _inside(machine: Machine, stmt: code.With, entered: list[Value], frame: Frame) -> str | None:
    if machine.world is None:
        return machine.block(stmt.body, frame)
    shields = any(REFUSED.suppressed_by(value) for value in entered)
    machine.shields += shields
    try:
        signal = machine.block(stmt.body, frame)
    except Raised as error:
        if not any(error.suppressed_by(value) for value in entered):
            raise
        return None
    finally:
        machine.shields -= shields
    for value, (manager, _) in zip(reversed(entered), reversed(stmt.items), strict=True):
        machine.world.leave(machine, value, manager)
    return signal


def match_(machine: Machine, stmt: code.Match, frame: Frame) -> str | None:
    """Run `match`: the one case that is taken, or all that may be."""
    subject = machine.eval(stmt.subject, frame)
    likely: list[code.Block] = []
    for case in stmt.cases:
        taken = _is_taken(machine, case, subject, frame)
        if taken is False:
            continue
        for name in case.names:
            frame.env.names[name] = subject if case.values == () else Unknown("bound by a pattern")
        if taken and not likely:
            return machine.block(case.body, frame)
        likely.append(case.body)
        if taken:
            break
    else:
        likely.append(())
    return _branches(machine, likely, frame) if len(likely) > 1 else None


def _is_taken(machine: Machine, case: code.Case, subject: Value, frame: Frame) -> bool | None:
    matched = None if case.values is None else True
    if case.values:
        matched = sets.within([machine.eval(one, frame) for one in case.values], subject, operators.same)
    guard = True if case.guard is None else flag(machine.eval(case.guard, frame))
    return False if False in (matched, guard) else None if None in (matched, guard) else True
