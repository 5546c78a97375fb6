"""The value of each kind of expression, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from persistlint.facts import code
from persistlint.project.interp import (
    attributes,
    binding,
    builtin,
    calls,
    comprehensions,
    elements,
    elsewhere,
    imports,
    operators,
    texts,
)
from persistlint.project.interp.choices import choose
from persistlint.project.interp.frames import CallEvent, Frame, loc_of, outer_of, terminal
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    NONE,
    Chunk,
    Const,
    Env,
    External,
    Function,
    Gap,
    Instance,
    Items,
    Lazy,
    Loc,
    Mapping,
    Operation,
    Row,
    Text,
    Unknown,
    Value,
    flag,
    options_of,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine


def _lit(machine: Machine, node: code.Lit, frame: Frame) -> Value:
    del machine, frame
    return Const(node.value)


def _str(machine: Machine, node: code.Str, frame: Frame) -> Value:
    del machine
    return Text((Chunk(node.value, frame.env.module.path, node),))


def _name(machine: Machine, node: code.Name, frame: Frame) -> Value:
    env: Env | None = frame.env
    name = node.id
    while env is not None:
        value = env.names.get(name)
        if value is not None:
            return imports.resolve(machine, value, env, name) if isinstance(value, Lazy) else value
        env = env.parent
    if name in builtin.BUILTINS:
        return External(f"builtins.{name}")
    star = frame.env.module.env.names.get("*")
    if isinstance(star, External):
        return External(f"{star.name}.{name}")
    return Unknown(f"`{name}` is not defined where it is used", loc_of(node, frame))


def _attr(machine: Machine, node: code.Attr, frame: Frame) -> Value:
    base = machine.eval(node.base, frame)
    if machine.on_get is not None:
        machine.on_get(base, node.name, loc_of(node, frame))
    return attributes.attribute(machine, base, node.name)


def _call(machine: Machine, node: code.Call, frame: Frame) -> Value:
    func = machine.eval(node.func, frame)
    args, kwargs, spread, open_ = _arguments(machine, node.args, frame)
    node, func, args, kwargs = elsewhere.asked(node, func, args, kwargs)
    result = (
        machine.world.call(machine, node, func, args, kwargs, frame.env.module.path)
        if machine.world is not None
        else None
    )
    if result is None:
        result = choose(
            *(calls.call(machine, option, args, kwargs, node, frame, open_=open_) for option in options_of(func))
        )
    if spread:
        _note_spread(result, spread, Loc(frame.env.module.path, node.at, node.end))
    if machine.on_call is not None:
        machine.on_call(
            CallEvent(
                terminal(node.func),
                func,
                tuple(args),
                kwargs,
                node,
                frame.env.module.path,
                frame.function,
                result,
                machine.caller,
                spread,
            )
        )
    return result


def _note_spread(result: Value, spread: tuple[Value, ...], loc: Loc) -> None:
    """Let an object that was made just now know what it was made of."""
    for option in options_of(result):
        if isinstance(option, Instance) and option.loc == loc:
            option.spread = spread


def _arguments(
    machine: Machine, nodes: Sequence[code.Arg], frame: Frame
) -> tuple[list[Value], dict[str, Value], tuple[Value, ...], bool]:
    """Positional and named arguments, what is spread and not known, and whether there may be more."""
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    spread: list[Value] = []
    open_ = False
    for arg in nodes:
        value = machine.eval(arg.value, frame)
        if arg.star == 1:
            items = elements.iterate(value)
            args.extend(items.items if items is not None else ())
            open_ = open_ or items is None or items.open
        elif arg.star == 2:
            more = elements.spread(value, kwargs)
            if more and not isinstance(value, Mapping | Row):
                spread.append(value)
            open_ = open_ or more
        elif arg.name is not None:
            kwargs[arg.name] = value
        else:
            args.append(value)
    return args, kwargs, tuple(spread), open_


def _join_text(machine: Machine, node: code.Join, frame: Frame) -> Value:
    results: list[list[Text]] = [[]]
    for part in node.parts:
        if isinstance(part, code.Str):
            options: list[Text] = [Text((Chunk(part.value, frame.env.module.path, part),))]
        else:
            options = _field(machine, part, frame)
        results = [[*result, option] for result in results for option in options][:6]
    return choose(*(texts.concat(result) for result in results))


def _field(machine: Machine, part: code.Fmt, frame: Frame) -> list[Text]:
    value = machine.eval(part.value, frame)
    loc = Loc(frame.env.module.path, part.at, part.end)
    source = unparse(part.value)
    if part.conversion is not None or (part.spec is not None and not isinstance(value, Text)):
        number = part.spec is not None and part.spec[-1:] in tuple("dxXobeEfFgG%n")
        return [Text((Gap(value, loc, source, number, part.spec),))]
    return [texts.piece(option, loc, source) for option in options_of(value)]


def _fmt(machine: Machine, node: code.Fmt, frame: Frame) -> Value:
    return machine.eval(node.value, frame)


def _seq(machine: Machine, node: code.Seq, frame: Frame) -> Value:
    out = Items(node.kind, [])
    for item in node.items:
        if isinstance(item, code.Star):
            elements.extend(machine, out, machine.eval(item.value, frame), certain=True)
        else:
            out.items.append(machine.eval(item, frame))
    return out


def _map(machine: Machine, node: code.Map, frame: Frame) -> Value:
    out = Mapping([])
    for key, value in node.items:
        if key is None:
            inner = machine.eval(value, frame)
            inner = inner.as_mapping() if isinstance(inner, Row) else inner
            if isinstance(inner, Mapping):
                elements.enter(out, inner.entries, open_=inner.open)
            else:
                out.open = True
        else:
            out.entries.append((machine.eval(key, frame), machine.eval(value, frame)))
    return out


def _bin(machine: Machine, node: code.Bin, frame: Frame) -> Value:
    left = machine.eval(node.left, frame)
    if node.op in ("and", "or"):
        return _logical(machine, node, left, frame)
    right = machine.eval(node.right, frame)
    loc = loc_of(node, frame)
    source = unparse(node.right)
    out = [
        operators.binary(node.op, one, other, loc, source) for one in options_of(left) for other in options_of(right)
    ]
    return choose(*out)


def _logical(machine: Machine, node: code.Bin, left: Value, frame: Frame) -> Value:
    decided = flag(left)
    if decided is not None:
        return machine.eval(node.right, frame) if decided == (node.op == "and") else left
    machine.uncertain += 1
    try:
        right = machine.eval(node.right, frame)
    finally:
        machine.uncertain -= 1
    if node.op == "and" and flag(right) is False:
        return right  # falsy either way
    return choose(left, right) if node.op == "or" else Operation("and", (left, right), loc_of(node, frame))


def _un(machine: Machine, node: code.Un, frame: Frame) -> Value:
    return operators.unary(node.op, machine.eval(node.operand, frame), loc_of(node, frame))


def _cmp(machine: Machine, node: code.Cmp, frame: Frame) -> Value:
    left = machine.eval(node.left, frame)
    rights = [(op, machine.eval(right, frame)) for op, right in node.pairs]
    if len(rights) == 1:
        if rights[0][0] in ("in", "not in"):
            elements.look_through(machine, rights[0][1])
        return operators.compare(rights[0][0], left, rights[0][1], loc_of(node, frame))
    return Operation("chain", (left, *(right for _, right in rights)), loc_of(node, frame))


def _if_exp(machine: Machine, node: code.IfExp, frame: Frame) -> Value:
    decided = flag(machine.eval(node.test, frame))
    if decided is not None:
        return machine.eval(node.body if decided else node.orelse, frame)
    return choose(machine.eval(node.body, frame), machine.eval(node.orelse, frame))


def _sub(machine: Machine, node: code.Sub, frame: Frame) -> Value:
    base = machine.eval(node.base, frame)
    if isinstance(node.index, code.Slice):
        return elements.sliced(machine, base, node.index, frame)
    index = machine.eval(node.index, frame)
    loc = loc_of(node, frame)
    return choose(*(elements.item(machine, option, index, loc) for option in options_of(base)))


def _slice(machine: Machine, node: code.Slice, frame: Frame) -> Value:
    del machine, node, frame
    return Unknown("a slice")


def _lambda(machine: Machine, node: code.Lambda, frame: Frame) -> Value:
    del machine
    env = frame.env if frame.cls is None else outer_of(frame.env)
    return Function(node, env, f"{frame.qualifier}<lambda>", decorators=())


def _await(machine: Machine, node: code.Await, frame: Frame) -> Value:
    return machine.eval(node.value, frame)


def _yield(machine: Machine, node: code.Yield, frame: Frame) -> Value:
    value = NONE if node.value is None else machine.eval(node.value, frame)
    if node.is_from:
        items = elements.iterate(value)
        frame.yields.extend(items.items if items is not None else [value])
    else:
        frame.yields.append(value)
    return Unknown("what is sent to a generator")


def _walrus(machine: Machine, node: code.Walrus, frame: Frame) -> Value:
    value = machine.eval(node.value, frame)
    binding.bind(machine, node.target, value, frame)
    return value


def _star(machine: Machine, node: code.Star, frame: Frame) -> Value:
    return machine.eval(node.value, frame)


def _opaque(machine: Machine, node: code.Opaque, frame: Frame) -> Value:
    del machine
    return Unknown("an expression that is not modelled", Loc(frame.env.module.path, node.at, node.end))


_Eval = Callable[["Machine", Any, Frame], Value]

EVAL: dict[type[code.Node], _Eval] = {
    code.Lit: _lit, code.Str: _str, code.Name: _name, code.Attr: _attr, code.Call: _call, code.Fmt: _fmt,
    code.Join: _join_text, code.Seq: _seq, code.Map: _map, code.Bin: _bin, code.Un: _un, code.Cmp: _cmp,
    code.IfExp: _if_exp, code.Sub: _sub, code.Slice: _slice, code.Lambda: _lambda,
    code.Comp: comprehensions.comprehension, code.Await: _await, code.Yield: _yield, code.Walrus: _walrus,
    code.Star: _star, code.Opaque: _opaque,
}  # fmt: skip
"""By kind of expression, what evaluates it."""
