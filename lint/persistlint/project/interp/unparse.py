"""Expressions back to short source text, for messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from persistlint.facts import code

_LONGEST = 60
_DEEPEST = 12


def unparse(node: code.Expr | None) -> str:
    """The expression as Python, shortened where it is long."""
    out = _text(node, 0)
    return out if len(out) <= _LONGEST else out[: _LONGEST - 1] + "…"


def _text(node: code.Expr | None, depth: int) -> str:
    if node is None:
        return ""
    write = _WRITERS.get(type(node))
    return "…" if write is None or depth > _DEEPEST else write(node, depth + 1)


def _call(node: code.Call, depth: int) -> str:
    return f"{_text(node.func, depth)}({', '.join(_argument(arg, depth) for arg in node.args)})"


def _argument(arg: code.Arg, depth: int) -> str:
    prefix = "*" * arg.star if arg.star else f"{arg.name}=" if arg.name else ""
    return prefix + _text(arg.value, depth)


def _unary(node: code.Un, depth: int) -> str:
    return f"{node.op}{' ' if node.op == 'not' else ''}{_text(node.operand, depth)}"


def _comparison(node: code.Cmp, depth: int) -> str:
    return _text(node.left, depth) + "".join(f" {op} {_text(right, depth)}" for op, right in node.pairs)


def _sequence(node: code.Seq, depth: int) -> str:
    inner = ", ".join(_text(item, depth) for item in node.items)
    return {"list": f"[{inner}]", "set": f"{{{inner}}}"}.get(node.kind, f"({inner})")


def _mapping(node: code.Map, depth: int) -> str:
    return "{" + ", ".join(f"{_text(key, depth)}: {_text(value, depth)}" for key, value in node.items) + "}"


def _joined(node: code.Join, depth: int) -> str:
    parts = (part.value if isinstance(part, code.Str) else f"{{{_text(part.value, depth)}}}" for part in node.parts)
    return "f" + repr("".join(parts))


def _condition(node: code.IfExp, depth: int) -> str:
    return f"{_text(node.body, depth)} if {_text(node.test, depth)} else {_text(node.orelse, depth)}"


_WRITERS: dict[type[code.Node], Callable[[Any, int], str]] = {
    code.Lit: lambda node, _: repr(node.value),
    code.Str: lambda node, _: repr(node.value),
    code.Name: lambda node, _: str(node.id),
    code.Attr: lambda node, depth: f"{_text(node.base, depth)}.{node.name}",
    code.Call: _call,
    code.Sub: lambda node, depth: f"{_text(node.base, depth)}[{_text(node.index, depth)}]",
    code.Bin: lambda node, depth: f"{_text(node.left, depth)} {node.op} {_text(node.right, depth)}",
    code.Un: _unary,
    code.Cmp: _comparison,
    code.Await: lambda node, depth: f"await {_text(node.value, depth)}",
    code.Lambda: lambda node, depth: f"lambda: {_text(node.body, depth)}",
    code.Seq: _sequence,
    code.Map: _mapping,
    code.Join: _joined,
    code.IfExp: _condition,
}
