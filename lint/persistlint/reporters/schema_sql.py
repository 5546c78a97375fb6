"""A schema as DDL that SQLite accepts: each statement is tried on an in-memory database before it is shown."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from persistlint.facts.schema import CheckFact, ColumnFact, ForeignKeyFact, IndexFact, TableFact, Unresolved
from persistlint.reporters.paint import safe

_LITERAL = re.compile(
    r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|0x[0-9a-f]+|x?'(?:[^']|'')*'"
    r"|null|true|false|current_(?:time|date|timestamp)",
    re.IGNORECASE,
)


def schema_sql(tables: Sequence[TableFact], unresolved: Iterable[Unresolved]) -> str:
    """One definition a name, parents before children; what SQLite refuses, and other definitions, as comments."""
    with closing(sqlite3.connect(":memory:")) as database:
        lines = list(_statements(tables, database))
    missing = [f"-- unresolved: {item.span.path}:{item.span.line}: {item.reason}" for item in unresolved]
    return "\n".join(safe_line for line in [*lines, *missing] for safe_line in _comment_safe(line)) + "\n"


def _comment_safe(line: str) -> Iterator[str]:
    yield safe(line) if line.startswith("--") else line


def _statements(tables: Sequence[TableFact], database: sqlite3.Connection) -> Iterator[str]:
    chosen: dict[str, TableFact] = {}
    others: dict[str, list[TableFact]] = {}
    for table in tables:
        if table.temporary:
            continue
        name = table.name.lower()
        if name not in chosen:
            chosen[name] = table
        elif _rank(table) > _rank(chosen[name]):
            others.setdefault(name, []).append(chosen[name])
            chosen[name] = table
        else:
            others.setdefault(name, []).append(table)
    for name, table in _parents_first(chosen):
        yield f"-- {_described(table)}"
        yield from (f"-- also defined: {_described(other)}" for other in others.get(name, []))
        if table.kind == "table":
            yield from _tried(_create_table(table), database)
            for index in table.indexes:
                yield from _tried(_create_index(table, index), database)
        yield ""


def _rank(table: TableFact) -> tuple[bool, bool, int]:
    """Models say more than DDL that may be an old upgrade step; a complete definition says more than a partial one."""
    return table.complete, table.origin != "ddl", len(table.columns)


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


def _create_table(table: TableFact) -> str:
    inline_key = _autoincremented(table)
    parts = [_column(column, inline_key=inline_key is column) for column in table.columns]
    if table.primary_key and inline_key is None:
        parts.append(f"PRIMARY KEY {_names(table.primary_key)}")
    parts += [_named(unique.name) + f"UNIQUE {_names(unique.columns)}" for unique in table.uniques]
    parts += [_foreign_key(key) for key in table.foreign_keys]
    parts += [_check(check) for check in table.checks if check.expression is not None]
    options = [text for text, on in (("WITHOUT ROWID", table.without_rowid), ("STRICT", table.strict)) if on]
    body = ",\n  ".join(parts)
    return f"CREATE TABLE {_quoted(table.name)} (\n  {body}\n)" + (f" {', '.join(options)}" if options else "")


def _autoincremented(table: TableFact) -> ColumnFact | None:
    if len(table.primary_key) != 1:
        return None
    column = table.column(table.primary_key[0])
    return column if column is not None and column.autoincrement and (column.type or "").upper() == "INTEGER" else None


def _column(column: ColumnFact, *, inline_key: bool) -> str:
    words = [_quoted(column.name)]
    if column.type:
        words.append(column.type)
    if inline_key:
        words.append("PRIMARY KEY AUTOINCREMENT")
    if not column.nullable:
        words.append("NOT NULL")
    if column.server_default is not None:
        words.append(f"DEFAULT {_default(column.server_default)}")
    if column.collation:
        words.append(f"COLLATE {_quoted(column.collation)}")
    return " ".join(words)


def _default(text: str) -> str:
    stripped = text.strip()
    bare = _LITERAL.fullmatch(stripped) or (stripped.startswith("(") and stripped.endswith(")"))
    return stripped if bare else f"({stripped})"


def _foreign_key(key: ForeignKeyFact) -> str:
    target = f"{_quoted(key.table)} {_names(key.references)}" if key.references else _quoted(key.table)
    actions = "".join(
        f" ON {event} {action}" for event, action in (("DELETE", key.ondelete), ("UPDATE", key.onupdate)) if action
    )
    return f"{_named(key.name)}FOREIGN KEY {_names(key.columns)} REFERENCES {target}{actions}"


def _check(check: CheckFact) -> str:
    return f"{_named(check.name)}CHECK ({check.expression})"


def _create_index(table: TableFact, index: IndexFact) -> str:
    unique = "UNIQUE " if index.unique else ""
    known = {column.name.lower() for column in table.columns}
    columns = ", ".join(_quoted(column) if column.lower() in known else column for column in index.columns)
    where = f" WHERE {index.where}" if index.where else ""
    name = index.name or "_".join(["ix", table.name, *index.columns])
    return f"CREATE {unique}INDEX {_quoted(name)} ON {_quoted(table.name)} ({columns}){where}"


def _named(name: str | None) -> str:
    return f"CONSTRAINT {_quoted(name)} " if name else ""


def _names(names: Sequence[str]) -> str:
    return f"({', '.join(_quoted(name) for name in names)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
