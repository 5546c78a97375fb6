"""Statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from persistlint.extract.python import definitions, imports
from persistlint.extract.python.expressions import OPERATORS
from persistlint.extract.python.places import start_of
from persistlint.facts import code

if TYPE_CHECKING:
    from persistlint.extract.python.lower import Lowering

_LONGEST_CHAIN = 50


def _assign(walk: Lowering, node: cst.Assign) -> code.Stmt:
    targets = tuple(walk.expr(target.target) for target in node.targets)
    return code.Assign(start_of(targets[0]), targets, walk.expr(node.value))


def _ann_assign(walk: Lowering, node: cst.AnnAssign) -> code.Stmt:
    target = walk.expr(node.target)
    annotation = walk.expr(node.annotation.annotation)
    value = None if node.value is None else walk.expr(node.value)
    return code.AnnAssign(start_of(target), target, annotation, value)


def _aug_assign(walk: Lowering, node: cst.AugAssign) -> code.Stmt:
    target = walk.expr(node.target)
    return code.AugAssign(start_of(target), target, OPERATORS[type(node.operator)], walk.expr(node.value))


def _eval(walk: Lowering, node: cst.Expr) -> code.Stmt:
    value = walk.expr(node.value)
    return code.Eval(start_of(value), value)


def _if(walk: Lowering, node: cst.If) -> code.Stmt:
    tests: list[tuple[code.Expr, code.Block]] = []
    link: cst.If | cst.Else | None = node
    while isinstance(link, cst.If):
        test = walk.expr(link.test)
        tests.append((test, walk.suite(link.body)))
        link = link.orelse
    orelse = _orelse(walk, link)
    if len(tests) > _LONGEST_CHAIN:
        return _side_by_side(tests, orelse)
    for test, body in reversed(tests):
        orelse = (code.If(start_of(test), test, body, orelse),)
    [whole] = orelse
    return whole


def _side_by_side(tests: Sequence[tuple[code.Expr, code.Block]], orelse: code.Block) -> code.Stmt:
    # Hundreds of `elif`, each inside the one before, would be too deep to encode: a `match` has its cases in a row.
    at = start_of(tests[0][0])
    cases = [code.Case(start_of(test), (), test, body, ()) for test, body in tests]
    if orelse:
        cases.append(code.Case(at, (), None, orelse, ()))
    return code.Match(at, code.Lit(at, at, value=True), tuple(cases))


def _orelse(walk: Lowering, node: cst.Else | None) -> code.Block:
    return () if node is None else walk.suite(node.body)


def _for(walk: Lowering, node: cst.For) -> code.Stmt:
    target = walk.expr(node.target)
    iterable = walk.expr(node.iter)
    body = walk.suite(node.body)
    orelse = _orelse(walk, node.orelse)
    return code.For(start_of(target), target, iterable, body, orelse, node.asynchronous is not None)


def _while(walk: Lowering, node: cst.While) -> code.Stmt:
    test = walk.expr(node.test)
    body = walk.suite(node.body)
    return code.While(start_of(test), test, body, _orelse(walk, node.orelse))


def _try(walk: Lowering, node: cst.Try | cst.TryStar) -> code.Stmt:
    at = walk.cursor.at
    body = walk.suite(node.body)
    handlers: list[code.Handler] = []
    for handler in node.handlers:
        caught = None if handler.type is None else walk.expr(handler.type)
        name = None
        if handler.name is not None and isinstance(handler.name.name, cst.Name):
            name = handler.name.name.value
            walk.cursor.take(name)
        here = walk.cursor.at if caught is None else start_of(caught)
        handlers.append(code.Handler(here, caught, name, walk.suite(handler.body)))
    orelse = _orelse(walk, node.orelse)
    final = () if node.finalbody is None else walk.suite(node.finalbody.body)
    return code.Try(at, body, tuple(handlers), orelse, final)


def _with(walk: Lowering, node: cst.With) -> code.Stmt:
    items: list[tuple[code.Expr, code.Expr | None]] = []
    for item in node.items:
        value = walk.expr(item.item)
        items.append((value, None if item.asname is None else walk.expr(item.asname.name)))
    at = start_of(items[0][0]) if items else walk.cursor.at
    return code.With(at, tuple(items), walk.suite(node.body), node.asynchronous is not None)


def _match(walk: Lowering, node: cst.Match) -> code.Stmt:
    subject = walk.expr(node.subject)
    cases: list[code.Case] = []
    for case in node.cases:
        names = _pattern_names(case.pattern)
        at = walk.cursor.at
        values = _pattern_values(walk, case.pattern)
        guard = None if case.guard is None else walk.expr(case.guard)
        cases.append(code.Case(at, names, guard, walk.suite(case.body), values))
    return code.Match(start_of(subject), subject, tuple(cases))


def _pattern_values(walk: Lowering, pattern: cst.MatchPattern) -> tuple[code.Expr, ...] | None:
    """The constants of which a pattern takes any, none where it takes everything; None for other patterns."""
    options = [one.pattern for one in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]
    if all(isinstance(one, (cst.MatchValue, cst.MatchSingleton)) for one in options):
        return tuple(walk.expr(one.value) for one in options if isinstance(one, (cst.MatchValue, cst.MatchSingleton)))
    walk.skip(pattern)
    return () if isinstance(pattern, cst.MatchAs) and pattern.pattern is None else None


def _return(walk: Lowering, node: cst.Return) -> code.Stmt:
    at = walk.cursor.at
    value = None if node.value is None else walk.expr(node.value)
    return code.Return(at if value is None else start_of(value), value)


def _raise(walk: Lowering, node: cst.Raise) -> code.Stmt:
    at = walk.cursor.at
    value = None if node.exc is None else walk.expr(node.exc)
    cause = None if node.cause is None else walk.expr(node.cause.item)
    return code.Raise(at if value is None else start_of(value), value, cause)


def _assert(walk: Lowering, node: cst.Assert) -> code.Stmt:
    test = walk.expr(node.test)
    if node.msg is not None:
        walk.expr(node.msg)
    return code.Assert(start_of(test), test)


def _del(walk: Lowering, node: cst.Del) -> code.Stmt:
    target = walk.expr(node.target)
    targets = target.items if isinstance(target, code.Seq) else (target,)
    return code.Del(start_of(target), targets)


def _scope(walk: Lowering, node: cst.Global | cst.Nonlocal) -> code.Stmt:
    names = tuple(item.name.value for item in node.names)
    at = [walk.cursor.take(name) for name in names]
    return code.Scope(at[0], names, isinstance(node, cst.Global))


def _jump(walk: Lowering, node: cst.CSTNode) -> code.Stmt:
    return code.Jump(walk.cursor.at, type(node).__name__.lower())


def _type_alias(walk: Lowering, node: cst.TypeAlias) -> code.Stmt:
    target = walk.expr(node.name)
    if node.type_parameters is not None:
        walk.skip(node.type_parameters)
    return code.Assign(start_of(target), (target,), walk.expr(node.value))


def _pattern_names(pattern: cst.MatchPattern) -> tuple[str, ...]:
    """The names that a pattern binds."""
    names: list[str] = []
    stack: list[cst.CSTNode] = [pattern]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            names.append(node.name.value)
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            names.append(node.rest.value)
        stack.extend(node.children)
    return tuple(sorted(names))


# libcst's own table of node classes guarantees that each function gets the class that it is listed under.
STATEMENTS: dict[type[cst.CSTNode], Callable[[Lowering, Any], code.Stmt]] = {
    cst.Assign: _assign, cst.AnnAssign: _ann_assign, cst.AugAssign: _aug_assign, cst.Expr: _eval, cst.If: _if,
    cst.For: _for, cst.While: _while, cst.Try: _try, cst.TryStar: _try, cst.With: _with, cst.Match: _match,
    cst.FunctionDef: definitions.function, cst.ClassDef: definitions.class_, cst.Return: _return, cst.Raise: _raise,
    cst.Assert: _assert, cst.Del: _del, cst.Global: _scope, cst.Nonlocal: _scope, cst.Import: imports.import_,
    cst.ImportFrom: imports.import_from, cst.TypeAlias: _type_alias, cst.Pass: _jump, cst.Break: _jump,
    cst.Continue: _jump,
}  # fmt: skip
"""By kind of statement, what lowers it."""
