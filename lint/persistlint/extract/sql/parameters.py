"""Which parameters an INSERT or UPDATE stores, and into which columns: the driver counts or names them."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.extract.sql.cursor import Cursor
from persistlint.extract.sql.lexer import OP, PARAM, SOFT, WORD, Token, by_commas, closing
from persistlint.extract.sql.piece import Piece
from persistlint.extract.sql.plain import Frame
from persistlint.facts.sql import BoundValue, Kind, TableUse

Key = int | str | None
_BEHIND_SET = frozenset({"WHERE", "FROM", "RETURNING", "ORDER", "LIMIT", "ON"})


def bound(piece: Piece, frame: Frame | None, tables: tuple[TableUse, ...]) -> tuple[BoundValue, ...]:
    """The parameters in the order of the text."""
    keys = _keys(piece.tokens)
    if not keys:
        return ()
    target = frame.table.name if frame is not None else next((use.name for use in tables if use.write), None)
    if target is None:
        return ()
    found: list[BoundValue] = []
    if frame is not None:
        names = frame.shape.columns
        for row in frame.rows:
            for place, tokens in enumerate(row):
                if names is None or place < len(names):
                    found += _in(tokens, keys, target, None if names is None else names[place], place)
    if frame is not None or piece.kind == Kind.UPDATE:
        found += _assigned(piece, keys, target)
    return tuple(found)


def _in(tokens: list[Token], keys: dict[int, Key], table: str, column: str | None, place: int) -> Iterator[BoundValue]:
    for token in tokens:
        if token.start in keys:
            yield BoundValue(table, column, place, keys[token.start], exact=len(tokens) == 1)


def _assigned(piece: Piece, keys: dict[int, Key], table: str) -> Iterator[BoundValue]:
    """The `column = value` behind SET, of an UPDATE or of an upsert."""
    tokens = piece.tokens
    for index, token in enumerate(tokens):
        if token.kind == WORD and token.value == "SET":
            for part in by_commas(_clause(tokens, index + 1)):
                cursor = Cursor(piece.text, part)
                name = cursor.name()
                if name is not None and cursor.take("="):
                    yield from _in(cursor.rest(), keys, table, name.name, 0)


def _clause(tokens: list[Token], start: int) -> list[Token]:
    index = start
    while index < len(tokens):
        token = tokens[index]
        if token.kind == OP and token.value == "(":
            index = closing(tokens, index)
        elif token.kind == WORD and token.value in _BEHIND_SET:
            break
        index += 1
    return tokens[start:index]


def _keys(tokens: list[Token]) -> dict[int, Key]:
    """By the place of each parameter, what the driver finds its value by."""
    out: dict[int, Key] = {}
    count = 0
    lost = False
    for token in tokens:
        value = token.value
        if token.kind == PARAM and value[0] == "?":
            position = int(value[1:]) - 1 if len(value) > 1 else count
            count = max(count, position + 1)
            out[token.start] = None if lost else position
        elif token.kind == SOFT and value in ("%s", "%d", "%f", "%i", "%r"):
            out[token.start] = None if lost else count
            count += 1
        elif token.kind == SOFT and value.startswith("%("):
            out[token.start] = value[2 : value.index(")")]
        elif token.kind == PARAM and not value[1:].isdigit():
            out[token.start] = value[1:]
        elif token.kind == PARAM:
            out[token.start] = int(value[1:]) - 1
        elif token.is_hole or token.kind == SOFT:
            lost = True  # any number of parameters may stand in it
    return out
