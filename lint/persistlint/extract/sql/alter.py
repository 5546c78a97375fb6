"""ALTER TABLE to facts."""

from __future__ import annotations

from persistlint.extract.sql.cursor import Cursor, Name, span_of
from persistlint.extract.sql.lexer import by_commas
from persistlint.extract.sql.outline import Outline, column_of
from persistlint.extract.sql.piece import Piece
from persistlint.extract.sql.quoting import quoted
from persistlint.extract.sql.tables import asked, checks, read
from persistlint.facts.schema import TableFact
from persistlint.facts.sql import AlterShape

_NO_COLUMN = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "INDEX", "KEY", "PARTITION"})


def alter_shape(piece: Piece) -> tuple[AlterShape, Name] | None:
    """What an ALTER TABLE alters, and the table; None where not even that can be told."""
    cursor = piece.cursor()
    if not cursor.take("ALTER", "TABLE"):
        return None
    cursor.take("IF", "EXISTS")
    cursor.take("ONLY")
    table = cursor.name()
    if table is None:
        return None
    if cursor.take("RENAME"):
        return _renamed(cursor, table), table
    if cursor.take("DROP") and cursor.word() not in _NO_COLUMN:
        cursor.take("COLUMN")
        cursor.take("IF", "EXISTS")
        column = cursor.name()
        plain = column is not None and cursor.word() != ","
        return AlterShape(table.name, "drop-column" if plain else "other", column.name if column else None), table
    if cursor.take("ADD") and cursor.word() not in _NO_COLUMN:
        return _added(cursor, table, piece), table
    return AlterShape(table.name, "other"), table


def _renamed(cursor: Cursor, table: Name) -> AlterShape:
    if cursor.take("TO"):
        name = cursor.name()
        return AlterShape(table.name, "rename-table", new_name=name.name if name else None)
    if cursor.word() in ("CONSTRAINT", "INDEX", "KEY"):
        return AlterShape(table.name, "other")
    cursor.take("COLUMN")
    column = cursor.name()
    if column is None or not cursor.take("TO"):
        return AlterShape(table.name, "other")
    name = cursor.name()
    return AlterShape(table.name, "rename-column", column.name, name.name if name else None)


def _added(cursor: Cursor, table: Name, piece: Piece) -> AlterShape:
    cursor.take("COLUMN")
    cursor.take("IF", "NOT", "EXISTS")
    tokens = cursor.rest()
    column = column_of(cursor.text, tokens)
    if column is None or len(by_commas(tokens)) > 1:
        return AlterShape(table.name, "other")
    outline = Outline(table, columns=(column,), constraints=column.constraints)
    shape = None
    if piece.engine is not None:
        definition = piece.filling.text[column.start - piece.start : column.end - piece.start]
        head = f'CREATE TABLE {quoted(table.name)}("persistlint spare", '
        shape = asked(outline, piece.filling, head, definition + ")", piece.engine)
    if shape is None:
        shape = read(outline, piece.filling, sqlite=piece.engine is not None)
    fact = TableFact(
        name=table.name,
        origin="ddl",
        span=span_of(column.start, column.end),
        columns=shape.columns,
        primary_key=shape.primary_key,
        foreign_keys=shape.foreign_keys,
        uniques=shape.uniques,
        checks=checks(outline, piece.filling),
        schema=table.schema,
        complete=False,
    )
    return AlterShape(table.name, "add-column", column.name, None, cursor.source(tokens), fact)
