"""What `def` and `class` statements define."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import elements, enums, invocation
from persistlint.project.interp.frames import Frame, outer_of
from persistlint.project.interp.values import Class, Env, External, Function, Loc, Operation, Unknown, Value

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_CONTEXT = ("contextmanager", "asynccontextmanager")


def function_def(machine: Machine, stmt: code.FuncDef, frame: Frame) -> None:
    """Run `def`."""
    decorators = tuple(machine.eval(node, frame) for node in stmt.decorators)
    env = frame.env if frame.cls is None else outer_of(frame.env)
    kind = _kind_of(decorators, stmt)
    function = Function(stmt, env, f"{frame.qualifier}{stmt.name}", kind, owner=frame.cls, decorators=decorators)
    if kind == "overload":
        return
    machine.functions.append(function)
    if decorators:
        machine.decorated.append(function)
    if kind == "setter" and stmt.name in frame.env.names:
        return  # the setter of a property keeps its getter's name
    _register(machine, decorators, function, frame)
    frame.env.names[stmt.name] = function
    if frame.cls is not None:
        frame.cls.places[stmt.name] = Loc(frame.env.module.path, stmt.at, stmt.at + len(stmt.name))


def _register(machine: Machine, decorators: Sequence[Value], made: Function | Class, frame: Frame) -> None:
    """Call the project's own decorators that keep what they decorate somewhere, and give it back as it is."""
    for decorator in reversed(decorators):
        if isinstance(decorator, Function) and _gives_back(machine, decorator):
            machine.invoke(decorator, [made], {}, frame.depth)


def _gives_back(machine: Machine, decorator: Function) -> bool:
    """Whether a function ends with its first parameter unchanged."""
    if isinstance(decorator.node, code.Lambda):
        return False
    given = [one.name for one in decorator.node.params][decorator.bound is not None :]
    last = invocation.body_of(machine, decorator)[-1:]
    value = last[0].value if last and isinstance(last[0], code.Return) else None
    return bool(given) and isinstance(value, code.Name) and value.id == given[0]


def _kind_of(decorators: Sequence[Value], node: code.FuncDef) -> str:
    """What its decorators make of a function."""
    kind = "function"
    for value, written in zip(decorators, node.decorators, strict=True):
        name = _decorator_name(value, written)
        if name in ("staticmethod", "classmethod"):
            kind = name if kind == "function" else kind
        elif name in ("property", "cached_property", "hybrid_property", "memoized_property"):
            kind = "property"
        elif name == "declared_attr":
            kind = "declared_attr"
        elif name in _CONTEXT:
            kind = "contextmanager"
        elif name == "overload":
            return "overload"
        elif name in ("setter", "deleter", "expression", "comparator", "update_expression"):
            return "setter"
    return kind


def _decorator_name(value: Value, written: code.Expr) -> str:
    while isinstance(written, code.Call):
        written = written.func
    if isinstance(written, code.Attr):
        # `declared_attr.directive`, `declared_attr.cascading` and `hybrid_property.inplace` are what they hang on.
        if written.name in ("directive", "cascading", "inplace") and isinstance(written.base, code.Name | code.Attr):
            return written.base.id if isinstance(written.base, code.Name) else written.base.name
        return written.name
    name = written.id if isinstance(written, code.Name) else ""
    return value.name.rpartition(".")[2] if isinstance(value, External) else name


def class_def(machine: Machine, stmt: code.ClassDef, frame: Frame) -> None:
    """Run `class`."""
    bases = [machine.eval(arg.value, frame) for arg in stmt.args if arg.name is None and not arg.star]
    for arg in stmt.args:
        if arg.star == 1:
            more = elements.iterate(machine.eval(arg.value, frame))
            bases.extend(more.items if more is not None else [Unknown("bases from `*`")])
    keywords = {arg.name: machine.eval(arg.value, frame) for arg in stmt.args if arg.name is not None}
    decorators = tuple(machine.eval(node, frame) for node in stmt.decorators)
    env = Env(frame.env.module, frame.env if frame.cls is None else outer_of(frame.env))
    loc = Loc(frame.env.module.path, stmt.at, stmt.at + len(stmt.name))
    qualname = f"{frame.qualifier}{stmt.name}"
    cls = Class(
        stmt.name, qualname, tuple(_unsubscripted(base) for base in bases), keywords, env.names, env, loc,
        decorators=decorators, node=stmt, order=len(machine.classes),
    )  # fmt: skip
    machine.classes.append(cls)
    inner = Frame(env, frame.function, frame.depth, cls=cls, qualifier=f"{qualname}.")
    machine.block(stmt.body, inner)
    cls.names = env.names
    if enums.is_enum(cls):
        enums.number_members(machine, cls)
    _register(machine, decorators, cls, frame)
    frame.env.names[stmt.name] = cls


def _unsubscripted(base: Value) -> Value:
    """A base class without its type arguments."""
    while isinstance(base, Operation) and base.op == "[]":
        base = base.operands[0]
    return base
