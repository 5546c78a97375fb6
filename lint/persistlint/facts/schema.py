"""What is promised about a database's schema, whoever promises it: a model, a DDL string or a contract."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that cannot be known statically: counted in every summary, never guessed from."""

    reason: str
    span: Span
    table: bool = False
    """Whether it is a whole table, which exists under a name that is not known."""


@dataclass(frozen=True, slots=True)
class ColumnFact:
    """One column.

    `type` is what SQLAlchemy's SQLite dialect renders (`VARCHAR(100)`), or the declared text in raw DDL;
    `""` is a column without a type, None an unknown one.
    `server_default` is the SQL text behind DEFAULT, None where there is none.
    `python_default` is the source text of a default that only Python code applies, None where there is none.
    """

    name: str
    type: str | None
    nullable: bool
    span: Span
    primary_key: bool = False
    server_default: str | None = None
    python_default: str | None = None
    length: int | None = None
    autoincrement: bool = False
    generated: bool = False
    collation: str | None = None
    default_function: str | None = None
    """`module:function` of a Python default that a function makes, where that is known."""
    attribute: str | None = None
    """The Python attribute a model maps the column to, where there is one."""


@dataclass(frozen=True, slots=True)
class ForeignKeyFact:
    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    """Empty where the DDL names only the table: its primary key is meant."""
    span: Span
    ondelete: str | None = None
    onupdate: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class UniqueFact:
    columns: tuple[str, ...]
    span: Span
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CheckFact:
    """`expression` is SQL text; None where it is built from parts that cannot be known."""

    expression: str | None
    span: Span
    name: str | None = None


@dataclass(frozen=True, slots=True)
class IndexFact:
    """`columns` in order: a column's name, or the SQL text of an expression."""

    name: str | None
    columns: tuple[str, ...]
    unique: bool
    span: Span
    where: str | None = None


@dataclass(frozen=True, slots=True)
class TableFact:
    """One definition of a table, view or virtual table.

    `origin` is how it was written: `declarative`, `sqlmodel`, `core`, `ddl` or `contract`.
    `complete` is False where columns may exist that could not be read; such a table proves no absence.
    """

    name: str
    origin: str
    span: Span
    columns: tuple[ColumnFact, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKeyFact, ...] = ()
    uniques: tuple[UniqueFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    indexes: tuple[IndexFact, ...] = ()
    kind: str = "table"
    """`table`, `view` or `virtual`."""
    schema: str | None = None
    temporary: bool = False
    without_rowid: bool = False
    strict: bool = False
    complete: bool = True
    model: str | None = None
    """Dotted name of the model class, where there is one."""
    metadata: str | None = None
    """Identity of the MetaData (or declarative base) that the table belongs to, where there is one."""
    if_not_exists: bool = False

    def column(self, name: str) -> ColumnFact | None:
        """The column of that name, in any case, as SQLite compares names."""
        wanted = name.lower()
        return next((column for column in self.columns if column.name.lower() == wanted), None)
