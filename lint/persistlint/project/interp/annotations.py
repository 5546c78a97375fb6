"""Annotations in quotes: `Mapped["Optional[Thing]"]` says what `Mapped[Optional[Thing]]` says."""

from __future__ import annotations

import ast

import msgspec

from persistlint.facts import code

_LONGEST = 1000


def unquoted(node: code.Expr) -> code.Expr:
    """The annotation with its quoted parts parsed; what is no annotation (a `Literal`'s string) stays as it is."""
    match node:
        case code.Str(value=value, at=at):
            return _parsed(value, at) or node
        case code.Bin(op="|", left=left, right=right):
            return msgspec.structs.replace(node, left=unquoted(left), right=unquoted(right))
        case code.Sub(base=code.Name(id="Literal") | code.Attr(name="Literal")):
            return node
        case code.Sub(base=code.Name(id="Annotated") | code.Attr(name="Annotated"), index=code.Seq() as index):
            items = (unquoted(index.items[0]), *index.items[1:])
            return msgspec.structs.replace(node, index=msgspec.structs.replace(index, items=items))
        case code.Sub(index=index):
            return msgspec.structs.replace(node, index=unquoted(index))
        case code.Seq(items=items):
            return msgspec.structs.replace(node, items=tuple(unquoted(item) for item in items))
        case _:
            return node


def _parsed(text: str, at: int) -> code.Expr | None:
    if len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lowered = _lowered(tree.body, at)
    return None if lowered is None else unquoted(lowered)


def _lowered(node: ast.expr, at: int) -> code.Expr | None:
    match node:
        case ast.Name(id=name):
            return code.Name(at, name)
        case ast.Attribute(value=value, attr=attr):
            base = _lowered(value, at)
            return None if base is None else code.Attr(at, base, attr)
        case ast.Constant(value=str(value)):
            return code.Str(at, at, at, value)
        case ast.Constant(value=None | int() | float() as value):
            return code.Lit(at, at, value)
        case ast.Subscript(value=value, slice=index):
            base, inner = _lowered(value, at), _lowered(index, at)
            return None if base is None or inner is None else code.Sub(at, at, base, inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            one, other = _lowered(left, at), _lowered(right, at)
            return None if one is None or other is None else code.Bin(at, "|", one, other)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            items = [_lowered(element, at) for element in elements]
            known = tuple(item for item in items if item is not None)
            return code.Seq(at, at, "tuple", known) if len(known) == len(items) else None
        case _:
            return None
