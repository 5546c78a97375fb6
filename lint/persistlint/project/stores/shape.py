"""What surrounds a place of a program: conditions, `with` blocks, and whether what is called there is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from persistlint.facts import code
from persistlint.project.interp.modules import Module
from persistlint.project.interp.unparse import unparse

_FETCHES = frozenset({"fetchone", "fetchall", "fetchmany", "scalar", "first", "one", "all", "scalar_one"})


@dataclass(frozen=True, slots=True)
class Around:
    """One condition or block that a place stands in, from the outermost: `holds` is the branch of a condition."""

    node: code.If | code.IfExp | code.With | code.For | code.While | code.Try
    holds: bool = True

    @property
    def test(self) -> str:
        """The source text of a condition; empty for what has none."""
        return unparse(self.node.test) if isinstance(self.node, code.If | code.IfExp | code.While) else ""


def children(node: code.Node) -> Iterator[code.Node]:
    """The nodes right below one."""
    for name in node.__struct_fields__:
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[code.Node]:
    if isinstance(value, code.Node):
        yield value
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from _nodes(item)


def walk(block: code.Block) -> Iterator[tuple[code.Node, tuple[Around, ...]]]:
    """Every node of a block in order, with what it stands in; bodies of functions in it are not entered."""
    for stmt in block:
        yield from _walk(stmt, ())


def _walk(node: code.Node, around: tuple[Around, ...]) -> Iterator[tuple[code.Node, tuple[Around, ...]]]:
    yield node, around
    match node:
        case code.If(test=test, body=body, orelse=orelse) | code.IfExp(test=test, body=body, orelse=orelse):
            yield from _walk(test, around)
            for holds, part in ((True, body), (False, orelse)):
                for child in _nodes(part):
                    yield from _walk(child, (*around, Around(node, holds)))
        case code.With() | code.For() | code.While() | code.Try():
            for child in children(node):
                yield from _walk(child, (*around, Around(node)))
        case code.Lambda():
            pass
        case _:
            for child in children(node):
                yield from _walk(child, around)


@dataclass(slots=True)
class Shapes:
    """The bodies of the functions of each file, decoded once."""

    _functions: dict[str, list[tuple[int, int, code.Block]]] = field(
        default_factory=dict[str, list[tuple[int, int, code.Block]]]
    )

    def innermost(self, module: Module, offset: int) -> code.Block:
        """The statements of the innermost function that holds an offset, else the module's own."""
        best, found = -1, module.facts.body
        for at, end, body in self._of(module):
            if best < at <= offset < end:
                best, found = at, body
        return found

    def around(self, module: Module, offset: int) -> tuple[Around, ...]:
        """What the expression at an offset stands in."""
        for node, around in walk(self.innermost(module, offset)):
            start, end = getattr(node, "at", -1), getattr(node, "end", -1)
            if isinstance(node, code.Str | code.Call | code.Sub) and start <= offset < max(end, start + 1):
                if isinstance(node, code.Str) or start == offset:
                    return around
            elif isinstance(node, code.Name | code.Attr) and start == offset:
                return around
        return ()

    def _of(self, module: Module) -> list[tuple[int, int, code.Block]]:
        if module.path not in self._functions:
            out = self._functions[module.path] = []
            queue: list[code.Block] = [module.facts.body]
            while queue:
                for node, _ in walk(queue.pop()):
                    if isinstance(node, code.FuncDef):
                        body = code.decode_body(module.facts.bodies[node.body])
                        out.append((node.at, node.end, body))
                        queue.append(body)
        return self._functions[module.path]


def is_dropped(block: code.Block, call: code.Call) -> bool:
    """Whether nobody looks at what a call gives: it is a statement of its own."""
    for node, _ in walk(block):
        if isinstance(node, code.Eval):
            value = node.value.value if isinstance(node.value, code.Await) else node.value
            if isinstance(value, code.Call) and (value.at, value.end) == (call.at, call.end):
                return True
            if isinstance(value, code.Call) and isinstance(value.func, code.Attr) and value.func.name in _FETCHES:
                inner = value.func.base
                inner = inner.value if isinstance(inner, code.Await) else inner
                if isinstance(inner, code.Call) and (inner.at, inner.end) == (call.at, call.end):
                    return True
    return False


def yields(block: code.Block) -> bool:
    """Whether the function of that body is a generator."""
    return any(isinstance(node, code.Yield) for node, _ in walk(block))
