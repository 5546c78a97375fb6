"""Statements that hold others: CREATE VIEW, CREATE TABLE … AS, CREATE TRIGGER, EXPLAIN."""

from __future__ import annotations

from dataclasses import replace

from persistlint.extract.sql import glot
from persistlint.extract.sql.cursor import Cursor, Name, span_of
from persistlint.extract.sql.lexer import OP, WORD, Token, by_commas
from persistlint.extract.sql.outputs import names
from persistlint.extract.sql.piece import Piece
from persistlint.extract.sql.scopes import Scope, Source
from persistlint.extract.sql.split import split
from persistlint.extract.sql.uses import Uses, joined, uses
from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.facts.sql import ColumnUse, Kind, TableUse


def query_part(piece: Piece) -> Piece | None:
    """The query behind AS of a CREATE VIEW or CREATE TABLE."""
    depth = 0
    for index, token in enumerate(piece.tokens):
        if token.kind == OP:
            depth += {"(": 1, ")": -1}.get(token.value, 0)
        elif depth == 0 and token.kind == WORD and token.value == "AS" and index + 1 < len(piece.tokens):
            return piece.part(piece.tokens[index + 1 :])
    return None


def view_fact(piece: Piece, kind: str) -> TableFact | None:
    """A view, or the table of CREATE TABLE … AS; not complete where its columns cannot all be named."""
    cursor = piece.cursor()
    temporary = False
    while cursor.peek() is not None and not cursor.any_of("VIEW", "TABLE"):
        temporary = temporary or cursor.word() in ("TEMP", "TEMPORARY")
        cursor.step()
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    listed = cursor.brackets()
    if listed is not None:
        columns: tuple[str, ...] | None = tuple(cursor.said(part[0]) for part in by_commas(listed))
    else:
        columns = _yielded(piece)
    known = columns is not None and all(columns)
    span = span_of(piece.start, piece.end)
    return TableFact(
        name=name.name,
        origin="ddl",
        span=span,
        columns=tuple(ColumnFact(column, None, nullable=True, span=span) for column in columns or () if column),
        kind=kind,
        schema=name.schema,
        temporary=temporary,
        complete=known,
        if_not_exists=if_not_exists,
    )


def _yielded(piece: Piece) -> tuple[str, ...] | None:
    query = query_part(piece)
    tree = glot.tree_of(query) if query is not None else None
    return names(tree, {}) if tree is not None else None


def trigger_uses(piece: Piece) -> tuple[Uses, bool]:
    """What a trigger names, and whether it says IF NOT EXISTS."""
    cursor = piece.cursor()
    while cursor.peek() is not None and not cursor.take("TRIGGER"):
        cursor.step()
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    cursor.name()
    of: list[Token] = []
    while cursor.peek() is not None and not cursor.take("ON"):
        if cursor.take("INSTEAD", "OF"):
            continue
        if cursor.take("OF"):
            begin = cursor.index
            while cursor.peek() is not None and cursor.word() != "ON":
                cursor.step()
            of = cursor.tokens[begin : cursor.index]
        else:
            cursor.step()
    table = cursor.name()
    if table is None:
        return Uses(), if_not_exists
    found = [_header(cursor, table, of)]
    rows = [Source(alias, table.name, qualified_only=True) for alias in ("new", "old")]
    outer = Scope(sources=rows)
    while cursor.peek() is not None and cursor.word() not in ("WHEN", "BEGIN"):
        cursor.step()
    if cursor.take("WHEN"):
        begin = cursor.index
        while cursor.peek() is not None and cursor.word() != "BEGIN":
            cursor.step()
        if cursor.index > begin:
            condition = piece.part(cursor.tokens[begin : cursor.index], lead="SELECT ")
            found.append(uses(replace(condition, kind=Kind.SELECT), outer, lead=len("SELECT ")))
    cursor.take("BEGIN")
    body = cursor.rest()
    if body and body[-1].value == "END":
        body.pop()
    found += [uses(piece.part(tokens), outer) for tokens in split(body)]
    return joined(found), if_not_exists


def _header(cursor: Cursor, table: Name, of: list[Token]) -> Uses:
    columns = tuple(
        ColumnUse(cursor.said(part[0]), (table.name,), part[0].start, part[0].end) for part in by_commas(of)
    )
    return Uses((TableUse(table.name, table.start, table.end, table.schema),), columns)
