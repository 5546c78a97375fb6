"""Finds where engines are made and named, and where hooks are registered for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.facts import code
from persistlint.facts.executions import Behind, Listening, Making
from persistlint.project.interp.frames import location
from persistlint.project.interp.modules import Module
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Loc
from persistlint.project.ledger.places import calls, statements
from persistlint.source import Span

_MAKERS = frozenset({"create_engine", "create_async_engine", "connect"})


def makings(modules: Iterable[Module]) -> tuple[Making, ...]:
    """The engines and connections of all modules, in the order of their places."""
    found = [
        one for module in modules for body in _blocks(module, b"create_", b"connect") for one in _made(module, body)
    ]
    return tuple(sorted(found, key=lambda one: one.span))


def listenings(modules: Iterable[Module]) -> tuple[Listening, ...]:
    """The hooks of all modules, in the order of their places."""
    found = [one for module in modules for body in _blocks(module, b"listen") for one in _heard(module, body)]
    return tuple(sorted(found, key=lambda one: one.span))


def _blocks(module: Module, *words: bytes) -> Iterator[code.Block]:
    yield module.facts.body
    for data in module.facts.bodies:
        if any(word in data for word in words):
            yield code.decode_body(data)


def _made(module: Module, body: code.Block) -> Iterator[Making]:
    named = {
        stmt.value: stmt.targets[0]
        for stmt in statements(body)
        if isinstance(stmt, code.Assign) and len(stmt.targets) == 1 and isinstance(stmt.value, code.Call)
    }
    for call in calls(body):
        maker = call.func.name if isinstance(call.func, code.Attr) else getattr(call.func, "id", "")
        if maker in _MAKERS:
            yield _making(module, call, maker, named.get(call))


def _making(module: Module, call: code.Call, maker: str, target: code.Expr | None) -> Making:
    name, behind = None, None
    if isinstance(target, code.Name):
        name = target.id
        indent = _span(module, target.at, target.at).column - 1
        behind = Behind(_span(module, call.end, call.end), indent)
    given = [arg.value for arg in call.args if arg.name is None and not arg.star]
    end = location(given[0], module.path).end if len(given) == 1 else None
    waits = next((arg.value for arg in call.args if arg.name == "timeout"), None)
    return Making(
        _span(module, call.at, call.end), maker, name, behind, _event(module),
        None if end is None else _span(module, end, end),
        _span(module, waits.at, waits.end) if isinstance(waits, code.Lit) else None,
        tuple(arg.name or "*" for arg in call.args if arg.name is not None or arg.star),
    )  # fmt: skip


def _event(module: Module) -> str | None:
    for stmt in module.facts.body:
        if isinstance(stmt, code.ImportFrom) and stmt.module == "sqlalchemy" and not stmt.level:
            for alias in stmt.names:
                if alias.name == "event":
                    return alias.bound
    return None


def _heard(module: Module, body: code.Block) -> Iterator[Listening]:
    for stmt in statements(body):
        # The `@` stands before the first decorator: only there can something be put before all of them.
        first = stmt.decorators[0] if isinstance(stmt, code.FuncDef) and stmt.decorators else None
        if isinstance(first, code.Call) and unparse(first.func).endswith("listens_for") and first.args:
            yield _listening(module, first, unparse(first.func), first.at - 1)
        call = stmt.value if isinstance(stmt, code.Eval) else None
        if isinstance(call, code.Call) and unparse(call.func).endswith("event.listen") and len(call.args) > 1:
            yield _listening(module, call, f"{unparse(call.func)}s_for", call.at)


def _listening(module: Module, call: code.Call, decorator: str, start: int) -> Listening:
    at = _span(module, start, start)
    return Listening(_span(module, call.at, call.end), decorator, unparse(call.args[0].value), at, at.column - 1)


def _span(module: Module, start: int, end: int) -> Span:
    return module.span(Loc(module.path, start, end))
