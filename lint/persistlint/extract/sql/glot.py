"""The one door to sqlglot: text in, a syntax tree that can be trusted or None out."""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from persistlint.extract.sql.lexer import Token
from persistlint.extract.sql.prepare import prepared
from persistlint.facts.sql import Kind

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.dialects.dialect import Dialect

    from persistlint.extract.sql.piece import Piece

_MAX_DEPTH = 16
"""Brackets within brackets; sqlglot recurses some 25 frames for each, and Python allows a thousand."""
_MAX_LENGTH = 60_000
_PREFIXES = frozenset({"NOT", "~", "-", "+"})


def readable(text: str, tokens: list[Token]) -> bool:
    """Whether a statement is small and flat enough for a recursive parser in Python."""
    if len(text) > _MAX_LENGTH:
        return False
    depth = deepest = run = 0
    for token in tokens:
        run = run + 1 if token.value in _PREFIXES else 0
        if token.value in ("(", "CASE"):
            depth += 1
        elif token.value in (")", "END"):
            depth -= 1
        deepest = max(deepest, depth, run)
    return deepest <= _MAX_DEPTH


def tree_of(piece: Piece) -> exp.Expr | None:
    """The tree of a SELECT, INSERT, UPDATE or DELETE; None where sqlglot cannot read it as such a statement.

    Identifiers and literals carry their offsets in the piece's filled text as `meta["start"]` and `meta["end"]`
    (inclusive).
    """
    if not piece.in_depth or not readable(piece.filling.text, piece.tokens):
        return None
    tree = _parse(prepared(piece.filling, piece.start, piece.tokens, piece.dialect), piece.dialect)
    return tree if tree is not None and _is_of(tree, piece.kind) else None


def accepts(text: str, dialect: str, *, commands: bool = False) -> bool:
    """Whether that dialect reads the text as one real statement: no bare name, and nothing opaque unless allowed."""
    from sqlglot import exp

    tree = _parse(text, dialect)
    if tree is None or isinstance(tree, (exp.Alias, exp.Column, exp.Identifier)):
        return False
    if isinstance(tree, exp.Update) and not tree.expressions:
        return False
    if isinstance(tree, exp.Insert) and isinstance(tree.this, exp.Schema):
        return all(isinstance(column, exp.Identifier) for column in tree.this.expressions)
    if isinstance(tree, exp.Delete) and "FROM" not in text.upper():
        return False
    return commands or not (isinstance(tree, exp.Block) or any(True for _ in tree.find_all(exp.Command)))


@cache
def dialect_named(name: str) -> Dialect | None:
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)
    from sqlglot.dialects.dialect import Dialect

    try:
        return Dialect.get_or_raise(name)
    except ValueError:
        return None


@lru_cache(maxsize=4)
def _parse(text: str, dialect: str) -> Any:
    reader = dialect_named(dialect)
    if reader is None:
        return None
    try:
        trees = reader.parser().parse(reader.tokenize(text), text)
    except Exception:  # noqa: BLE001 - on arbitrary text this parser raises more than its own errors
        return None
    return trees[0] if len(trees) == 1 else None


def _is_of(tree: object, kind: Kind) -> bool:
    from sqlglot import exp

    match kind:
        case Kind.SELECT:
            return isinstance(tree, (exp.Query, exp.Values))
        case Kind.INSERT:
            return isinstance(tree, exp.Insert)
        case Kind.UPDATE:
            return isinstance(tree, exp.Update)
        case Kind.DELETE:
            return isinstance(tree, exp.Delete)
        case _:
            return False
