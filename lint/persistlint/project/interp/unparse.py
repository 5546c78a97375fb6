"""Expressions back to short source text, for messages."""

from __future__ import annotations

from persistlint.facts import code

_LONGEST = 60


def unparse(node: code.Expr | None) -> str:
    """The expression as Python, shortened where it is long."""
    out = _text(node, 0)
    return out if len(out) <= _LONGEST else out[: _LONGEST - 1] + "…"


def _text(node: code.Expr | None, depth: int) -> str:
    if depth > 12:
        return "…"
    deeper = depth + 1
    match node:
        case None:
            return ""
        case code.Lit(value=value):
            return repr(value)
        case code.Str(value=value):
            return repr(value)
        case code.Name(id=name):
            return name
        case code.Attr(base=base, name=name):
            return f"{_text(base, deeper)}.{name}"
        case code.Call(func=func, args=args):
            return f"{_text(func, deeper)}({', '.join(_argument(arg, deeper) for arg in args)})"
        case code.Sub(base=base, index=index):
            return f"{_text(base, deeper)}[{_text(index, deeper)}]"
        case code.Bin(op=op, left=left, right=right):
            return f"{_text(left, deeper)} {op} {_text(right, deeper)}"
        case code.Un(op=op, operand=operand):
            return f"{op}{' ' if op == 'not' else ''}{_text(operand, deeper)}"
        case code.Cmp(left=left, pairs=pairs):
            return _text(left, deeper) + "".join(f" {op} {_text(right, deeper)}" for op, right in pairs)
        case code.Await(value=value):
            return f"await {_text(value, deeper)}"
        case code.Lambda(body=body):
            return f"lambda: {_text(body, deeper)}"
        case code.Seq(kind=kind, items=items):
            inner = ", ".join(_text(item, deeper) for item in items)
            return {"list": f"[{inner}]", "set": f"{{{inner}}}"}.get(kind, f"({inner})")
        case code.Map(items=items):
            return "{" + ", ".join(f"{_text(key, deeper)}: {_text(value, deeper)}" for key, value in items) + "}"
        case code.Join(parts=parts):
            return "f" + repr("".join(p.value if isinstance(p, code.Str) else f"{{{_text(p.value, deeper)}}}" for p in parts))
        case code.IfExp(test=test, body=body, orelse=orelse):
            return f"{_text(body, deeper)} if {_text(test, deeper)} else {_text(orelse, deeper)}"
        case _:
            return "…"


def _argument(arg: code.Arg, depth: int) -> str:
    prefix = "*" * arg.star if arg.star else f"{arg.name}=" if arg.name else ""
    return prefix + _text(arg.value, depth)
