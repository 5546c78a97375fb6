"""One database in memory on which extracted statements are run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from persistlint.extract.sql.quoting import quoted

_STEPS = 2_000_000
_MAX_LENGTH = 4_000_000
_LIMIT_LENGTH, _LIMIT_ATTACHED = 0, 7
_MISSING = re.compile(
    r"(?:no such function: |unknown function: )(?P<function>\w+)|no such collation sequence: (?P<collation>\w+)"
)
_RETRIES = 16
MOST_ROWS = 5000
"""Rows that a query of the project is answered with."""
_DENIED_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


@dataclass(frozen=True, slots=True)
class Stored:
    """One object of a schema as SQLite keeps it: `kind` is `table`, `index`, `view` or `trigger`."""

    kind: str
    name: str
    table: str
    sql: str


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column as `PRAGMA table_xinfo` tells it; `hidden` is 0 for ordinary columns."""

    name: str
    type: str
    notnull: bool
    default: str | None
    key: int
    hidden: int


class Memory:
    """A database that lives as long as this object; closes itself as a context manager.

    Statements cannot reach files: ATTACH, extensions and file functions are refused, and a statement that runs too
    long is stopped. Functions and collations that the application would have registered are stood in for.
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.setlimit(_LIMIT_ATTACHED, 0)
        self._connection.setlimit(_LIMIT_LENGTH, _MAX_LENGTH)
        self._connection.set_authorizer(_authorize)
        self._connection.set_progress_handler(lambda: 1, _STEPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the database."""
        self._connection.close()

    def run(self, statement: str, parameters: tuple[object, ...] = ()) -> str | None:
        """Run one statement; SQLite's message where it fails, else None. A failed statement changes nothing."""
        for _ in range(_RETRIES):
            try:
                self._connection.execute(statement, parameters).close()
            except sqlite3.Error as error:
                if not self._stand_in(str(error)):
                    return str(error)
            except (sqlite3.Warning, ValueError, OverflowError) as error:
                return str(error)
            else:
                return None
        return "too many unknown functions"

    def rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """The rows of a query of ours. Raises sqlite3.Error."""
        return self._connection.execute(query, parameters).fetchall()

    def query(self, query: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Column names and rows of a query that was extracted. Raises sqlite3.Error."""
        cursor = self._connection.execute(query)
        try:
            return tuple(str(column[0]) for column in cursor.description or ()), cursor.fetchmany(MOST_ROWS)
        finally:
            cursor.close()

    def stored(self) -> tuple[Stored, ...]:
        """The schema, in the order of creation, without SQLite's own tables."""
        rows = self.rows("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY rowid")
        found = [Stored(*(str(cell) for cell in row)) for row in rows]
        return tuple(one for one in found if not one.name.startswith("sqlite_") or one.kind == "index")

    def columns(self, table: str) -> tuple[StoredColumn, ...]:
        """The columns of a table or view, generated and hidden ones too. Empty for a name that is not there."""
        try:
            rows = self.rows(f"PRAGMA table_xinfo({quoted(table)})")
        except sqlite3.Error:
            return ()
        return tuple(
            StoredColumn(
                str(name),
                str(kind or ""),
                bool(notnull),
                None if default is None else str(default),
                int(str(key)),
                int(str(hidden)),
            )
            for _, name, kind, notnull, default, key, hidden in rows
        )

    def has_rows(self, table: str) -> bool:
        """Whether a table holds a row."""
        try:
            return bool(self.rows(f"SELECT 1 FROM {quoted(table)} LIMIT 1"))  # noqa: S608  (quoted)
        except sqlite3.Error:
            return False

    @contextmanager
    def attempt(self) -> Generator[None]:
        """Whatever is run inside is undone at the end."""
        self._connection.execute("SAVEPOINT persistlint_attempt")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK TO persistlint_attempt")
            self._connection.execute("RELEASE persistlint_attempt")

    def _stand_in(self, message: str) -> bool:
        missing = _MISSING.search(message)
        if missing is None:
            return False
        if missing["function"]:
            self._connection.create_function(missing["function"], -1, _nothing, deterministic=True)
        else:
            self._connection.create_collation(missing["collation"], _compare)
        return True


def _nothing(*_: object) -> None:
    return None


def _compare(left: str, right: str) -> int:
    return (left > right) - (left < right)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or first or "").lower() in _DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in ("temp_store_directory", "data_store_directory"):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
