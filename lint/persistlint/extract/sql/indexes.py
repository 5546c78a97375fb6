"""CREATE INDEX and CREATE VIRTUAL TABLE to facts."""

from __future__ import annotations

from persistlint.extract.sql.cursor import Cursor, Name, span_of
from persistlint.extract.sql.lexer import WORD, Token, by_commas, is_name
from persistlint.facts.schema import ColumnFact, IndexFact, TableFact


def index_fact(text: str, tokens: list[Token]) -> tuple[TableFact, Name] | None:
    """A table that has just the index of a CREATE INDEX, and its name; None where that cannot be told."""
    cursor = Cursor(text, tokens)
    unique = False
    while cursor.peek() is not None and not cursor.take("INDEX"):
        token = cursor.tokens[cursor.index]
        if token.is_hole or token.kind != WORD:
            return None
        unique = unique or token.value == "UNIQUE"
        cursor.step()
    cursor.take("CONCURRENTLY")
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name() if cursor.word() != "ON" else None
    if not cursor.take("ON"):
        return None
    cursor.take("ONLY")
    table = cursor.name()
    if cursor.take("USING"):
        cursor.step()
    inside = cursor.brackets()
    if table is None or inside is None:
        return None
    where = cursor.source(cursor.rest()) if cursor.take("WHERE") else None
    span = span_of(tokens[0].start, tokens[-1].end)
    columns = tuple(_indexed(cursor, part) for part in by_commas(inside))
    index = IndexFact(name.name if name else None, columns, unique, span, where)
    fact = TableFact(
        name=table.name,
        origin="ddl",
        span=span,
        indexes=(index,),
        schema=name.schema if name else None,
        complete=False,
        if_not_exists=if_not_exists,
    )
    return fact, table


def _indexed(cursor: Cursor, tokens: list[Token]) -> str:
    """A column's name, or the text of an expression, without collation and direction."""
    while len(tokens) > 1:
        if tokens[-1].value in ("ASC", "DESC"):
            tokens = tokens[:-1]
        elif tokens[-2].value == "NULLS" or tokens[-2].value == "COLLATE":
            tokens = tokens[:-2]
        else:
            break
    return cursor.said(tokens[0]) if len(tokens) == 1 and is_name(tokens[0]) else cursor.source(tokens)


def virtual_fact(text: str, tokens: list[Token]) -> tuple[TableFact, Name] | None:
    """A virtual table, with the columns that its arguments name plainly."""
    cursor = Cursor(text, tokens)
    cursor.take("CREATE", "VIRTUAL", "TABLE")
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    table = cursor.name()
    if table is None or not cursor.take("USING"):
        return None
    module = cursor.name()
    columns: list[ColumnFact] = []
    for part in by_commas(cursor.brackets() or []):
        # `tokenize = porter` and `content=''` are options, `a:b` and `"…"` settings of other modules.
        if is_name(part[0]) and not part[0].is_hole and not any(token.value in ("=", ":") for token in part):
            type_ = cursor.source(part[1:])
            span = span_of(part[0].start, part[-1].end)
            columns.append(ColumnFact(cursor.said(part[0]), type_, nullable=True, span=span))
    if module is None or module.name.lower() not in ("fts5", "fts4", "fts3", "rtree", "rtree_i32", "vec0"):
        columns = []
    fact = TableFact(
        name=table.name,
        origin="ddl",
        span=span_of(tokens[0].start, tokens[-1].end),
        columns=tuple(columns),
        kind="virtual",
        schema=table.schema,
        complete=False,
        if_not_exists=if_not_exists,
    )
    return fact, table
