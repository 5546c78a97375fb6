"""CREATE TABLE to facts: SQLite says what the table is, the text says where each part stands."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from persistlint.extract.sql.constraints import AUTO, Constraint
from persistlint.extract.sql.cursor import span_of
from persistlint.extract.sql.engine import Engine, RefusedError
from persistlint.extract.sql.holes import Filling
from persistlint.extract.sql.outline import Column, Outline
from persistlint.extract.sql.quoting import quoted
from persistlint.extract.sql.scopes import has_hole
from persistlint.facts.schema import CheckFact, ColumnFact, ForeignKeyFact, TableFact, UniqueFact

_LENGTH = re.compile(r"(?:CHAR|TEXT|STRING|CLOB)[^()]*\(\s*(\d+)\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table consists of, its checks apart, which only the text tells."""

    columns: tuple[ColumnFact, ...] = ()
    primary_key: tuple[str, ...] = ()
    uniques: tuple[UniqueFact, ...] = ()
    foreign_keys: tuple[ForeignKeyFact, ...] = ()


def table_fact(
    outline: Outline, filling: Filling, base: int, span: tuple[int, int], engine: Engine | None
) -> TableFact:
    """The table of a CREATE TABLE. `engine` is None for another database's text, which only the outline can read."""
    shape: Shape | None = None
    if outline.body is not None and engine is not None:
        body = filling.text[outline.body[0] + 1 - base :]
        shape = asked(outline, filling, f"CREATE TABLE {quoted(outline.table.name)}(", body, engine)
    complete = outline.body is not None and not outline.unknown_parts and (engine is None or shape is not None)
    if shape is None:
        shape = read(outline, filling, sqlite=engine is not None)
    return TableFact(
        name=outline.table.name,
        origin="ddl",
        span=span_of(*span),
        columns=shape.columns,
        primary_key=shape.primary_key,
        foreign_keys=shape.foreign_keys,
        uniques=shape.uniques,
        checks=checks(outline, filling),
        schema=outline.table.schema,
        temporary=outline.temporary or (outline.table.schema or "").lower() == "temp",
        without_rowid="ROWID" in outline.options,
        strict="STRICT" in outline.options,
        complete=complete and not any(has_hole(column.name) for column in shape.columns),
        if_not_exists=outline.if_not_exists,
    )


def checks(outline: Outline, filling: Filling) -> tuple[CheckFact, ...]:
    return tuple(
        CheckFact(
            None if has_hole(check.text) or filling.touches(check.start, check.end) else check.text,
            span_of(check.start, check.end),
            check.name,
        )
        for check in outline.constraints
        if check.kind == "check"
    )


# -- what SQLite says -------------------------------------------------------------------------------------------------


def asked(outline: Outline, filling: Filling, head: str, tail: str, engine: Engine) -> Shape | None:
    """The table as SQLite makes it, without the columns that the outline lacks; None where SQLite refuses."""
    try:
        with engine.created(head, tail) as rows:
            return _introspected(outline, filling, rows)
    except RefusedError:
        return None


def _introspected(outline: Outline, filling: Filling, rows: sqlite3.Cursor) -> Shape:
    table = quoted(outline.table.name)
    info = rows.execute(f"PRAGMA table_xinfo({table})").fetchall()
    indexes = rows.execute(f"PRAGMA index_list({table})").fetchall()
    keyed = sorted((row for row in info if row[5]), key=lambda row: row[5])
    primary_key = tuple(str(row[1]) for row in keyed)
    rowid = len(keyed) == 1 and "ROWID" not in outline.options and not any(index[3] == "pk" for index in indexes)
    found = {str(row[1]).lower(): row for row in info}
    columns = tuple(
        _column(column, filling, found[column.name.lower()], rowid=rowid)
        for column in outline.columns
        if column.name.lower() in found
    )
    uniques = [
        tuple(str(row[2]) for row in rows.execute(f"PRAGMA index_xinfo({quoted(index[1])})") if row[5])
        for index in reversed(indexes)
        if index[3] == "u"
    ]
    keys = rows.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    return Shape(columns, primary_key, _uniques(outline, uniques), _foreign_keys(outline, keys))


