"""Tables, columns and literals of a SELECT, INSERT, UPDATE or DELETE."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from persistlint.extract.sql import glot, holes
from persistlint.extract.sql.collector import Collector, Uses
from persistlint.extract.sql.cursor import Name
from persistlint.extract.sql.piece import Piece
from persistlint.extract.sql.plain import Frame, insert_frame
from persistlint.extract.sql.resolve import Resolver
from persistlint.extract.sql.scopes import ROW_IDS, Scope, has_hole
from persistlint.extract.sql.yields import yields
from persistlint.facts.sql import ColumnUse, Kind, TableUse

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["Uses", "joined", "uses"]


def uses(piece: Piece, outer: Scope | None = None, lead: int = 0) -> Uses:
    """What the statement names. `outer` is what a trigger's body sees; `lead` the invented beginning's length."""
    frame = insert_frame(piece.cursor()) if piece.kind == Kind.INSERT else None
    framed = _framed(frame) if frame is not None else Uses()
    # An unknown beginning may be a WITH, whose names would look like tables.
    tree = None if piece.tokens[0].is_hole else glot.tree_of(piece)
    if tree is None:
        return framed
    found = holes.find(piece.tokens)
    open_sources = bool(found) and holes.may_bring_sources(piece.tokens, found)
    collector = Collector(piece.filling, piece.start - lead, piece.tokens, piece.dialect, open_sources)
    Resolver(collector).statement(tree, outer)
    if frame is not None:
        _stored(frame, tree, collector)
    named = joined([framed, collector.uses()])
    return replace(named, outputs=yields(tree, collector)) if piece.kind == Kind.SELECT else named


def _stored(frame: Frame, tree: exp.Expr, collector: Collector) -> None:
    """The literals that an INSERT stores, row by row, or that its SELECT yields."""
    table, columns = frame.shape.table, frame.shape.columns or ()
    for row in frame.rows:
        if len(row) == len(columns):
            for column, tokens in zip(columns, row, strict=True):
                collector.literal_tokens(tokens, table, column)
    yielded = [item.unalias() for item in getattr(tree.args.get("expression"), "selects", [])]
    if not frame.rows and len(yielded) == len(columns):
        for column, value in zip(columns, yielded, strict=True):
            collector.literal(value, table, column, compared=False)


def joined(many: Iterable[Uses]) -> Uses:
    """All of them in the order of the text, each place once."""
    parts = list(many)
    return Uses(
        tuple({use.start: use for part in parts for use in sorted(part.tables, key=lambda use: use.start)}.values()),
        tuple({use.start: use for part in parts for use in sorted(part.columns, key=lambda use: use.start)}.values()),
        tuple({use.start: use for part in parts for use in sorted(part.literals, key=lambda use: use.start)}.values()),
    )


def _framed(frame: Frame) -> Uses:
    table = frame.table
    columns = tuple(
        ColumnUse(column.name, (table.name,), column.start, column.end, write=True, certain=_is_column(column, table))
        for column in frame.columns
        if column.name.lower() not in ROW_IDS
    )
    return Uses((TableUse(table.name, table.start, table.end, table.schema, write=True),), columns)


def _is_column(column: Name, table: Name) -> bool:
    # `INSERT INTO docs (docs) VALUES ('rebuild')` is how commands are given to a full-text table.
    unknown = has_hole(column.name) or has_hole(table.name)
    return not unknown and column.name.lower() != table.name.lower()
