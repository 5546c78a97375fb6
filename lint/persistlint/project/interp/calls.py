"""What a call gives, whatever is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import builtin, elements, invocation, methods
from persistlint.project.interp.enums import is_enum
from persistlint.project.interp.frames import EnterEvent, Frame
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    Attribute,
    Class,
    External,
    Function,
    Instance,
    Loc,
    Made,
    Member,
    Operation,
    Super,
    Unknown,
    Value,
    known,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine


def call(
    machine: Machine,
    func: Value,
    args: list[Value],
    kwargs: dict[str, Value],
    node: code.Call,
    frame: Frame,
    *,
    open_: bool,
) -> Value:
    """`func(*args, **kwargs)`."""
    if machine.answer is not None and (told := machine.answer(func, args, kwargs)) is not None:
        return told
    return _called(machine, func, args, kwargs, node, frame, open_=open_)


def _called(
    machine: Machine,
    func: Value,
    args: list[Value],
    kwargs: dict[str, Value],
    node: code.Call,
    frame: Frame,
    *,
    open_: bool,
) -> Value:
    loc = Loc(frame.env.module.path, node.at, node.end)
    match func:
        case Function():
            return invocation.invoke(machine, func, args, kwargs, frame.depth, open_=open_)
        case Class():
            return _instantiate(func, args, kwargs, loc, open_=open_)
        case Attribute():
            result = _method(machine, func, args, kwargs, node, frame)
            if result is not None:
                return result
        case External(name=name):
            result = builtin.external(machine, name, args, kwargs, node, frame, loc)
            if result is not None:
                return result
        case Operation(op="[]"):
            return call(machine, func.operands[0], args, kwargs, node, frame, open_=open_)
        case Made(func=External(name="functools.partial"), args=[inner, *first]):
            return call(
                machine, inner, [*first, *args], {**func.kwargs, **kwargs}, node, frame, open_=open_ or func.open
            )
        case Instance():
            found = func.cls.find("__call__")
            if isinstance(found, Function):
                bound = Function(found.node, found.env, found.qualname, "function", func, found.owner)
                return invocation.invoke(machine, bound, args, kwargs, frame.depth, open_=open_)
        case _:
            pass
    made = Made(func, args, kwargs, loc, open_)
    machine.made.append(made)
    match func:
        case Attribute(base=Super(base=Instance() as instance), name="__init__"):
            instance.parent = made
        case _:
            pass
    return made


def _method(
    machine: Machine, func: Attribute, args: list[Value], kwargs: dict[str, Value], node: code.Call, frame: Frame
) -> Value | None:
    path = frame.env.module.path
    if func.name in ("enter_context", "enter_async_context") and args and node.args:
        # What `with value as …` would bind.
        if machine.on_enter is not None:
            machine.on_enter(EnterEvent(args[0], node.args[0].value, path, machine.caller))
        return elements.entered(args[0])
    loc = Loc(path, node.at, node.end)
    return methods.method(machine, func.base, func.name, args, kwargs, loc, unparse(node.func))


def _instantiate(cls: Class, args: list[Value], kwargs: dict[str, Value], loc: Loc, *, open_: bool) -> Value:
    """What calling a class gives."""
    if is_enum(cls):
        wanted = known(args[0]) if args else None
        for name, value in cls.names.items():
            if wanted is not None and known(value) == wanted:
                return Member(cls, name, value)
        return Unknown("some member of an enumeration")
    return Instance(cls, args=tuple(args), kwargs=dict(kwargs), loc=loc, ready=False, open=open_)
