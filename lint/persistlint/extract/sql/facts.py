"""What a readable statement says."""

from __future__ import annotations

from dataclasses import replace

from persistlint.extract.sql import plain
from persistlint.extract.sql.alter import alter_shape
from persistlint.extract.sql.cursor import Name
from persistlint.extract.sql.indexes import index_fact, virtual_fact
from persistlint.extract.sql.kinds import kind_of
from persistlint.extract.sql.outline import outline
from persistlint.extract.sql.parameters import bound
from persistlint.extract.sql.piece import Piece
from persistlint.extract.sql.tables import table_fact
from persistlint.extract.sql.uses import uses
from persistlint.extract.sql.views import query_part, trigger_uses, view_fact
from persistlint.facts.sql import Kind, SqlStatement, TableUse


def describe(piece: Piece) -> SqlStatement:
    """The facts of one statement."""
    bare = SqlStatement(piece.kind, piece.start, piece.end)
    match piece.kind:
        case Kind.SELECT | Kind.INSERT | Kind.UPDATE | Kind.DELETE:
            return _data(bare, piece)
        case Kind.CREATE_TABLE:
            return _create_table(bare, piece)
        case Kind.CREATE_VIEW:
            return _create_view(bare, piece, "view")
        case Kind.CREATE_INDEX:
            return _create_index(bare, piece)
        case Kind.CREATE_TRIGGER:
            found, if_not_exists = trigger_uses(piece)
            named = replace(bare, tables=found.tables, columns=found.columns, literals=found.literals)
            return replace(named, if_exists=if_not_exists)
        case Kind.ALTER:
            return _alter(bare, piece)
        case Kind.DROP:
            return _drop(bare, piece)
        case Kind.PRAGMA:
            return replace(bare, pragma=plain.pragma(piece.cursor()))
        case Kind.BEGIN:
            return replace(bare, begin_mode=plain.begin_mode(piece.cursor()))
        case _:
            return _other(bare, piece)


def _data(bare: SqlStatement, piece: Piece) -> SqlStatement:
    found = uses(piece)
    frame = plain.insert_frame(piece.cursor()) if piece.kind == Kind.INSERT else None
    return replace(
        bare,
        tables=found.tables,
        columns=found.columns,
        literals=found.literals,
        bound=() if piece.kind == Kind.SELECT else bound(piece, frame, found.tables),
        outputs=found.outputs,
        insert=frame.shape if frame is not None else None,
    )


def _create_table(bare: SqlStatement, piece: Piece) -> SqlStatement:
    if any(token.value == "VIRTUAL" for token in piece.tokens[:2]):
        virtual = virtual_fact(piece.text, piece.tokens)
        if virtual is None:
            return bare
        return replace(bare, creates=virtual[0], if_exists=virtual[0].if_not_exists)
    parts = outline(piece.text, piece.tokens, piece.dialect)
    if parts is None:
        return bare
    if parts.body is None or "SELECT" in parts.options:
        return _create_view(bare, piece, "table")
    fact = table_fact(parts, piece.filling, piece.start, (piece.start, piece.end), piece.engine)
    return replace(bare, creates=fact, if_exists=fact.if_not_exists)


def _create_view(bare: SqlStatement, piece: Piece, kind: str) -> SqlStatement:
    fact = view_fact(piece, kind)
    query = query_part(piece)
    found = uses(query) if query is not None else None
    if found is not None:
        bare = replace(bare, tables=found.tables, columns=found.columns, literals=found.literals)
    return replace(bare, creates=fact, if_exists=fact is not None and fact.if_not_exists)


def _create_index(bare: SqlStatement, piece: Piece) -> SqlStatement:
    found = index_fact(piece.text, piece.tokens)
    if found is None:
        return bare
    fact, table = found
    return replace(bare, creates=fact, tables=_written(table), if_exists=fact.if_not_exists)


def _alter(bare: SqlStatement, piece: Piece) -> SqlStatement:
    found = alter_shape(piece)
    if found is None:
        return bare
    shape, table = found
    return replace(bare, alter=shape, tables=_written(table))


def _drop(bare: SqlStatement, piece: Piece) -> SqlStatement:
    what, name, if_exists = plain.dropped(piece.cursor())
    tables = _written(name) if name is not None and what in ("table", "view") else ()
    return replace(bare, drops=name.name if name else None, tables=tables, if_exists=if_exists)


def _other(bare: SqlStatement, piece: Piece) -> SqlStatement:
    """EXPLAIN names what its inner statement names."""
    words = [token.value for token in piece.tokens[:3]]
    if words[0] != "EXPLAIN":
        return bare
    inner = piece.tokens[3:] if words[1:] == ["QUERY", "PLAN"] else piece.tokens[1:]
    if not inner or kind_of(inner) not in (Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE):
        return bare
    found = uses(piece.part(inner))
    return replace(bare, tables=found.tables, columns=found.columns, literals=found.literals)


def _written(name: Name) -> tuple[TableUse, ...]:
    return (TableUse(name.name, name.start, name.end, name.schema, write=True),)
