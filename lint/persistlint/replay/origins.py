"""The oldest schema that a path of revisions or scripts can begin with, where that is more than nothing.

The fresh schema without what the path adds and creates, put right by what SQLite says when the path is carried out:
what is there already was not there, and what is missing was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from persistlint.facts.schema import ColumnFact, IndexFact, TableFact
from persistlint.facts.upgrades import FailedStep
from persistlint.project.model import Project
from persistlint.replay.infer import renamed_column, without
from persistlint.replay.live import Step
from persistlint.source import Span

Tables = dict[str, TableFact]
Trial = Callable[[Sequence[TableFact]], "tuple[Sequence[Step], Sequence[FailedStep]]"]
"""Carries the path out on a database with these tables."""

_NOWHERE = Span("", 1, 1)
_MOST_TRIALS = 40
_DEFINING = ("alter", "rebuild")
"""What takes a column away; one that is only read may still be there at the end, and nothing is known of it."""
_NO_TABLE = re.compile(r"no such table: (?:main\.)?(?P<table>\S+)")
_NO_INDEX = re.compile(r"no such index: (?P<index>\S+)")
_NO_COLUMN = re.compile(r"no such column: (?:\"*\w+\"*\.)?\"*(?P<column>\w+)|unknown column \"(?P<unknown>\w+)\"")
_RENAMES_TABLE = re.compile(r"\bRENAME\s+TO\s+[\"'`\[]?(?P<new>\w+)[\"'`\]]?\s*;?\s*$", re.IGNORECASE)
_RENAMES_COLUMN = re.compile(
    r"\bRENAME\s+(?:COLUMN\s+)?[\"'`\[]?\w+[\"'`\]]?\s+TO\s+[\"'`\[]?(?P<new>\w+)[\"'`\]]?\s*;?\s*$", re.IGNORECASE
)
_TWICE_COLUMN = re.compile(r"duplicate column name: (?P<column>\w+)")
_TWICE = re.compile(r"(?P<kind>table|index) [\"'`\[]?(?P<name>\w+)[\"'`\]]? already exists")


def made_by(project: Project, files: Iterable[str]) -> tuple[set[str], dict[str, set[str]]]:
    """The tables that those files create, and by table the columns that they add; in lower case."""
    within = frozenset(files)
    created: set[str] = set()
    added: dict[str, set[str]] = {}
    for one in project.operations:
        if one.span.path in within and one.table is not None and not _is_back(one.function):
            if one.action == "create-table":
                created.add(one.table.lower())
            elif one.action == "add-column" and one.column is not None:
                added.setdefault(one.table.lower(), set()).add(one.column.lower())
    for statement in project.statements:
        if statement.span.path not in within or _is_back(statement.function):
            continue
        sql = statement.sql
        if sql.creates is not None and sql.creates.columns and not sql.creates.temporary:
            created.add(sql.creates.name.lower())
        if sql.alter is not None and sql.alter.action == "add-column" and sql.alter.column is not None:
            added.setdefault(sql.alter.table.lower(), set()).add(sql.alter.column.strip("\"`'[]").lower())
    return created, added


def _is_back(function: str | None) -> bool:
    return function is not None and "downgrade" in function


def assumed(failed: Iterable[FailedStep], created: set[str]) -> set[str]:
    """The tables, in lower case, that a path asks of an empty database and makes nowhere."""
    found = (_NO_TABLE.search(one.error) for one in failed)
    return {match["table"].lower() for match in found if match is not None} - created


def oldest(
    fresh: Iterable[TableFact], created: set[str], added: dict[str, set[str]], trial: Trial
) -> tuple[TableFact, ...] | None:
    """The tables from which the path runs to its end; None where no such schema is found."""
    known = {one.name.lower(): without(one, added.get(one.name.lower(), set())) for one in fresh if one.kind == "table"}
    beginning = _Beginning(known, created)
    for _ in range(_MOST_TRIALS):
        steps, failed = trial(tuple(beginning.tables.values()))
        if not failed:
            return tuple(beginning.tables.values())
        if not beginning.mend(failed[0], steps):
            return None
    return None


class _Beginning:
    """The tables that a path is thought to begin with; put right by what fails."""

    def __init__(self, known: Tables, created: set[str]) -> None:
        self.tables = {name: one for name, one in known.items() if name not in created}
        self._known = known
        self._former: dict[str, str] = {}
        """By the name that the path gives a table: the one that it begins with."""

    def mend(self, failed: FailedStep, steps: Sequence[Step]) -> bool:
        """Change the tables so that this step can be carried out; False where it is not known how."""
        step = next((one for one in reversed(steps) if one.error == failed.error), None)
        if step is None:
            return False
        names = [name for one in step.tables if (name := self._former.get(one.lower(), one.lower())) in self.tables]
        error = failed.error
        if (match := _TWICE_COLUMN.search(error)) is not None:
            column = match["column"].lower()
            return _each(self.tables, names[:1], lambda table: without(table, {column}))
        if (match := _TWICE.search(error)) is not None:
            name = match["name"].lower()
            if match["kind"] == "index":
                return _without_index(self.tables, name)
            return self.tables.pop(name, None) is not None
        if (match := _NO_TABLE.search(error)) is not None:
            return self._add(match["table"], step)
        if (match := _NO_COLUMN.search(error)) is not None and step.kind in _DEFINING:
            name, new = match["column"] or match["unknown"], _RENAMES_COLUMN.search(step.statement)
            return _each(self.tables, names[:1], lambda table: _with_column(table, name, new["new"] if new else None))
        if (match := _NO_INDEX.search(error)) is not None:
            name = match["index"].strip("\"'`[]")
            return _each(self.tables, (names or [*self.tables])[:1], lambda table: _with_index(table, name))
        return False

    def _add(self, name: str, step: Step) -> bool:
        """A table that is as old as the path, or that it renames; one that it drops, of which nothing more is known."""
        key = name.lower()
        renamed = _RENAMES_TABLE.search(step.statement)
        new = renamed["new"].lower() if renamed is not None else key
        if key in self.tables or (new not in self._known and step.kind != "drop"):
            return False
        if new in self._known:
            self.tables[key] = replace(self._known[new], name=name)
        else:
            self.tables[key] = TableFact(name, "ddl", _NOWHERE, (ColumnFact("id", "", nullable=True, span=_NOWHERE),))
        if renamed is not None:
            self._former[new] = key
            self.tables.pop(new, None)
        return True


def _each(tables: Tables, names: Sequence[str], change: Callable[[TableFact], TableFact]) -> bool:
    changed = False
    for name in names:
        new = change(tables[name])
        changed = changed or new != tables[name]
        tables[name] = new
    return changed


def _without_index(tables: Tables, name: str) -> bool:
    def stay(table: TableFact) -> Iterator[IndexFact]:
        return (one for one in table.indexes if (one.name or "").lower() != name)

    return _each(tables, list(tables), lambda table: replace(table, indexes=tuple(stay(table))))


def _with_column(table: TableFact, name: str, new: str | None) -> TableFact:
    """The column that is `new` today; else one of which nothing is known but that the path drops it."""
    today = table.column(new) if new is not None else None
    if today is not None:
        return renamed_column(table, today.name, name)
    if table.column(name) is not None:
        return table
    return replace(table, columns=(*table.columns, ColumnFact(name, "", nullable=True, span=_NOWHERE)))


def _with_index(table: TableFact, name: str) -> TableFact:
    """An index of which nothing is known but that the path drops it."""
    first = table.columns[0].name if table.columns else None
    if first is None or any(one.name == name for one in table.indexes):
        return table
    return replace(table, indexes=(*table.indexes, IndexFact(name, (first,), unique=False, span=_NOWHERE)))
