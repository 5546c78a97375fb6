"""Whether a statement goes to a database that the project creates tables in, judged by the company that it keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from persistlint.sdk import Statement
from persistlint_rules.queries._history import has_hole
from persistlint_rules.queries._known import Known
from persistlint_rules.queries._words import is_slip_of

_SYSTEM = ("sqlite_", "pragma_", "pg_", "information_schema")
_SYSTEM_NAMES = frozenset({"dual", "dbstat", "alembic_version", "migrate_version"})
_SHORT = 5
_MANY = 3
_SHARE = 20
_PROJECT = ("project",)
_UNSEEN = frozenset({"call", "string"})
"""Texts that nobody is seen to execute: only what stands in the text itself tells where they go."""


def is_system(name: str, schema: str | None = None) -> bool:
    """Whether a table belongs to the database or a library rather than to the project, or is not its to know."""
    lowered = name.lower()
    if schema is not None and schema.lower() not in ("main", "temp"):
        return True
    return (
        has_hole(name) or lowered.startswith((*_SYSTEM, "_alembic_tmp_")) or lowered in _SYSTEM_NAMES
        or lowered.endswith("alembic_version")
    )  # fmt: skip


class Company:
    """The tables that statements use together: through one connection, in one function, in one file."""

    def __init__(self, statements: Iterable[Statement], known: Known) -> None:
        self._known: dict[Hashable, set[str]] = defaultdict(set)
        self._unknown: dict[Hashable, set[str]] = defaultdict(set)
        self._names = known.all_names()
        for statement in statements:
            for use in statement.sql.tables:
                if is_system(use.name, use.schema):
                    continue
                kind = self._known if known.names(use.name) else self._unknown
                for key in _keys(statement):
                    kind[key].add(use.name.lower())

    @property
    def is_open(self) -> bool:
        """Whether so many tables are unknown that the project must create some in ways that are not seen."""
        known, unknown = self._known[_PROJECT], self._unknown[_PROJECT]
        return len(unknown) > max(_MANY, len(known) // _SHARE)

    def is_good(self, statement: Statement) -> bool:
        """Whether the statement is seen to go to a database with known tables.

        Asks the closest company first. A connection that has no known table at all is to another program's database;
        where several tables are unknown, some must come into being in a way that cannot be seen.
        """
        if self.is_open:
            return False
        for key in _keys(statement):
            known, unknown = self._known[key], self._unknown[key]
            if key == _PROJECT:
                return len(known) >= _MANY and len(unknown) <= max(1, len(known) // _MANY)
            if len(unknown) > max(1, len(known)):
                return False
            if known:
                return True
            if statement.via in _UNSEEN:
                return False
        return False

    def is_slip(self, statement: Statement, name: str) -> bool:
        """Whether the name is nearly that of a known table, in a statement that keeps no other company."""
        if self.is_open:
            return False
        others = [use for use in statement.sql.tables if use.name.lower() != name.lower()]
        if others or statement.via in _UNSEEN or len(name) < _SHORT:
            return False
        alone = all(
            self._unknown[key] <= {name.lower()} for key in _keys(statement) if key[0] not in ("file", "project")
        )
        return alone and any(is_slip_of(name, known) for known in self._names)


def _keys(statement: Statement) -> Iterator[tuple[Hashable, ...]]:
    """What a statement shares with others, the closest first."""
    yield "statement", statement.span, statement.text
    path = statement.span.path
    receiver, function = statement.receiver, statement.function or ""
    if statement.opened is not None:
        yield "opened", statement.opened
        if statement.database is not None:
            yield "database", statement.opened.path, statement.database
        return
    if receiver is not None:
        yield "function", path, function, receiver
        yield "receiver", path, receiver
    yield "file", path
    yield _PROJECT
