"""`def` and `class` statements, parameters and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from persistlint.facts import code

if TYPE_CHECKING:
    from persistlint.extract.python.lower import Lowering

_ENCODER = msgspec.msgpack.Encoder()


def function(walk: Lowering, node: cst.FunctionDef) -> code.Stmt:
    """A `def`, its body encoded on its own."""
    decorators = _decorators(walk, node.decorators)
    at = walk.cursor.take(node.name.value)
    if node.type_parameters is not None:
        walk.skip(node.type_parameters)
    parameters = params(walk, node.params)
    returns = None if node.returns is None else walk.expr(node.returns.annotation)
    outer = walk.hints
    walk.hints = code.Hint.NONE
    body = walk.suite(node.body)
    inner = walk.hints
    walk.hints = outer | inner
    walk.bodies.append(_ENCODER.encode(body))
    return code.FuncDef(
        at, walk.cursor.at, node.name.value, parameters, len(walk.bodies) - 1, int(inner), decorators, returns,
        node.asynchronous is not None,
    )  # fmt: skip


def _decorators(walk: Lowering, nodes: Sequence[cst.Decorator]) -> tuple[code.Expr, ...]:
    return tuple(walk.expr(node.decorator) for node in nodes)


def params(walk: Lowering, node: cst.Parameters) -> tuple[code.Param, ...]:
    """The parameters of a function or lambda, in order."""
    out = [_param(walk, param, "p") for param in node.posonly_params]
    out += [_param(walk, param, "a") for param in node.params]
    if isinstance(node.star_arg, cst.Param):
        out.append(_param(walk, node.star_arg, "*"))
    out += [_param(walk, param, "k") for param in node.kwonly_params]
    if node.star_kwarg is not None:
        out.append(_param(walk, node.star_kwarg, "**"))
    return tuple(out)


def _param(walk: Lowering, node: cst.Param, kind: str) -> code.Param:
    at = walk.cursor.take(node.name.value)
    annotation = None if node.annotation is None else walk.expr(node.annotation.annotation)
    default = None if node.default is None else walk.expr(node.default)
    return code.Param(at, node.name.value, kind, annotation, default)


def class_(walk: Lowering, node: cst.ClassDef) -> code.Stmt:
    """A `class`."""
    decorators = _decorators(walk, node.decorators)
    at = walk.cursor.take(node.name.value)
    if node.type_parameters is not None:
        walk.skip(node.type_parameters)
    args = arguments(walk, (*node.bases, *node.keywords))
    body = walk.suite(node.body)
    return code.ClassDef(at, walk.cursor.at, node.name.value, args, body, decorators)


def arguments(walk: Lowering, nodes: Sequence[cst.Arg]) -> tuple[code.Arg, ...]:
    """The arguments of a call or of a class statement."""
    out: list[code.Arg] = []
    for node in nodes:
        name = None
        at = -1
        if node.keyword is not None:
            name = node.keyword.value
            at = walk.cursor.take(name)
        out.append(code.Arg(walk.expr(node.value), name, len(node.star), at))
    return tuple(out)