def _column(column: Column, filling: Filling, row: tuple[object, ...], *, rowid: bool) -> ColumnFact:
    _, name, type_, not_null, default, key, hidden = row
    return _fact(
        column,
        filling,
        name=str(name),
        type_=str(type_),
        nullable=not not_null and not (rowid and key),
        primary_key=bool(key),
        default=None if default is None else str(default),
        generated=hidden in (2, 3),
    )


def _uniques(outline: Outline, uniques: list[tuple[str, ...]]) -> tuple[UniqueFact, ...]:
    written = [constraint for constraint in outline.constraints if constraint.kind == "unique"]
    facts: list[UniqueFact] = []
    for columns in uniques:
        wanted = [column.lower() for column in columns]
        match = next((one for one in written if [column.lower() for column in one.columns] == wanted), None)
        if match is not None:
            written.remove(match)
            facts.append(UniqueFact(columns, span_of(match.start, match.end), match.name))
        else:
            facts.append(UniqueFact(columns, span_of(outline.table.start, outline.table.end)))
    return tuple(facts)


def _foreign_keys(outline: Outline, rows: list[tuple[object, ...]]) -> tuple[ForeignKeyFact, ...]:
    written = [constraint for constraint in outline.constraints if constraint.kind == "foreign"]
    grouped: dict[object, list[tuple[object, ...]]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    # SQLite numbers them from the last one written to the first.
    ordered = [group for _, group in sorted(grouped.items(), key=lambda item: -int(str(item[0])))]
    if len(ordered) != len(written):
        return tuple(_foreign_key(constraint) for constraint in written)
    facts: list[ForeignKeyFact] = []
    for constraint, unordered in zip(written, ordered, strict=True):
        group = sorted(unordered, key=lambda row: int(str(row[1])))
        facts.append(
            ForeignKeyFact(
                columns=tuple(str(row[3]) for row in group),
                table=str(group[0][2]),
                references=tuple(str(row[4]) for row in group if row[4] is not None),
                span=span_of(constraint.start, constraint.end),
                ondelete=_action(group[0][6]),
                onupdate=_action(group[0][5]),
                name=constraint.name,
            )
        )
    return tuple(facts)


def _action(said: object) -> str | None:
    return None if said == "NO ACTION" else str(said)


# -- what the text says -----------------------------------------------------------------------------------------------


def read(outline: Outline, filling: Filling, *, sqlite: bool) -> Shape:
    """The table as the text alone has it, for other databases and for what SQLite will not create."""
    primary = next((one for one in outline.constraints if one.kind == "primary"), None)
    keyed = {name.lower() for name in primary.columns} if primary else set[str]()
    # In SQLite, most primary keys can be NULL.
    loose = sqlite and "ROWID" not in outline.options
    columns = tuple(
        _fact(
            column,
            filling,
            name=column.name,
            type_=column.type,
            nullable=column.has("not-null") is None
            and (column.name.lower() not in keyed or (loose and column.type.upper() != "INTEGER")),
            primary_key=column.name.lower() in keyed,
            default=None if (default := column.has("default")) is None else default.text,
            generated=column.has("generated") is not None,
        )
        for column in outline.columns
    )
    uniques = tuple(
        UniqueFact(one.columns, span_of(one.start, one.end), one.name)
        for one in outline.constraints
        if one.kind == "unique"
    )
    foreign_keys = tuple(_foreign_key(one) for one in outline.constraints if one.kind == "foreign")
    return Shape(columns, primary.columns if primary else (), uniques, foreign_keys)


def _foreign_key(one: Constraint) -> ForeignKeyFact:
    return ForeignKeyFact(
        one.columns, one.table, one.references, span_of(one.start, one.end), one.ondelete, one.onupdate, one.name
    )


def _fact(
    column: Column,
    filling: Filling,
    *,
    name: str,
    type_: str,
    nullable: bool,
    primary_key: bool,
    default: str | None,
    generated: bool,
) -> ColumnFact:
    length = _LENGTH.search(type_)
    unknown = has_hole(type_) or filling.touches(column.start + 1, column.type_end)
    primary = column.has("primary")
    collate = column.has("collate")
    return ColumnFact(
        name=name,
        type=None if unknown else type_,
        nullable=nullable,
        span=span_of(column.start, column.end),
        primary_key=primary_key,
        server_default=default,
        length=int(length[1]) if length and not unknown else None,
        autoincrement=column.has("autoincrement") is not None or (primary is not None and primary.text == AUTO),
        generated=generated,
        collation=collate.text if collate else None,
    )
