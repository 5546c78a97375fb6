"""Calls of functions of the project: parameters, bodies and results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp.annotations import unquoted
from persistlint.project.interp.choices import choose
from persistlint.project.interp.dependencies import bare, given
from persistlint.project.interp.enums import is_enum
from persistlint.project.interp.frames import Frame
from persistlint.project.interp.values import (
    NONE,
    Chunk,
    Class,
    Env,
    External,
    Function,
    Instance,
    Items,
    Loc,
    Mapping,
    Text,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_DEEPEST = 24
_DEEP_CALL = 2
"""Calls within calls: from here on only small functions and those that hold SQL or tables are followed."""
_DEEPEST_CALL = 6
_RECURSIONS = 1
_SMALL = 1200
"""The length of an encoded body of a dozen lines."""
_WORTH = code.Hint.SQL | code.Hint.EXECUTE | code.Hint.TABLES


def invoke(
    machine: Machine,
    function: Function,
    args: list[Value],
    kwargs: dict[str, Value],
    depth: int,
    *,
    open_: bool = False,
) -> Value:
    """Call a function of the project."""
    node = function.node
    if depth > _DEEPEST_CALL or (
        depth > _DEEP_CALL and isinstance(node, code.FuncDef) and not _is_worth(function, node)
    ):
        return _unseen(machine, function, args, kwargs, f"`{function.qualname}` is called too deep inside other calls")
    if len(machine.stack) > _DEEPEST or machine.steps > machine.limit or _is_repeated(machine, function, args):
        return _unseen(machine, function, args, kwargs, f"`{function.qualname}` calls itself or too many others")
    machine.stack.append((id(node), id(function.env), tuple(map(id, args))))
    try:
        env = Env(function.env.module, function.env)
        env.function = function
        _bind_params(machine, function, args, kwargs, env, open_=open_)
        frame = Frame(env, function.qualname, depth + 1, qualifier=f"{function.qualname}.<locals>.")
        if isinstance(node, code.Lambda):
            return machine.eval(node.body, frame)
        outer = machine.caller, machine.running
        machine.caller, machine.running = (function.path, node.at), function.qualname
        try:
            machine.block(body_of(machine, function), frame)
        finally:
            machine.caller, machine.running = outer
        return _result(function, frame)
    finally:
        machine.stack.pop()


def _is_repeated(machine: Machine, function: Function, args: list[Value]) -> bool:
    """Whether a call is the same as one around it, or one of a function that has called itself already.

    What walks down a tree of unknown shape does the same at each level, and two calls in it are 64 of them six levels
    down: the first time round shows everything.
    """
    node, env = id(function.node), id(function.env)
    key = (node, env, tuple(map(id, args)))
    if key in machine.stack:
        return True
    again = sum(isinstance(one, tuple) and one[:1] == (node,) for one in machine.stack)
    # A ladder of upgrades may call itself for each version, and there it is known how often.
    return again > _RECURSIONS and machine.world is None


def _unseen(machine: Machine, function: Function, args: list[Value], kwargs: dict[str, Value], reason: str) -> Unknown:
    """What a call gives that is not followed: something of the type that the function says it returns."""
    if machine.on_skip is not None:
        machine.on_skip(function, args, kwargs)
    returns = function.node.returns if isinstance(function.node, code.FuncDef) else None
    annotation = None if returns is None else eval_annotation(machine, returns, function.env)
    return Unknown(reason, annotation=annotation)


def _is_worth(function: Function, node: code.FuncDef) -> bool:
    """Whether a call within calls is followed: into SQL and tables, and into the small functions that make paths."""
    return bool(node.hints & _WORTH) or len(function.env.module.facts.bodies[node.body]) < _SMALL


def body_of(machine: Machine, function: Function) -> code.Block:
    """The statements of a function, decoded once."""
    node = function.node
    if isinstance(node, code.Lambda):
        return ()
    module = function.env.module
    key = (module.path, node.body)
    if key not in machine.bodies:
        machine.bodies[key] = code.decode_body(module.facts.bodies[node.body])
    return machine.bodies[key]


def _result(function: Function, frame: Frame) -> Value:
    if frame.yields:
        if function.kind == "contextmanager":
            return Items("context", [choose(*frame.yields)])
        return Items("generator", list(frame.yields), open=True)
    return choose(*frame.returns) if frame.returns else NONE


def _bind_params(
    machine: Machine, function: Function, args: list[Value], kwargs: dict[str, Value], env: Env, *, open_: bool
) -> None:
    queue = list(args)
    if function.bound is not None and function.kind != "staticmethod":
        queue.insert(0, function.bound)
    elif function.owner is not None and open_ and function.kind != "staticmethod" and function.bound is None:
        queue.insert(0, _example(machine, function.owner, is_class=function.kind in ("classmethod", "declared_attr")))
    rest = dict(kwargs)
    definition = Frame(function.env, None)
    for param in function.node.params:
        if param.kind == "*":
            env.names[param.name] = Items("tuple", queue, open=open_)
            queue = []
        elif param.kind == "**":
            entries: list[tuple[Value, Value]] = [(Text((Chunk(k, "", None),)), v) for k, v in rest.items()]
            env.names[param.name] = Mapping(entries, open=open_)
        elif param.name in rest:
            env.names[param.name] = rest.pop(param.name)
        elif queue and param.kind != "k":
            env.names[param.name] = queue.pop(0)
        elif param.default is not None and not open_:
            env.names[param.name] = machine.eval(param.default, definition)
        else:
            default = None if param.default is None else machine.eval(param.default, definition)
            unknown = _unknown_param(machine, function, param, default)
            # A string by default is what most callers mean: `def create(table="jobs")`.
            env.names[param.name] = choose(default, unknown) if isinstance(default, Text) else unknown


def _unknown_param(machine: Machine, function: Function, param: code.Param, default: Value | None) -> Value:
    if param.name == "op" and "down_revision" in function.env.module.env.names:
        return External("alembic.op")  # a revision that is handed what it would import
    loc = Loc(function.path, param.at, param.at + len(param.name))
    kind: Value | None = None
    if param.annotation is not None:
        kind = eval_annotation(machine, param.annotation, function.env)
    handed = given(machine, kind, default)
    if isinstance(handed, Instance) and not _is_record(machine, handed.cls):
        return handed
    cls = bare(kind)
    if isinstance(cls, Class) and not is_enum(cls) and _is_plain(cls) and not _is_record(machine, cls):
        return example_of(cls)
    return Unknown(f"parameter `{param.name}` of `{function.qualname}`", loc, param.name, annotation=kind, given=handed)


def _example(machine: Machine, cls: Class, *, is_class: bool) -> Value:
    if not is_class and _is_record(machine, cls):
        return Unknown(f"some `{cls.name}`", annotation=cls)
    return example_of(cls, is_class=is_class)


def _is_record(machine: Machine, cls: Class) -> bool:
    """Whether instances of a class are data whose attributes differ from one to the next."""
    return machine.is_record is not None and machine.is_record(cls)


def eval_annotation(machine: Machine, node: code.Expr, env: Env) -> Value:
    """An annotation's value; what is quoted counts as if it were not."""
    return machine.eval(unquoted(node), Frame(env, None))


def example_of(cls: Class, *, is_class: bool = False) -> Value:
    """Some instance of a class, the same one each time."""
    if is_class:
        return cls
    key = "\0example"
    found = cls.env.names.get(key)
    if found is None:
        found = Instance(cls, ready=False, open=True)
        cls.env.names[key] = found
    return found


def _is_plain(cls: Class) -> bool:
    """Whether an instance of a class is worth following: it has methods of the project."""
    return any(isinstance(value, Function) for value in cls.names.values())
