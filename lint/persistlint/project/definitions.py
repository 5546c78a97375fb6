"""Which definitions of a table say what a fresh install has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from persistlint.facts.schema import ColumnFact, IndexFact, TableFact
from persistlint.facts.sql import AlterShape, Kind
from persistlint.project.model import Project, Statement
from persistlint.source import Span

_HOLE = re.compile(r"__hole\d{4}__", re.IGNORECASE)
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "fixtures"})
_STEP_FOLDERS = frozenset({"alembic", "migration", "migrations", "revisions", "upgrades", "versions"})
_STEP_WORD = re.compile(r"(?:^|[._])(?:auto_?)?(?:migrat|upgrad|downgrad)", re.IGNORECASE)
_AT_RUN_TIME = "is computed at run time"
_BOOKKEEPING = frozenset({"alembic_version"})


class Fresh:
    """The tables of a fresh install, by name in lower case."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._revisions = {one.span.path for one in project.operations}
        self._statements = [one for one in project.statements if not in_tests(one.span.path)]
        self._renamed: set[tuple[str, str]] = set()
        self._dropped: set[str] = set()
        self._created: set[str] = set()
        self._names: set[str] = set()
        self._patterns: list[re.Pattern[str]] = []
        self._read_statements()
        self._definitions = self._sorted_out()

    def definitions(self) -> Iterator[tuple[TableFact, ...]]:
        """The definitions of each table that can be compared, in the order of names."""
        for name in sorted(self._definitions):
            yield self._definitions[name]

    def to_declare(self) -> Iterator[tuple[TableFact, ...]]:
        """The definitions of each table that a contract of this code has to declare, in the order of names.

        A view holds no data, a table that is renamed later is a stage of a rebuild, and the tables in which SQLite and
        Alembic keep their books are not the project's.
        """
        for definitions in self.definitions():
            first = definitions[0]
            name = first.name.lower()
            stage = first.origin == "ddl" and self.is_passing(name)
            if not (first.kind == "view" or stage or name in _BOOKKEEPING or name.startswith("sqlite_")):
                yield definitions

    def named(self, name: str) -> tuple[TableFact, ...]:
        """The definitions of one table that can be compared."""
        return self._definitions.get(name.lower(), ())

    def may_have(self, name: str) -> bool:
        """Whether a table of that name is created, or could be by code that cannot be read."""
        lowered = name.lower()
        if lowered in self._names or any(pattern.fullmatch(lowered) for pattern in self._patterns):
            return True
        hidden = (one for one in self._project.unresolved if one.reason.endswith(_AT_RUN_TIME))
        return bool(self._project.makers) or any(not in_tests(one.span.path) for one in hidden)

    def is_passing(self, name: str) -> bool:
        """Whether a table of that name is only a stage of another one: it is renamed, and nothing takes its place."""
        lowered = name.lower()
        if any(new == lowered for _, new in self._renamed):
            return False
        return any(old == lowered and not self._is_put_aside(new) for old, new in self._renamed)

    def _is_put_aside(self, name: str) -> bool:
        """Whether a table gets this name only to be dropped under it, when the new one of its old name is filled."""
        return name in self._dropped and name not in self._created

    def _read_statements(self) -> None:
        for statement in self._statements:
            created, alter = statement.sql.creates, statement.sql.alter
            if statement.sql.kind is Kind.DROP:
                self._dropped.update(use.name.lower() for use in statement.sql.tables if use.write)
            if created is not None and statement.sql.kind is not Kind.CREATE_INDEX:
                self._names.add(created.name.lower())
                self._created.add(created.name.lower())
                words = [re.escape(word) for word in _HOLE.split(created.name.lower())]
                if len(words) > 1:
                    self._patterns.append(re.compile(".*".join(words)))
            if alter is not None and alter.action == "rename-table" and alter.new_name is not None:
                self._renamed.add((alter.table.lower(), alter.new_name.lower()))
                self._names.add(alter.new_name.lower())
        for operation in self._project.operations:
            made = {"create-table": operation.table, "rename-table": operation.new_name}.get(operation.action)
            if made is not None and not in_tests(operation.span.path):
                self._names.add(made.lower())

    def _sorted_out(self) -> dict[str, tuple[TableFact, ...]]:
        by_name: dict[str, list[TableFact]] = {}
        for table in self._project.fresh or self._project.tables:
            if not table.temporary and not in_tests(table.span.path):
                by_name.setdefault(table.name.lower(), []).append(table)
        self._names.update(by_name)
        every = [table for found in by_name.values() for table in found]
        # Steps have models of their own; those that share the application's MetaData are the application's.
        own = {table.metadata for table in every if table.metadata is not None and not self._is_step(table)}
        return {
            name: tuple(self._whole(table) for table in chosen)
            for name, found in by_name.items()
            if (chosen := self._chosen(found, own))
        }

    def _chosen(self, found: list[TableFact], metadata: AbstractSet[str]) -> list[TableFact]:
        """What the application itself creates; else the one step that does, where no other step replaces it."""
        own = [table for table in found if not self._is_step(table)]
        # But what a revision of Alembic adds to it is a table that it reads old rows by.
        own = own or [one for one in found if one.metadata in metadata and one.span.path not in self._revisions]
        if own:
            return own
        return found if len(found) == 1 and found[0].origin == "ddl" else []

    def _is_step(self, table: TableFact) -> bool:
        # What numbered scripts lead to has been worked out already.
        return not table.span.path.endswith(".sql") and is_step(table.span.path, self._function(table))

    def _function(self, table: TableFact) -> str | None:
        if table.origin != "ddl":
            return None
        holding = (one for one in self._statements if one.sql.creates is not None and _holds(one, table.span))
        return next((one.function for one in holding), None)

    def _whole(self, table: TableFact) -> TableFact:
        if table.kind != "table":
            return table
        if table.origin != "ddl":
            return replace(table, indexes=(*table.indexes, *self._loose_indexes(table)))
        for statement in self._statements:
            alter = statement.sql.alter
            if alter is not None and alter.table.lower() == table.name.lower() and not _undoes(statement):
                table = _altered(table, alter, statement)
        return table

    def _loose_indexes(self, table: TableFact) -> Iterator[IndexFact]:
        """Indexes that the application creates by SQL on the table of a model."""
        for statement in self._statements:
            created = statement.sql.creates
            if created is None or statement.sql.kind is not Kind.CREATE_INDEX or statement.sql.foreign_dialect:
                continue
            step = is_step(statement.span.path, statement.function)
            if created.name.lower() == table.name.lower() and not step:
                yield from (replace(index, span=statement.span) for index in created.indexes)


