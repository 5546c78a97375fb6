"""Statements that say everything in their words: PRAGMA, transactions, DROP, and the frame of an INSERT."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from persistlint.extract.sql.cursor import Cursor, Name
from persistlint.extract.sql.lexer import NUMBER, PARAM, QUOTED, SOFT, STRING, WORD, Token, by_commas
from persistlint.facts.sql import InsertShape, Pragma


@dataclass(frozen=True, slots=True)
class Frame:
    """An INSERT's shape, and where its table, its columns and the values of its VALUES rows stand."""

    shape: InsertShape
    table: Name
    columns: tuple[Name, ...]
    rows: tuple[tuple[list[Token], ...], ...] = ()


_CONFLICTS = frozenset({"REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK"})


def pragma(cursor: Cursor) -> Pragma | None:
    """`PRAGMA [schema.]name`, `… = value`, `… (value)`; None where it is something else."""
    if not cursor.take("PRAGMA"):
        return None
    name = cursor.name()
    if name is None:
        return None
    if cursor.take("="):
        rest = cursor.rest()
        return Pragma(name.name, cursor.source(rest), name.schema) if _is_value(rest) else None
    if cursor.word() == "(":
        inside = cursor.brackets()
        complete = cursor.tokens[-1].value == ")" and cursor.peek() is None
        return Pragma(name.name, cursor.source(inside or []), name.schema, call=True) if complete else None
    return Pragma(name.name, None, name.schema) if cursor.peek() is None else None


def _is_value(tokens: list[Token]) -> bool:
    if len(tokens) == 2 and tokens[0].value in ("-", "+"):
        return tokens[1].kind == NUMBER
    # A value may be put together from several unknown parts: `{a}{b}`, `-{n}`, `{n}000`.
    return bool(tokens) and (
        (len(tokens) == 1 and tokens[0].kind in (WORD, NUMBER, STRING, QUOTED, PARAM, SOFT))
        or all(left.end == right.start for left, right in pairwise(tokens))
    )


def begin_mode(cursor: Cursor) -> str | None:
    """The mode of a BEGIN; None where it is unknown or another database's."""
    if not cursor.take("BEGIN"):
        return None
    mode = cursor.any_of("DEFERRED", "IMMEDIATE", "EXCLUSIVE") or "DEFERRED"
    cursor.any_of("TRANSACTION")
    return mode if cursor.peek() is None else None


def dropped(cursor: Cursor) -> tuple[str, Name | None, bool]:
    """What kind of object a DROP drops (lower case, `""` unknown), which one, and whether it says IF EXISTS."""
    cursor.take("DROP")
    what = cursor.any_of("TABLE", "INDEX", "VIEW", "TRIGGER").lower()
    if not what:
        return "", None, False
    if_exists = cursor.take("IF", "EXISTS")
    if cursor.peek(1) is not None and cursor.word(1) != ".":
        cursor.take_hole()
    return what, cursor.name(), if_exists


def insert_frame(cursor: Cursor) -> Frame | None:
    """The frame of an INSERT or REPLACE; None where its table cannot be told."""
    tokens = cursor.tokens
    start, end = tokens[0].start, tokens[-1].end
    while cursor.peek() is not None and cursor.word() not in ("INSERT", "REPLACE"):
        if cursor.brackets() is None:
            cursor.step()
    conflict = _or_conflict(cursor)
    if not cursor.take("INTO"):
        return None
    table = cursor.name()
    if table is None:
        return None
    if cursor.take("AS"):
        cursor.name()
    columns = _columns(cursor)
    if columns is None and cursor.peek() is not None and cursor.take_hole():
        columns = [Name(cursor.said(cursor.tokens[cursor.index - 1]), 0, 0)]
    default_values = cursor.take("DEFAULT", "VALUES")
    rows = _rows(cursor)
    names = None if columns is None else tuple(column.name for column in columns)
    conflict = conflict or _on_conflict(tokens)
    shape = InsertShape(table.name, names, _width(rows), conflict, default_values, start, end)
    return Frame(shape, table, tuple(column for column in columns or [] if column.end), rows)


def _or_conflict(cursor: Cursor) -> str | None:
    if cursor.take("REPLACE"):
        return "replace"
    cursor.take("INSERT")
    if cursor.take("OR"):
        word = cursor.any_of(*_CONFLICTS)
        if word:
            return word.lower()
        unknown = cursor.peek()
        cursor.step()
        return cursor.said(unknown) if unknown is not None else None
    if cursor.word() == "IGNORE":
        cursor.step()
        return "ignore"
    token = cursor.peek()
    return cursor.said(token) if token is not None and cursor.take_hole() else None


def _on_conflict(tokens: list[Token]) -> str | None:
    words = [token.value if token.kind == WORD else "" for token in tokens]
    found: str | None = None
    for index, word in enumerate(words):
        if word == "DO" and words[index + 1 : index + 2] == ["UPDATE"]:
            return "update"
        if word == "DO" and words[index + 1 : index + 2] == ["NOTHING"]:
            found = "nothing"
        if word == "DUPLICATE" and words[index + 1 : index + 3] == ["KEY", "UPDATE"]:
            return "update"
    if found is None and tokens[-1].is_hole:
        # An unknown tail may be an ON CONFLICT.
        return tokens[-1].value.lower()
    return found


def _columns(cursor: Cursor) -> list[Name] | None:
    if cursor.word() != "(" or cursor.word(1) in ("SELECT", "WITH", "VALUES"):
        return None
    inside = cursor.brackets() or []
    columns: list[Name] = []
    for part in by_commas(inside):
        name = Cursor(cursor.text, part).name()
        columns.append(name if name is not None and len(part) == 1 else Name(cursor.source(part), 0, 0))
    return columns


def _rows(cursor: Cursor) -> tuple[tuple[list[Token], ...], ...]:
    rows: list[tuple[list[Token], ...]] = []
    if cursor.take("VALUES"):
        while (inside := cursor.brackets()) is not None:
            rows.append(tuple(by_commas(inside)))
            cursor.take(",")
    return tuple(rows)


def _width(rows: tuple[tuple[list[Token], ...], ...]) -> int | None:
    """The number of values in the first row; None where there is none, or where one may stand for several."""
    if not rows or any(token.is_hole for value in rows[0] for token in value):
        return None
    return len(rows[0])
