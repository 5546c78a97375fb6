"""Finds the statements of a program that change a schema, with the places where others can be put beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from persistlint.facts import code
from persistlint.facts.executions import Behind, Execution
from persistlint.project.interp.modules import Module
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Loc
from persistlint.source import Span

_KEYWORDS: dict[type[code.Node], int] = {code.If: len("if "), code.While: len("while "), code.For: len("for ")}
_NAMES = frozenset({"execute", "exec_driver_sql"})
_SPOKEN = re.compile(rb"(?:ALTER|CREATE|DROP|UPDATE|INSERT|DELETE)\s", re.IGNORECASE)
_CHANGES = re.compile(r"\s*(?:ALTER|CREATE|DROP|UPDATE|INSERT|DELETE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Scope:
    """A body: its statements, and the outermost condition of it that is being looked through."""

    body: code.Block
    branch: code.Stmt | None = None


def executions(modules: Iterable[Module]) -> tuple[Execution, ...]:
    """Those of all modules, in the order of their places."""
    found = [one for module in modules for one in _of_module(module)]
    return tuple(sorted(found, key=lambda one: one.span))


def _of_module(module: Module) -> Iterator[Execution]:
    for data in module.facts.bodies:
        if b"exec" in data and _SPOKEN.search(data):
            body = code.decode_body(data)
            yield from _Finder(module).of(body, _Scope(body), None)


class _Finder:
    def __init__(self, module: Module) -> None:
        self._module = module

    def of(self, body: code.Block, scope: _Scope, above: code.Stmt | None) -> Iterator[Execution]:
        """The executions of a body inside a scope; `above` is the statement whose body it is."""
        for index, stmt in enumerate(body):
            before = body[index - 1] if index else above
            if isinstance(stmt, code.Eval) and isinstance(stmt.value, code.Call):
                found = self._execution(stmt, stmt.value, scope, before)
                if found is not None:
                    yield found
            for inner in _bodies(stmt):
                own = _Scope(inner) if isinstance(stmt, code.With) else _Scope(scope.body, scope.branch or stmt)
                yield from self.of(inner, own, stmt)

    def _execution(self, stmt: code.Eval, call: code.Call, scope: _Scope, before: code.Stmt | None) -> Execution | None:
        func = call.func
        if not isinstance(func, code.Attr) or func.name not in _NAMES or len(call.args) != 1 or call.args[0].name:
            return None
        given: code.Expr = call.args[0].value
        wrapper = ""
        if isinstance(given, code.Call) and len(given.args) == 1 and not given.args[0].name:
            wrapper = f"{unparse(given.func)}("
            given = given.args[0].value
        first = given.parts[0] if isinstance(given, code.Join) and given.parts else given
        if not isinstance(first, code.Str) or not _CHANGES.match(first.value):
            return None
        span = self._span(call.at, call.end)
        if before is not None and self._span(before.at, before.at).line == span.line:
            return None
        receiver = unparse(func.base)
        branch = scope.branch or stmt
        branch_end = self._behind(branch, span.column - 1)
        # All statements of a body stand in alike, so its end is as far in as the branch.
        last = _last_open(scope.body, branch, receiver)
        scope_end = Behind(self._behind(last, span.column - 1).at, branch_end.indent)
        if branch_end.indent < 0 or isinstance(branch, code.Try | code.Match | code.With):
            return None
        return Execution(
            span, receiver, f"{receiver}.{func.name}({wrapper}", ")" * (1 + bool(wrapper)), span.column - 1,
            branch_end, scope_end, _committed(receiver, call.end, branch, scope.body),
        )  # fmt: skip

    def _behind(self, stmt: code.Stmt, inside: int) -> Behind:
        """Behind a statement; `inside` is how far a simple statement in it stands in."""
        end = _end(stmt)
        column = self._span(stmt.at, stmt.at).column - 1
        # A compound statement is placed where its condition begins, behind its keyword.
        indent = column - _KEYWORDS.get(type(stmt), 0)
        if type(stmt) in _KEYWORDS and not 0 <= indent < inside:
            indent = -1
        return Behind(self._span(end, end), indent)

    def _span(self, start: int, end: int) -> Span:
        return self._module.span(Loc(self._module.path, start, end))


def _last_open(body: code.Block, branch: code.Stmt, receiver: str) -> code.Stmt:
    """The last statement of a body behind which the connection can still be used."""
    last = branch
    for stmt in body[body.index(branch) + 1 :]:
        closes = isinstance(stmt, code.Eval) and any(unparse(one.func) == f"{receiver}.close" for one in _calls(stmt))
        if closes or isinstance(stmt, code.Return | code.Raise | code.Jump):
            break
        last = stmt
    return last


def _committed(receiver: str, behind: int, branch: code.Stmt, body: code.Block) -> str | None:
    places = [
        call.at
        for call in _calls(body)
        if call.at >= behind and unparse(call.func) == f"{receiver}.commit" and not call.args
    ]
    if not places:
        return None
    return "scope" if max(places) >= _end(branch) else "branch"


def _bodies(stmt: code.Stmt) -> list[code.Block]:
    match stmt:
        case code.If() | code.While() | code.For():
            return [stmt.body, stmt.orelse]
        case code.With():
            return [stmt.body]
        case code.Try():
            return [stmt.body, *(handler.body for handler in stmt.handlers), stmt.orelse, stmt.final]
        case _:
            return []


def _parts(node: object) -> tuple[object, ...]:
    if isinstance(node, tuple):
        return cast("tuple[object, ...]", node)
    return tuple(getattr(node, name) for name in node.__struct_fields__) if isinstance(node, code.Node) else ()


def _calls(node: object) -> Iterator[code.Call]:
    if isinstance(node, code.Call):
        yield node
    for inner in _parts(node):
        yield from _calls(inner)


def _end(node: object) -> int:
    """Where a statement ends, as far as its parts tell."""
    own = 0
    match node:
        case code.Attr(at=at, name=name) | code.Name(at=at, id=name):
            own = at + len(name)
        case code.Jump(at=at, kind=kind):
            own = at + len(kind)
        case code.Return(at=at):
            own = at + len("return")
        case code.Raise(at=at):
            own = at + len("raise")
        case code.Node():
            own = getattr(node, "end", 0)
        case _:
            pass
    return max([own, *(_end(inner) for inner in _parts(node))])
