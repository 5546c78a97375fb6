"""What SQL texts say: statements, with every offset relative to the text that was parsed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from persistlint.facts.schema import TableFact

HOLE_LENGTH = 12
"""An unknown part of a text stands in it as an identifier of this many characters: `__hole0001__`."""


def hole(number: int) -> str:
    """The stand-in of the unknown part `number` (0 to 9999)."""
    return f"__hole{number:04d}__"


class Kind(StrEnum):
    """What a statement does; `UNREADABLE` is text that neither sqlglot nor SQLite can read."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    CREATE_TABLE = "create-table"
    CREATE_INDEX = "create-index"
    CREATE_VIEW = "create-view"
    CREATE_TRIGGER = "create-trigger"
    ALTER = "alter"
    DROP = "drop"
    PRAGMA = "pragma"
    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    SAVEPOINT = "savepoint"
    RELEASE = "release"
    OTHER = "other"
    """A statement that is understood as far as it matters: VACUUM, ANALYZE, REINDEX, ATTACH, EXPLAIN, …"""
    UNKNOWN = "unknown"
    """Text with unknown parts that cannot be read with any stand-in for them: no claim is made."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class TableUse:
    """A table named in a statement. `name` holds a stand-in where the name is only partly known."""

    name: str
    start: int
    end: int
    schema: str | None = None
    write: bool = False
    """The target of INSERT, UPDATE, DELETE, ALTER, DROP or CREATE INDEX … ON."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A column named in a statement.

    `tables` are the real tables of the scope that it can belong to, as written there: one for a qualified name
    (aliases resolved), all of the scope's for a bare one. Columns that come out of a subquery, CTE, table function,
    alias or EXCLUDED/rowid are not listed: they belong to no table. A scope that also has a source which cannot be
    known (a stand-in, a table function, `SELECT *` of an unknown) yields `certain=False` for bare names.
    """

    name: str
    tables: tuple[str, ...]
    start: int
    end: int
    write: bool = False
    """In an INSERT column list or on the left of SET."""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class LiteralWrite:
    """A literal stored into, or compared for equality with, a column: `value` as SQL text."""

    table: str
    column: str
    value: str
    start: int
    end: int
    compared: bool = False
    """True for `column = literal` in a condition rather than a stored value."""


@dataclass(frozen=True, slots=True)
class BoundValue:
    """A parameter on its way into a column: `VALUES (?, :b)`, `SET c = ?`.

    `key` is the parameter's position among all of the statement, from 0, or its name; None where that is unknown.
    `column` is None for `INSERT INTO t VALUES …`, where `place` is the position in the row. `exact` says that the
    parameter itself is stored, rather than something computed from it.
    """

    table: str
    column: str | None
    place: int
    key: int | str | None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """One item of what a SELECT yields; `name` is `""` where nobody knows what it is called.

    `columns` are those that it is computed from, or is where it is `exact`. `star` is the table of which all columns
    come here, in order.
    """

    name: str
    columns: tuple[ColumnUse, ...] = ()
    exact: bool = False
    star: str | None = None


@dataclass(frozen=True, slots=True)
class InsertShape:
    """`columns` is None for `INSERT INTO t VALUES …`; `width` is the number of values a row, None where unknown."""

    table: str
    columns: tuple[str, ...] | None
    width: int | None
    conflict: str | None
    """`replace`, `ignore`, `abort`, `fail`, `rollback` of INSERT OR …; `update` or `nothing` of ON CONFLICT DO …."""
    default_values: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class AlterShape:
    """`action` is `add-column`, `drop-column`, `rename-column`, `rename-table` or `other`."""

    table: str
    action: str
    column: str | None = None
    new_name: str | None = None
    definition: str | None = None
    """The SQL text of an added column: name, type and constraints."""
    table_fact: TableFact | None = None
    """A table that has just the added column (and what its definition adds), where SQLite could read it."""


@dataclass(frozen=True, slots=True)
class Pragma:
    name: str
    value: str | None
    """The text behind `=` or between brackets; None where the PRAGMA only reads."""
    schema: str | None = None
    call: bool = False
    """Written `PRAGMA name(value)`."""


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """One statement. `problem` is the reader's message for kinds UNREADABLE and UNKNOWN, at `problem_at`."""

    kind: Kind
    start: int
    end: int
    tables: tuple[TableUse, ...] = ()
    columns: tuple[ColumnUse, ...] = ()
    literals: tuple[LiteralWrite, ...] = ()
    bound: tuple[BoundValue, ...] = ()
    """The parameters that an INSERT or UPDATE stores."""
    outputs: tuple[Output, ...] | None = None
    """What a SELECT yields; None where that is not known, and for other statements."""
    insert: InsertShape | None = None
    alter: AlterShape | None = None
    pragma: Pragma | None = None
    creates: TableFact | None = None
    """CREATE TABLE, VIEW or VIRTUAL TABLE; for CREATE INDEX a table that has just that index. Spans in it have the
    path `""`, line 1, and offsets into the text as columns minus 1."""
    drops: str | None = None
    begin_mode: str | None = None
    """`DEFERRED`, `IMMEDIATE` or `EXCLUSIVE`, upper case; `DEFERRED` for a plain BEGIN."""
    if_exists: bool = False
    """IF EXISTS of DROP, IF NOT EXISTS of CREATE."""
    foreign_dialect: str | None = None
    """The other database's dialect that the text is written in, where SQLite refuses it but that one reads it."""
    problem: str | None = None
    problem_at: int = 0
