"""Simple statements, and the table of all statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from persistlint.facts import code
from persistlint.project.interp import binding, definitions, elements, flow, imports, operators
from persistlint.project.interp.choices import choose
from persistlint.project.interp.frames import Frame, loc_of
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import NONE, Attribute, Items, Loc, Mapping, known, options_of
from persistlint.project.interp.world import Raised

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine


def _assign(machine: Machine, stmt: code.Assign, frame: Frame) -> None:
    value = machine.eval(stmt.value, frame)
    for target in stmt.targets:
        binding.bind(machine, target, value, frame)


def _ann_assign(machine: Machine, stmt: code.AnnAssign, frame: Frame) -> None:
    if frame.cls is not None and isinstance(stmt.target, code.Name):
        frame.cls.annotations[stmt.target.id] = (stmt.annotation, frame.env, stmt.at)
        frame.cls.places.setdefault(stmt.target.id, Loc(frame.env.module.path, stmt.at, stmt.at + len(stmt.target.id)))
    if stmt.value is not None:
        binding.bind(machine, stmt.target, machine.eval(stmt.value, frame), frame)


def _aug_assign(machine: Machine, stmt: code.AugAssign, frame: Frame) -> None:
    old = machine.eval(stmt.target, frame)
    value = machine.eval(stmt.value, frame)
    if stmt.op == "+" and isinstance(old, Items) and old.kind == "list":
        elements.extend(machine, old, value)
        return
    if isinstance(old, Attribute) and isinstance(value, Items | Mapping) and stmt.op in "+|":
        # A list or dict is changed in place, and the same object is assigned back.
        binding.tell(machine, frame, stmt.target, old, None, None, value)
        binding.bind(machine, stmt.target, old, frame)
        return
    loc = loc_of(stmt.value, frame)
    new = choose(*(operators.binary(stmt.op, option, value, loc, unparse(stmt.value)) for option in options_of(old)))
    binding.bind(machine, stmt.target, new, frame)


def _eval_stmt(machine: Machine, stmt: code.Eval, frame: Frame) -> None:
    machine.eval(stmt.value, frame)


def _return(machine: Machine, stmt: code.Return, frame: Frame) -> str:
    frame.returns.append(NONE if stmt.value is None else machine.eval(stmt.value, frame))
    return "stop"


def _raise(machine: Machine, stmt: code.Raise, frame: Frame) -> str:
    value = NONE if stmt.value is None else machine.eval(stmt.value, frame)
    if stmt.value is None and machine.handled:
        caught, depth = machine.handled[-1]
        if machine.uncertain > depth:
            return "stop"
        raise caught
    if machine.world is not None and not machine.uncertain:
        raise Raised("raised by the code itself", ("Exception",), value)
    return "stop"


def _assert(machine: Machine, stmt: code.Assert, frame: Frame) -> None:
    machine.eval(stmt.test, frame)


def _del(machine: Machine, stmt: code.Del, frame: Frame) -> None:
    for target in stmt.targets:
        if isinstance(target, code.Name):
            frame.env.names.pop(target.id, None)
        elif isinstance(target, code.Sub) and not isinstance(target.index, code.Slice):
            base, key = machine.eval(target.base, frame), known(machine.eval(target.index, frame))
            if isinstance(base, Mapping) and key is not None:
                elements.drop(machine, base, key)


def _scope(machine: Machine, stmt: code.Scope, frame: Frame) -> None:
    del machine
    if stmt.is_global:
        frame.env.globals |= frozenset(stmt.names)


def _jump(machine: Machine, stmt: code.Jump, frame: Frame) -> str | None:
    del machine, frame
    return None if stmt.kind == "pass" else stmt.kind


_Run = Callable[["Machine", Any, Frame], str | None]

RUN: dict[type[code.Node], _Run] = {
    code.Assign: _assign, code.AnnAssign: _ann_assign, code.AugAssign: _aug_assign, code.Eval: _eval_stmt,
    code.If: flow.if_, code.For: flow.for_, code.While: flow.while_, code.Try: flow.try_, code.With: flow.with_,
    code.Match: flow.match_, code.FuncDef: definitions.function_def, code.ClassDef: definitions.class_def,
    code.Return: _return, code.Raise: _raise, code.Assert: _assert, code.Del: _del, code.Scope: _scope,
    code.Import: imports.import_stmt, code.ImportFrom: imports.import_from, code.Jump: _jump,
}  # fmt: skip
"""By kind of statement, what runs it: None, or how it ends the block (`stop`, `break`, `continue`)."""
