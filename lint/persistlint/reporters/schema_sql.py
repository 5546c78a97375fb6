"""A schema as DDL that SQLite accepts: each statement is tried on an in-memory database before it is shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from persistlint.facts.schema import TableFact, Unresolved
from persistlint.project.definitions import best
from persistlint.replay.ddl import create_index, create_table
from persistlint.reporters.paint import safe


def schema_sql(tables: Sequence[TableFact], unresolved: Iterable[Unresolved]) -> str:
    """One definition a name, parents before children; what SQLite refuses, and other definitions, as comments."""
    with closing(sqlite3.connect(":memory:")) as database:
        lines = list(_statements(tables, database))
    missing = [f"-- unresolved: {item.span.path}:{item.span.line}: {item.reason}" for item in unresolved]
    return "\n".join(safe_line for line in [*lines, *missing] for safe_line in _comment_safe(line)) + "\n"


def _comment_safe(line: str) -> Iterator[str]:
    if line.startswith("--"):
        yield safe(line)
    elif all(char.isprintable() or char in "\n\t" for char in line):
        yield line
    else:
        # SQL has no other spelling for such a name, and a terminal must not get it.
        yield f"-- {safe(line)}"


def _statements(tables: Sequence[TableFact], database: sqlite3.Connection) -> Iterator[str]:
    definitions: dict[str, list[TableFact]] = {}
    for table in tables:
        if not table.temporary:
            definitions.setdefault(table.name.lower(), []).append(table)
    chosen = {name: best(found) for name, found in definitions.items()}
    for name, table in _parents_first(chosen):
        yield f"-- {_described(table)}"
        others = (other for other in definitions[name] if other is not table)
        yield from (f"-- also defined: {_described(other)}" for other in others)
        if table.kind == "table":
            yield from _tried(create_table(table), database)
            for index in table.indexes:
                yield from _tried(create_index(table, index), database)
        yield ""


def _described(table: TableFact) -> str:
    what = table.kind if table.kind != "table" else table.origin
    return f"{table.name} ({what}) at {table.span.path}:{table.span.line}"


def _parents_first(tables: dict[str, TableFact]) -> Iterator[tuple[str, TableFact]]:
    done: set[str] = set()
    for name in sorted(tables):
        waiting = [name]
        while waiting:
            current = waiting[-1]
            parents = sorted(
                parent
                for key in tables[current].foreign_keys
                if (parent := key.table.lower()) in tables and parent not in done and parent not in waiting
            )
            if parents:
                waiting.append(parents[0])
                continue
            waiting.pop()
            if current not in done:
                done.add(current)
                yield current, tables[current]


def _tried(statement: str, database: sqlite3.Connection) -> Iterator[str]:
    try:
        database.execute(statement)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        yield f"-- SQLite refuses this: {error}"
        yield from (f"-- {line}" for line in statement.splitlines())
    else:
        yield f"{statement};"
