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


Walked = tuple[tuple[code.Node, tuple[Around, ...]], ...]


@dataclass(slots=True)
class Shapes:
    """The bodies of the functions of each file, decoded once."""

    _functions: dict[str, list[tuple[int, int, code.Block]]] = field(
        default_factory=dict[str, list[tuple[int, int, code.Block]]]
    )
    _walked: dict[int, Walked] = field(default_factory=dict[int, Walked])
    """By the identity of blocks, which `_functions` and the modules keep."""
    _dropped: dict[int, frozenset[tuple[int, int]]] = field(default_factory=dict[int, frozenset[tuple[int, int]]])

    def innermost(self, module: Module, offset: int) -> code.Block:
        """The statements of the innermost function that holds an offset, else the module's own."""
        best, found = -1, module.facts.body
        for at, end, body in self._of(module):
            if best < at <= offset < end:
                best, found = at, body
        return found

    def around(self, module: Module, offset: int) -> tuple[Around, ...]:
        """What the expression at an offset stands in."""
        for node, around in self.walked(self.innermost(module, offset)):
            start, end = getattr(node, "at", -1), getattr(node, "end", -1)
            if isinstance(node, code.Str | code.Call | code.Sub) and start <= offset < max(end, start + 1):
                if isinstance(node, code.Str) or start == offset:
                    return around
            elif isinstance(node, code.Name | code.Attr) and start == offset:
                return around
        return ()

    def walked(self, block: code.Block) -> Walked:
        """Every node of a function's body, or of a module's, with what it stands in."""
        if id(block) not in self._walked:
            self._walked[id(block)] = tuple(walk(block))
        return self._walked[id(block)]

    def is_dropped(self, module: Module, call: code.Call) -> bool:
        """Whether nobody looks at what a call gives: it is a statement of its own."""
        block = self.innermost(module, call.at)
        if id(block) not in self._dropped:
            self._dropped[id(block)] = frozenset(_dropped(self.walked(block)))
        return (call.at, call.end) in self._dropped[id(block)]

    def yields(self, module: Module, offset: int) -> bool:
        """Whether the innermost function around an offset is a generator."""
        return any(isinstance(node, code.Yield) for node, _ in self.walked(self.innermost(module, offset)))

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


def _dropped(walked: Walked) -> Iterator[tuple[int, int]]:
    """The places of calls whose result is thrown away, at once or by a `fetchone()` that nobody looks at."""
    for node, _ in walked:
        value = _awaited(node.value) if isinstance(node, code.Eval) else None
        if isinstance(value, code.Call):
            yield value.at, value.end
            if isinstance(value.func, code.Attr) and value.func.name in _FETCHES:
                inner = _awaited(value.func.base)
                if isinstance(inner, code.Call):
                    yield inner.at, inner.end


def _awaited(value: code.Expr) -> code.Expr:
    return value.value if isinstance(value, code.Await) else value