def best(definitions: Sequence[TableFact]) -> TableFact:
    """The definition that says most: a complete one, a model rather than DDL that may be an old step of an upgrade."""
    return max(definitions, key=lambda one: (one.complete, one.origin != "ddl", len(one.columns)))


def in_tests(path: str) -> bool:
    """Whether a file belongs to the tests."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    named = stem == "conftest" or stem.startswith("test_") or stem.endswith("_test")
    return named or bool(_TEST_FOLDERS.intersection(folders))


def is_step(path: str, function: str | None) -> bool:
    """Whether code brings an existing database up to date rather than making a new one."""
    *folders, name = path.split("/")
    if _STEP_FOLDERS.intersection(folders) or _STEP_WORD.search(name):
        return True
    return function is not None and _STEP_WORD.search(function) is not None


def _holds(statement: Statement, place: Span) -> bool:
    span = statement.span
    return span.path == place.path and span.line <= place.line <= span.end_line


def _undoes(statement: Statement) -> bool:
    return statement.function is not None and "downgrade" in statement.function.lower()


def _altered(table: TableFact, alter: AlterShape, statement: Statement) -> TableFact:
    """A table after an ALTER TABLE, without what cannot be known of it."""
    names = (alter.column or "", alter.new_name or "")
    if any(_HOLE.search(name) for name in names) or alter.action not in ("add-column", "drop-column", "rename-column"):
        return table if alter.action == "rename-table" else replace(table, complete=False)
    if alter.action != "add-column":
        if table.column(names[0]) is None:
            return table
        kept = tuple(column for column in table.columns if column.name.lower() != names[0].lower())
        new = table.column(names[0]) if alter.action == "rename-column" else None
        renamed = (*kept, replace(new, name=names[1])) if new is not None and table.column(names[1]) is None else kept
        return replace(table, columns=renamed, complete=False)
    added = alter.table_fact
    if table.column(names[0]) is not None:
        return table
    if added is None or not added.columns:
        return replace(table, complete=False)
    at = statement.span
    column: ColumnFact = replace(added.columns[0], span=at)
    return replace(
        table,
        columns=(*table.columns, column),
        foreign_keys=(*table.foreign_keys, *(replace(one, span=at) for one in added.foreign_keys)),
        checks=(*table.checks, *(replace(one, span=at) for one in added.checks)),
    )
