"""Rows in a table of SQLite's own, and what expressions say about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from persistlint.extract.sql.quoting import quoted
from persistlint.facts.schema import ColumnFact
from persistlint.replay.boundaries import Row
from persistlint.replay.memory import Memory

_TABLE = quoted("persistlint probe")


class UndecidableError(Exception):
    """SQLite cannot evaluate an expression, or has no such column type."""


class Probe:
    """A table with the columns' types and collations, and none of their constraints.

    Its rows are stored as SQLite stores them, so that an expression sees them as a CHECK would.
    """

    def __init__(self, memory: Memory, columns: Sequence[ColumnFact]) -> None:
        self._memory = memory
        self._width = max(len(columns), 1)
        defined = ", ".join(map(_definition, columns)) or quoted("persistlint column")
        error = memory.run(f"CREATE TABLE {_TABLE} ({defined})")
        if error is not None:
            raise UndecidableError(error)

    def fill(self, rows: Sequence[Row]) -> None:
        """Have these rows and no others."""
        self._memory.run(f"DELETE FROM {_TABLE}")  # noqa: S608
        marks = ", ".join("?" * self._width)
        for row in rows:
            error = self._memory.run(f"INSERT INTO {_TABLE} VALUES ({marks})", row or (None,))  # noqa: S608
            if error is not None:
                raise UndecidableError(error)

    def passed(self, expression: str) -> list[bool]:
        """By row: whether a CHECK of this expression lets it in; an expression that fails on a row refuses it."""
        return self._asked(f"({expression}\n) IS NOT FALSE", expression)

    def true_for(self, expression: str) -> list[bool]:
        """By row: whether the expression is true."""
        return self._asked(f"({expression}\n) IS TRUE", expression)

    def _asked(self, condition: str, expression: str) -> list[bool]:
        query = f"SELECT {condition} FROM {_TABLE}"  # noqa: S608 - an expression of the code that is read
        try:
            self._memory.rows(f"EXPLAIN {query}")
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise UndecidableError(expression) from error
        try:
            return [bool(row[0]) for row in self._memory.rows(f"{query} ORDER BY rowid")]
        except sqlite3.Error:
            return self._one_by_one(query)

    def _one_by_one(self, query: str) -> list[bool]:
        found: list[bool] = []
        for (rowid,) in self._memory.rows(f"SELECT rowid FROM {_TABLE} ORDER BY rowid"):  # noqa: S608
            try:
                found.append(bool(self._memory.rows(f"{query} WHERE rowid = ?", (rowid,))[0][0]))
            except sqlite3.Error:
                found.append(False)
        return found


def _definition(column: ColumnFact) -> str:
    declared, _, collation = (column.type or "").partition(" COLLATE ")
    collation = quoted(column.collation) if column.collation else collation
    words = [quoted(column.name)]
    if declared:
        # In quotes, any text is a type, and has the affinity that its words give it.
        words.append(quoted(declared))
    if collation:
        words.append(f"COLLATE {collation}")
    return " ".join(words)


def literal(value: object) -> str:
    """A stored value as an SQL literal, long texts cut."""
    if isinstance(value, str):
        longest = 40
        if len(value) > longest:
            return f"'{value[:8]}…' ({len(value)} characters)"
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return "NULL" if value is None else str(value)
