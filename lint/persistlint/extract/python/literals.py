"""Numbers, strings, f-strings and implicit concatenations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from persistlint.extract.python import hints
from persistlint.extract.python.strings import cooked, literal_parts
from persistlint.extract.python.tokens import Cursor
from persistlint.facts import code

if TYPE_CHECKING:
    from persistlint.extract.python.lower import Lowering

_LARGEST = 2**63
_SIMPLE_FIELD = re.compile(r"\{[^{}'\"#:!\\]*\}")
_EMPTY = cst.Module([])


def number(walk: Lowering, node: cst.Integer | cst.Float | cst.Imaginary) -> code.Expr:
    """A number; complex and giant ones are opaque."""
    at = walk.cursor.take(node.value)
    end = walk.cursor.at
    if isinstance(node, cst.Imaginary):
        return code.Opaque(at, end)
    value = node.evaluated_value
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return code.Opaque(at, end)
    return code.Lit(at, end, value)


def string(walk: Lowering, node: cst.SimpleString) -> code.Expr:
    """A string in one piece; bytes are opaque."""
    at = walk.cursor.take(node.value)
    end = walk.cursor.at
    prefix, quote, body = literal_parts(node.value)
    if "b" in prefix:
        return code.Opaque(at, end)
    return _text_part(walk, at, end, at + len(prefix) + len(quote), body, prefix)


def _text_part(walk: Lowering, at: int, end: int, body_at: int, body: str, prefix: str) -> code.Str:
    value = cooked(body, prefix)
    if "\\" in body and any("\ud800" <= mark <= "\udfff" for mark in value):
        value = body  # lone surrogates are text in Python, but in no encoding of it
    walk.hints |= hints.of_text(value)
    return code.Str(at, end, body_at, value, "" if value == body else body)


def joined(walk: Lowering, node: cst.ConcatenatedString | cst.FormattedString) -> code.Expr:
    """An implicit concatenation or an f-string; a plain string where it has one part and no replacement field."""
    parts: list[code.Str | code.Fmt] = []
    at = _start(walk, node)
    opaque = _flatten(walk, node, parts)
    end = walk.cursor.at
    if opaque:
        return code.Opaque(at, end)
    if len(parts) == 1 and isinstance(parts[0], code.Str):
        return msgspec.structs.replace(parts[0], at=at, end=end)
    return code.Join(at, end, tuple(parts))


def _start(walk: Lowering, node: cst.CSTNode) -> int:
    while isinstance(node, cst.ConcatenatedString):
        node = node.left
    if isinstance(node, cst.FormattedString):
        return walk.cursor.find_prefix(node.start)
    return walk.cursor.find_prefix(node.value) if isinstance(node, cst.SimpleString) else walk.cursor.at


def _flatten(walk: Lowering, node: cst.CSTNode, parts: list[code.Str | code.Fmt]) -> bool:
    """Whether a part is outside the vocabulary (bytes, a template string)."""
    opaque = False
    while isinstance(node, cst.ConcatenatedString):  # leans right, and may be as long as a file
        opaque = _flatten(walk, node.left, parts) or opaque
        node = node.right
    if isinstance(node, cst.FormattedString):
        _formatted(walk, node, parts)
        return opaque
    lowered = walk.expr(node)
    if not isinstance(lowered, code.Str):
        return True
    parts.append(lowered)
    return opaque


def _formatted(walk: Lowering, node: cst.FormattedString, parts: list[code.Str | code.Fmt]) -> None:
    at = walk.cursor.take_prefix(node.start)
    offset = at + len(node.start)
    prefix = node.prefix.lower()
    outer = walk.cursor
    count = len(parts)
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(_fixed_part(walk, offset, part.value, prefix))
            offset += len(part.value)
        elif isinstance(part, cst.FormattedStringExpression):
            end = _field_end(walk.text, offset, part)
            walk.cursor = Cursor(walk.text, offset + 1, end - 1)
            value = walk.expr(part.expression)
            spec = None if part.format_spec is None else _spec_text(part.format_spec)
            parts.append(code.Fmt(offset, end, value, part.conversion, spec))
            offset = end
    walk.cursor = outer
    end = offset + len(node.end)
    outer.move_to(end)
    if len(parts) == count:
        parts.append(code.Str(at, end, offset, ""))


def _fixed_part(walk: Lowering, at: int, body: str, prefix: str) -> code.Str:
    text = _text_part(walk, at, at + len(body), at, body.replace("{{", "{").replace("}}", "}"), prefix)
    return text if "{{" not in body and "}}" not in body else msgspec.structs.replace(text, raw=body)


def _field_end(text: str, at: int, part: cst.FormattedStringExpression) -> int:
    """The offset behind the `}` that ends the replacement field at `at`."""
    match = _SIMPLE_FIELD.match(text, at)
    return match.end() if match is not None else at + len(_EMPTY.code_for_node(part))


def _spec_text(parts: Sequence[cst.BaseFormattedStringContent]) -> str:
    return "".join(part.value if isinstance(part, cst.FormattedStringText) else "{}" for part in parts)
