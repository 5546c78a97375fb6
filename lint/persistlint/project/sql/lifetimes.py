"""Finds engines that a function makes and disposes of, with the lines that a `try` around their use would hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.facts import code
from persistlint.facts.executions import Lifetime
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Loc
from persistlint.project.ledger.places import blocks, parts, statements
from persistlint.source import Span

_ENDS = b"dispose"
# Their strings are not kept, or they are programs of their own: which of their lines may be moved in is not known.
_UNSEEN = (code.Assert, code.Match, code.FuncDef, code.ClassDef)


def lifetimes(modules: Iterable[Module]) -> tuple[Lifetime, ...]:
    """Those of all modules, in the order of their places."""
    found = [one for module in modules for one in _of_module(module)]
    return tuple(sorted(found, key=lambda one: one.span))


def _of_module(module: Module) -> Iterator[Lifetime]:
    for data in module.facts.bodies:
        if _ENDS in data:
            body = code.decode_body(data)
            for block in (body, *(inner for stmt in statements(body) for inner in blocks(stmt))):
                yield from _of_block(module, block)


def _of_block(module: Module, block: code.Block) -> Iterator[Lifetime]:
    for index, stmt in enumerate(block):
        name = _made(stmt)
        if name is None:
            continue
        ends = [place for place in range(index + 2, len(block)) if _disposes(block[place], name)]
        if ends and all(_may_move(inner, name) for inner in block[index + 1 : ends[-1]]):
            found = _lifetime(module, block, index, ends[-1])
            if found is not None:
                yield found


def _made(stmt: code.Stmt) -> str | None:
    """The name that a call's result is assigned to."""
    match stmt:
        case code.Assign(targets=(code.Name(id=name),), value=code.Call()):
            return name
        case code.AnnAssign(target=code.Name(id=name), value=code.Call()):
            return name
        case _:
            return None


def _disposes(stmt: code.Stmt, name: str) -> bool:
    value = stmt.value if isinstance(stmt, code.Eval) else None
    if isinstance(value, code.Await):
        value = value.value
    match value:
        case code.Call(func=code.Attr(base=code.Name(id=base), name="dispose")):
            return base == name
        case _:
            return False


def _may_move(stmt: code.Stmt, name: str) -> bool:
    """Whether a statement can be used inside of `try … finally: name.dispose()`, and its lines can be moved in."""
    for one in statements((stmt,)):
        if isinstance(one, _UNSEEN) or _binds(one, name):
            return False
        # What is returned may need the engine longer than the function lasts.
        if isinstance(one, code.Return) and name in _handed_on(one.value):
            return False
    return True


def _binds(stmt: code.Stmt, name: str) -> bool:
    targets: tuple[code.Expr, ...] = ()
    if isinstance(stmt, code.Assign | code.Del):
        targets = stmt.targets
    elif isinstance(stmt, code.AnnAssign | code.AugAssign | code.For):
        targets = (stmt.target,)
    return name in _handed_on(targets)


def _handed_on(node: object) -> Iterator[str]:
    """The names in an expression, those left out of which only an attribute is taken."""
    if isinstance(node, code.Name):
        yield node.id
    elif isinstance(node, code.Attr):
        if not isinstance(node.base, code.Name):
            yield from _handed_on(node.base)
    else:
        for inner in parts(node):
            yield from _handed_on(inner)


def _lifetime(module: Module, block: code.Block, index: int, end: int) -> Lifetime | None:
    made, disposed = block[index], block[end]
    call = made.value if isinstance(made, code.Assign | code.AnnAssign) else None
    if not isinstance(call, code.Call):
        return None
    opening, start = _span(module, call.at, call.end), _span(module, made.at, made.at)
    last = _span(module, disposed.at, disposed.at).line
    after = [_span(module, block[place].at, block[place].at).line for place in (index + 1, end - 1)]
    behind = end + 1 < len(block) and _span(module, block[end + 1].at, block[end + 1].at).line == last
    if opening.line != start.line or after[0] <= opening.end_line or after[1] >= last or behind:
        return None
    inside = set(_inside_texts(module, block[index + 1 : end]))
    lines = [line for line in range(opening.end_line + 1, last) if line not in inside and not _is_blank(module, line)]
    path = module.path
    return Lifetime(
        opening, start.column - 1, Span(path, opening.end_line + 1, 1, opening.end_line + 1, 1),
        tuple(Span(path, line, 1, line, 1) for line in lines), Span(path, last, 1, last, 1),
    )  # fmt: skip


def _inside_texts(module: Module, node: object) -> Iterator[int]:
    """The lines that begin inside of a string: their margin is part of its value."""
    if isinstance(node, code.Str | code.Join | code.Opaque):
        span = _span(module, node.at, node.end)
        yield from range(span.line + 1, span.end_line + 1)
    for inner in parts(node):
        yield from _inside_texts(module, inner)


def _is_blank(module: Module, line: int) -> bool:
    starts = memoryview(module.facts.lines).cast("I")
    return line < len(starts) and starts[line] - starts[line - 1] <= len("\r\n")


def _span(module: Module, start: int, end: int) -> Span:
    return module.span(Loc(module.path, start, end))
