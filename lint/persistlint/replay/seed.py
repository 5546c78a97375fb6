"""A row in every table, as a database in use has: SQLite itself says which values its constraints let in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from persistlint.extract.sql.quoting import quoted
from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.replay.boundaries import Cell, all_rows, values_of
from persistlint.replay.checks import columns_in
from persistlint.replay.memory import Memory, StoredColumn

_MOST_TABLES = 300
_MOST_TRIES = 200
_VALUES: tuple[tuple[str, Cell], ...] = (
    ("BOOL", 0), ("DATETIME", "2001-02-03 04:05:06"), ("TIMESTAMP", "2001-02-03 04:05:06"), ("DATE", "2001-02-03"),
    ("TIME", "04:05:06"), ("JSON", "{}"), ("INT", 1), ("CHAR", "a"), ("CLOB", "a"), ("TEXT", "a"), ("BLOB", b"a"),
)  # fmt: skip
"""By the first word that a type holds; other types are numeric."""


class Seeder:
    """Fills tables of one database as they appear. Tables in which no row was found to fit stay empty."""

    def __init__(self, memory: Memory, fact: Callable[[str], TableFact | None]) -> None:
        self._memory = memory
        self._fact = fact
        self._tried: set[tuple[str, str]] = set()

    def fill(self) -> None:
        """Have a row in each table that has none, parents before children."""
        waiting = {name.lower(): name for name in islice(self._empty(), _MOST_TABLES)}
        while waiting:
            ready = [name for key, name in waiting.items() if not (self._parents(name) - {key}) & waiting.keys()]
            for name in ready or [*waiting.values()]:
                del waiting[name.lower()]
                self._insert(name)

    def _empty(self) -> Iterator[str]:
        kinds = {str(row[1]): str(row[2]) for row in self._memory.rows("PRAGMA table_list")}
        for one in self._memory.stored():
            key = (one.name, one.sql)
            if one.kind == "table" and kinds.get(one.name) == "table" and key not in self._tried:
                self._tried.add(key)
                if not self._memory.has_rows(one.name):
                    yield one.name

    def _keys(self, table: str) -> list[tuple[str, str, str | None]]:
        """Column, parent table and parent column of each part of its foreign keys."""
        rows = self._memory.rows(f"PRAGMA foreign_key_list({quoted(table)})")
        return [(str(row[3]), str(row[2]), None if row[4] is None else str(row[4])) for row in rows]

    def _parents(self, table: str) -> set[str]:
        return {parent.lower() for _, parent, _ in self._keys(table)}

    def _insert(self, table: str) -> None:
        columns = [one for one in self._memory.columns(table) if one.hidden == 0 and not _is_rowid(one)]
        # A default is what most rows have; where a CHECK refuses it, other values are tried.
        given: dict[str, Cell] = {one.name: _plain(one.type) for one in columns if one.default is None}
        given.update(self._inherited(table, columns))
        error = self._store(table, given)
        if error is not None and error.startswith("CHECK constraint failed"):
            self._search(table, given)

    def _inherited(self, table: str, columns: Sequence[StoredColumn]) -> Iterator[tuple[str, Cell]]:
        known = {one.name.lower(): one.name for one in columns}
        for column, parent, key in self._keys(table):
            if column.lower() in known:
                cell = self._first(parent, key or self._key_of(parent))
                if cell is not None:
                    yield known[column.lower()], cell

    def _key_of(self, table: str) -> str:
        return next((one.name for one in self._memory.columns(table) if one.key == 1), "rowid")

    def _first(self, table: str, column: str) -> Cell:
        try:
            rows = self._memory.rows(f"SELECT {quoted(column)} FROM {quoted(table)} LIMIT 1")  # noqa: S608
        except sqlite3.Error:
            return None
        cell = rows[0][0] if rows else None
        return cell if isinstance(cell, (int, float, str, bytes)) else None

    def _search(self, table: str, given: dict[str, Cell]) -> None:
        """Try the values that the table's CHECKs name."""
        fact = self._fact(table)
        if fact is None:
            return
        checks = [check.expression for check in fact.checks if check.expression is not None]
        named = {name for check in checks for name in columns_in(check, fact.columns)}
        involved = [column for column in fact.columns if column.name in named and not column.generated]
        values = [_candidates(column, checks, fact) for column in involved]
        batches, _ = all_rows(values)
        for row in islice((row for batch in batches for row in batch), _MOST_TRIES):
            changed = {**given, **{column.name: cell for column, cell in zip(involved, row, strict=True)}}
            if self._store(table, changed) is None:
                return

    def _store(self, table: str, given: dict[str, Cell]) -> str | None:
        if not given:
            return self._memory.run(f"INSERT INTO {quoted(table)} DEFAULT VALUES")
        names = ", ".join(map(quoted, given))
        marks = ", ".join("?" * len(given))
        return self._memory.run(f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})", tuple(given.values()))  # noqa: S608


def _candidates(column: ColumnFact, checks: Sequence[str], table: TableFact) -> tuple[Cell, ...]:
    own = [check for check in checks if columns_in(check, table.columns) == (column.name,)]
    shared = [check for check in checks if check not in own and column.name in columns_in(check, table.columns)]
    return values_of(column, own, shared)


def _is_rowid(column: StoredColumn) -> bool:
    return column.key == 1 and column.type.upper() == "INTEGER"


def _plain(declared: str) -> Cell:
    kind = declared.upper()
    return next((value for word, value in _VALUES if word in kind), 1)
