"""A table as SQLAlchemy reflects it from SQLite and renders it again: what a rebuild by Alembic's batch mode copies.

https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#type-reflection: a type name that the dialect does not know
becomes the type of its affinity; https://alembic.sqlalchemy.org/en/latest/batch.html: unnamed CHECKs and indexes on
expressions are not copied.
"""

from __future__ import annotations

import re
from dataclasses import replace

from persistlint.facts.schema import ColumnFact, TableFact

_KNOWN = {
    "BIGINT": "BIGINT", "BLOB": "BLOB", "BOOL": "BOOLEAN", "BOOLEAN": "BOOLEAN", "CHAR": "CHAR", "DATE": "DATE",
    "DATE_CHAR": "DATE", "DATETIME": "DATETIME", "DATETIME_CHAR": "DATETIME", "DOUBLE": "DOUBLE",
    "DOUBLE_PRECISION": "DOUBLE PRECISION", "DECIMAL": "DECIMAL", "FLOAT": "FLOAT", "INT": "INTEGER",
    "INTEGER": "INTEGER", "JSON": "JSON", "JSONB": "JSONB", "NUMERIC": "NUMERIC", "REAL": "REAL",
    "SMALLINT": "SMALLINT", "TEXT": "TEXT", "TIME": "TIME", "TIME_CHAR": "TIME", "TIMESTAMP": "TIMESTAMP",
    "VARCHAR": "VARCHAR", "NVARCHAR": "NVARCHAR", "NCHAR": "NCHAR", "_NVARCHAR": "NVARCHAR",
}  # fmt: skip
_TYPE = re.compile(r"([\w ]+)(\(.*?\))?")
_ARGUMENTS = frozenset({"VARCHAR", "CHAR", "NVARCHAR", "NCHAR", "TEXT", "NUMERIC", "DECIMAL"})


def reflected(table: TableFact) -> TableFact:
    """The table without what reflection loses."""
    names = {column.name.lower() for column in table.columns}
    return replace(
        table,
        columns=tuple(_column(column) for column in table.columns),
        checks=tuple(check for check in table.checks if check.name is not None),
        indexes=tuple(index for index in table.indexes if all(one.lower() in names for one in index.columns)),
    )


def _column(column: ColumnFact) -> ColumnFact:
    # A reflected primary key column is NOT NULL when rendered again.
    return replace(column, type=reflected_type(column.type or ""), nullable=column.nullable and not column.primary_key)


def reflected_type(declared: str) -> str:
    """What a declared type becomes."""
    match = _TYPE.match(declared)
    word = match[1].strip().upper() if match is not None else ""
    arguments = (match[2] or "") if match is not None else ""
    name = _KNOWN.get(word)
    if name is None:
        return _by_affinity(word)
    numbers = re.findall(r"\d+", arguments)
    return f"{name}({', '.join(numbers)})" if numbers and name in _ARGUMENTS else name


def _by_affinity(word: str) -> str:
    if "INT" in word:
        return "INTEGER"
    if "CHAR" in word or "CLOB" in word or "TEXT" in word:
        return "TEXT"
    if "BLOB" in word or not word:
        return "NULL"
    if "REAL" in word or "FLOA" in word or "DOUB" in word:
        return "REAL"
    return "NUMERIC"
