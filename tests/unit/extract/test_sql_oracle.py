"""SQLite as the judge: what it accepts on a real schema must lead to no claim about a missing column."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.sql import ColumnUse

SCHEMA = {"t": ("id", "a", "b"), "u": ("id", "b", "c"), "w": ("c", "d", "e")}


class Writer:
    """Writes random statements; most names in them are good, some are not."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._columns: dict[str, tuple[str, ...]] = {}

    def statement(self) -> str:
        table = self._random.choice(list(SCHEMA))
        self._columns[table] = SCHEMA[table]
        column = self._random.choice(SCHEMA[table])
        match self._random.randrange(8):
            case 0:
                return f"UPDATE {table} SET {column} = {self._expression([table], 2)} WHERE {self._name([table])} = 1"
            case 1:
                return f"DELETE FROM {table} WHERE {self._expression([table], 2)} = 1 RETURNING {self._name([table])}"
            case 2:
                return f"INSERT INTO {table} ({column}) {self._select([], 1, 1)}"
            case 3:
                return f"{self._select([], 1, 2)} UNION ALL {self._select([], 0, 2)} ORDER BY {self._name([])}"
            case _:
                return self._select([], 2, self._random.randint(1, 3))

    def _name(self, sources: list[str]) -> str:
        if not sources or self._random.random() < 0.1:
            return self._random.choice(["id", "a", "b", "c", "d", "e", "n", "rowid", '"x"'])
        source = self._random.choice(sources)
        qualifier = self._random.choice([f"{source}.", "", ""])
        return qualifier + self._random.choice(self._columns[source])

    def _expression(self, sources: list[str], depth: int) -> str:
        inner = depth - 1
        if depth <= 0:
            return self._name(sources)
        match self._random.randrange(12):
            case 0:
                return f"({self._select(sources, inner, 1)})"
            case 1:
                return f"EXISTS ({self._select(sources, inner, 1)})"
            case 2:
                return f"({self._name(sources)} IN ({self._select(sources, inner, 1)}))"
            case 3:
                return f"coalesce({self._expression(sources, inner)}, :p, 'x')"
            case 4:
                condition, value = self._expression(sources, inner), self._expression(sources, inner)
                return f"CASE WHEN {condition} THEN {value} ELSE 1 END"
            case _:
                return self._name(sources)

    def _source(self, depth: int, ctes: list[str]) -> tuple[str, str]:
        alias = self._random.choice(["p", "q", "r", "t", "u"])
        columns: tuple[str, ...]
        match self._random.randrange(8):
            case 0 if depth > 0:
                text, columns = f"({self._select([], depth - 1, 2)})", ("n", "a", "id")
            case 1:
                text, columns = "json_each('[1]')", ("key", "value")
            case 2:
                text, columns = "(VALUES (1, 2))", ("column1", "column2")
            case 3 if ctes:
                text, columns = self._random.choice(ctes), ("n", "id")
            case _:
                text = self._random.choice(list(SCHEMA))
                columns = SCHEMA[text]
                alias = self._random.choice([alias, text])
        self._columns[alias] = columns
        return f"{text} AS {alias}", alias

    def _select(self, outer: list[str], depth: int, width: int) -> str:
        beginning, ctes, sources, names = "", [], "", [*outer]
        if depth > 0 and self._random.random() < 0.2:
            beginning = f"WITH x AS ({self._select([], depth - 1, 2)}) "
            ctes, names, sources = ["x"], [*names, "x"], "x"
            self._columns["x"] = ("n", "id", "a")
        for _ in range(self._random.choice([1, 1, 2, 3])):
            text, alias = self._source(depth, ctes)
            names.append(alias)
            join = self._random.choice([", ", " JOIN ", f" LEFT JOIN {text} ON {self._name(names)} = 1, "])
            sources += (", " if sources and "ON" in join else join if sources else "") + text
        items = [
            f"{self._expression(names, depth)}{self._random.choice([' AS n', ' AS a', '', ''])}" for _ in range(width)
        ]
        tail = f" WHERE {self._expression(names, depth)} = 1" if self._random.random() < 0.6 else ""
        tail += f" GROUP BY {self._name(names)}" if self._random.random() < 0.2 else ""
        tail += f" ORDER BY {self._name(names)}" if self._random.random() < 0.3 else ""
        return f"{beginning}SELECT {', '.join(items)} FROM {sources}{tail}"


def claims(text: str) -> list[ColumnUse]:
    """The columns that a rule would report as missing."""
    (statement,) = parse(text)
    return [
        use
        for use in statement.columns
        if use.certain and not any(use.name.lower() in SCHEMA[table.lower()] for table in use.tables)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_no_column_is_missed_in_what_sqlite_accepts(seed: int) -> None:
    writer = Writer(seed)
    accepted = refused = noticed = 0
    with closing(sqlite3.connect(":memory:")) as connection:
        for table, columns in SCHEMA.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        for _ in range(250):
            text = writer.statement()
            try:
                connection.execute(f"EXPLAIN {text}", {"p": 1})
            except sqlite3.OperationalError as error:
                if "no such column" in str(error):
                    refused += 1
                    noticed += bool(claims(text))
            else:
                accepted += 1
                assert claims(text) == [], text
    assert accepted > 50
    assert noticed > refused / 3
