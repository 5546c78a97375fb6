"""Where in a function a place stands: which loops, conditions, `try` and `with` statements enclose it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from persistlint.facts import code


@dataclass(frozen=True, slots=True)
class Inside:
    """One statement around a place, and the part of it: `body`, `orelse`, `handler`, `final` or `head`."""

    stmt: code.Stmt
    part: str
    handler: code.Handler | None = None


def around(body: code.Block, at: int) -> list[Inside]:
    """The compound statements around an offset, the outermost first."""
    out: list[Inside] = []
    while True:
        stmt = _last_before(body, at)
        if stmt is None:
            return out
        blocks = _parts(stmt)
        if not blocks:
            return out
        found = next((one for one in reversed(blocks) if one[1] and one[1][0].at <= at), None)
        if found is None:
            out.append(Inside(stmt, "head"))
            return out
        name, body, handler = found
        out.append(Inside(stmt, name, handler))


def statements(body: Sequence[code.Stmt]) -> Iterator[code.Stmt]:
    """All statements of a body, those inside others too, in the order of their places."""
    for stmt in body:
        yield stmt
        for _, block, _ in _parts(stmt):
            yield from statements(block)


def _last_before(body: code.Block, at: int) -> code.Stmt | None:
    found = None
    for stmt in body:
        if stmt.at > at:
            break
        found = stmt
    return found


def _parts(stmt: code.Stmt) -> list[tuple[str, code.Block, code.Handler | None]]:
    match stmt:
        case code.If() | code.While() | code.For():
            return [("body", stmt.body, None), ("orelse", stmt.orelse, None)]
        case code.With():
            return [("body", stmt.body, None)]
        case code.Try():
            handlers = [("handler", handler.body, handler) for handler in stmt.handlers]
            return [
                ("body", stmt.body, None),
                *handlers,
                ("orelse", stmt.orelse, None),
                ("final", stmt.final, None),
            ]
        case code.Match():
            return [("body", case.body, None) for case in stmt.cases]
        case _:
            return []


def blocks(stmt: code.Stmt) -> tuple[code.Block, ...]:
    """The blocks of statements directly inside of one."""
    return tuple(block for _, block, _ in _parts(stmt))


def calls(node: object) -> Iterator[code.Call]:
    """The calls in an expression, a statement or a block, those of nested functions left out."""
    if isinstance(node, code.Call):
        yield node
    if not isinstance(node, code.Lambda):
        for inner in parts(node):
            yield from calls(inner)


def parts(node: object) -> tuple[object, ...]:
    """What a part of the program, or a tuple of such, is made of."""
    if isinstance(node, tuple):
        return cast("tuple[object, ...]", node)
    return tuple(getattr(node, name) for name in node.__struct_fields__) if isinstance(node, code.Node) else ()
