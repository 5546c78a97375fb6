"""What is being run: the names in reach, where results go, and the places of expressions."""

from __future__ import annotations

from dataclasses import dataclass, field

from persistlint.facts import code
from persistlint.project.interp.values import Class, Env, Loc, Value


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One call with arguments, as it was met; `name` is the last name of what is called."""

    name: str
    func: Value
    args: tuple[Value, ...]
    kwargs: dict[str, Value]
    node: code.Call
    path: str
    function: str | None
    result: Value
    caller: tuple[str, int] | None = None
    """File and place of the function that calls."""
    spread: tuple[Value, ...] = ()
    """What is given by `**`, as far as its entries are not known."""


@dataclass(frozen=True, slots=True)
class SetEvent:
    """One assignment to an attribute, an item or a global: `base.name = value`, `base[index] = value`.

    `base` is None for a global, which `name` names; `name` is None for an item.
    """

    base: Value | None
    name: str | None
    index: Value | None
    value: Value
    node: code.Expr
    path: str
    function: str | None
    caller: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class EnterEvent:
    """A `with` block that is entered over a value; `node` is the expression of its manager."""

    value: Value
    node: code.Expr
    path: str
    caller: tuple[str, int] | None = None


@dataclass(slots=True)
class Frame:
    """What is being run: its names, and where results go."""

    env: Env
    function: str | None
    depth: int = 0
    returns: list[Value] = field(default_factory=list[Value])
    yields: list[Value] = field(default_factory=list[Value])
    cls: Class | None = None
    qualifier: str = ""


def terminal(node: code.Expr) -> str:
    """The last name of what is called."""
    if isinstance(node, code.Attr):
        return node.name
    return node.id if isinstance(node, code.Name) else ""


def location(node: code.Expr, path: str) -> Loc:
    """Where an expression stands in a file."""
    at = node
    while isinstance(at, code.Attr):
        at = at.base
    start = getattr(at, "at", 0)
    if isinstance(node, code.Attr):
        return Loc(path, start, node.at + len(node.name))
    if isinstance(node, code.Name):
        return Loc(path, start, start + len(node.id))
    if isinstance(node, code.Bin):
        return Loc(path, start, location(node.right, path).end)
    return Loc(path, start, getattr(node, "end", start + 1))


def loc_of(node: code.Expr, frame: Frame) -> Loc:
    """Where an expression of what is being run stands."""
    return location(node, frame.env.module.path)


def outer_of(env: Env) -> Env:
    """The scope that functions of a class body see: class names are not in it."""
    return env.parent if env.parent is not None else env
