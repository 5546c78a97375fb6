"""SQLite itself, asked what it makes of a text: a private and empty database in memory."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from persistlint.extract.sql.quoting import quoted

_MAX_SQL = 1_000_000
_STEPS = 1_000_000
_RETRIES = 24
_SYNTAX = re.compile(r'^(?:near ".*": syntax error|incomplete input|unrecognized token: .*)$', re.DOTALL)
_MISSING = re.compile(
    r"^(?:no such function: (?P<function>\w+)|unknown function: (?P<unknown>\w+)\(\)"
    r"|no such collation sequence: (?P<collation>.+)|no such column: \"?(?P<column>[^\"]+)\"?.*)$"
)
_BLANK = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_IS_EXPLAIN = re.compile(rf"{_BLANK}EXPLAIN\b", re.IGNORECASE | re.DOTALL)
_NEEDS_TABLE = re.compile(
    rf"{_BLANK}(?:ALTER\b|CREATE\s+(?:TEMP\w*\s+)?TRIGGER\b(?:.{{0,200}}?\bINSTEAD\s+OF\b)?)", re.IGNORECASE | re.DOTALL
)
_NO_TABLE = re.compile(r"no such table: (?:main\.|temp\.)?(.+)", re.DOTALL)
_PRAGMAS = frozenset({"table_xinfo", "index_list", "index_xinfo", "foreign_key_list"})
_DENIED_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
INCOMPLETE = "incomplete input"
_FORBIDDEN = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_CREATE_VTABLE})


class RefusedError(Exception):
    """SQLite did not carry out a definition; the argument is its message."""


class Engine:
    """One private database. Not for use by two threads at a time."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_SQL)
        self._connection.set_progress_handler(_stop, _STEPS)
        self._connection.set_authorizer(_authorize)

    def close(self) -> None:
        self._connection.close()

    def complaint(self, statement: str) -> str | None:
        """SQLite's message where the syntax of one statement is wrong, else None.

        Nothing runs: the statement is only compiled. What is unknown in it (tables, functions) is no matter of syntax.
        """
        message = self._compile(statement)
        missing = _NO_TABLE.match(message or "")
        if missing is not None and (found := _NEEDS_TABLE.match(statement)):
            # These are given up at the name of a table that is not there, before the rest is read.
            message = self._compile_with(statement, quoted(missing[1]), view="INSTEAD" in found[0].upper())
        return message if message is not None and _SYNTAX.match(message) else None

    def _compile(self, statement: str) -> str | None:
        try:
            self._connection.execute(statement if _IS_EXPLAIN.match(statement) else "EXPLAIN " + statement).close()
        except sqlite3.Error as error:
            return str(error)
        except (sqlite3.Warning, ValueError, OverflowError):
            # More than one statement, or a NUL: the callers cut texts at each `;` and replace what cannot be told.
            return None
        return None

    def _compile_with(self, statement: str, name: str, *, view: bool) -> str | None:
        columns = 'AS SELECT 1 AS "persistlint spare"' if view else '("persistlint spare")'
        self._connection.execute("BEGIN")
        try:
            self._connection.execute(f"CREATE {'VIEW' if view else 'TABLE'} {name} {columns}").close()
            return self._compile(statement)
        except sqlite3.Error:
            return None
        finally:
            self._roll_back()

    @contextmanager
    def created(self, head: str, tail: str) -> Generator[sqlite3.Cursor]:
        """A cursor in a database where only the CREATE TABLE `head + tail` was run; it is gone afterwards.

        `head` ends behind the opening bracket. Columns that expressions mention but that the definition lacks are
        added there; functions and collations that SQLite lacks are stood in for. Raises `RefusedError`.
        """
        connection = self._connection
        connection.execute("BEGIN")
        try:
            self._define(head, tail)
            yield connection.cursor()
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise RefusedError(str(error)) from error
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _define(self, head: str, tail: str) -> None:
        connection = self._connection
        for _ in range(_RETRIES):
            try:
                connection.execute(head + tail)
            except sqlite3.OperationalError as error:
                missing = _MISSING.match(str(error))
                if missing is None:
                    raise
                if function := missing["function"] or missing["unknown"]:
                    connection.create_function(function, -1, _nothing, deterministic=True)
                elif collation := missing["collation"]:
                    connection.create_collation(collation, _compare)
                else:
                    head += quoted(missing["column"].rpartition(".")[2]) + ", "
            else:
                return
        raise RefusedError("too many unknown names")


def _stop() -> int:
    return 1


def _nothing(*_arguments: object) -> None:
    return None


def _compare(left: str, right: str) -> int:
    return (left > right) - (left < right)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    if action in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
