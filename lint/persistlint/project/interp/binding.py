"""Assignment: names, attributes, items and unpacking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import elements
from persistlint.project.interp.choices import choose, same_site
from persistlint.project.interp.frames import Frame, SetEvent
from persistlint.project.interp.values import Class, Instance, Loc, Made, Unknown, Value, options_of

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine


def bind(machine: Machine, target: code.Expr, value: Value, frame: Frame) -> None:
    """Assign to a target."""
    match target:
        case code.Name(at=at, id=name):
            if name in frame.env.globals:
                tell(machine, frame, target, None, name, None, value)
                names = frame.env.module.env.names
                old = names.get(name)
                if old is None or not any(same_site(one, value) for one in options_of(old)):
                    names[name] = choose(old, value) if frame.function else value
                return
            frame.env.names[name] = value
            if frame.cls is not None:
                frame.cls.places[name] = Loc(frame.env.module.path, at, at + len(name))
        case code.Attr(base=base, name=name):
            owner = machine.eval(base, frame)
            tell(machine, frame, target, owner, name, None, value)
            _bind_attribute(machine, owner, name, value)
        case code.Sub(base=base, index=index):
            owner, key = machine.eval(base, frame), machine.eval(index, frame)
            tell(machine, frame, target, owner, None, key, value)
            elements.set_item(machine, owner, key, value)
        case code.Seq(items=items):
            _destructure(machine, items, value, frame)
        case code.Star(value=inner):
            bind(machine, inner, value, frame)
        case _:
            pass


def tell(
    machine: Machine,
    frame: Frame,
    target: code.Expr,
    base: Value | None,
    name: str | None,
    index: Value | None,
    value: Value,
) -> None:
    """Tell the listeners of an assignment."""
    if machine.on_set is not None:
        path = frame.env.module.path
        machine.on_set(SetEvent(base, name, index, value, target, path, frame.function, machine.caller))


def _bind_attribute(machine: Machine, base: Value, name: str, value: Value) -> None:
    match base:
        case Instance():
            old = base.attrs.get(name) or base.cls.find(name)
            base.attrs[name] = choose(old, value) if old is not None and machine.uncertain else value
        case Made():
            base.attrs[name] = value
        case Class():
            base.names[name] = value
        case _:
            pass


def _destructure(machine: Machine, targets: Sequence[code.Expr], value: Value, frame: Frame) -> None:
    for index, target in enumerate(targets):
        if isinstance(target, code.Star):
            bind(machine, target.value, Unknown("unpacked"), frame)
            for behind in targets[index + 1 :]:
                bind(machine, behind, Unknown("unpacked"), frame)
            return
        parts = [elements.part(option, index, len(targets)) for option in options_of(value)]
        bind(machine, target, choose(*parts), frame)
