"""What SQLite says of real databases, read and compared without any code of persistlint's."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

Row = tuple[str, str, str, str]
"""Table, aspect, change and object, as in the JSON of `persistlint upgrades`."""


def schema(path: Path) -> dict[str, dict[str, dict[str, object]]]:
    """By table and aspect: what SQLite says of it."""
    connection = sqlite3.connect(path)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _table(connection, name) for name in names if not name.startswith("sqlite_")}
    finally:
        connection.close()


def _table(connection: sqlite3.Connection, name: str) -> dict[str, dict[str, object]]:
    columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
    keys: dict[int, list[tuple[str, str, str]]] = {}
    for number, _, table, column, other, _update, delete, _match in connection.execute(
        f"PRAGMA foreign_key_list({name})"
    ):
        keys.setdefault(number, []).append((column, f"{table}.{other}", delete))
    indexes: dict[str, dict[str, object]] = {"index": {}, "unique": {}}
    for _, index, unique, origin, _partial in connection.execute(f"PRAGMA index_list({name})"):
        if origin != "pk":
            parts = [row[2] for row in connection.execute(f"PRAGMA index_info({index})")]
            indexes["unique" if unique else "index"][",".join(parts)] = True
    [(text,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
    checks = sorted(re.sub(r"\s+", " ", one) for one in re.findall(r"CHECK\s*\((.*?)\)[,\n]", text + "\n"))
    return {
        "type": {row[1]: row[2].upper() for row in columns},
        "nullable": {row[1]: not row[3] for row in columns},
        "default": {row[1]: row[4] if row[4] != "NULL" else None for row in columns},
        "primary-key": {row[1]: bool(row[5]) for row in columns},
        "foreign-key": {",".join(one[0] for one in parts): parts for parts in keys.values()},
        "check": {"": checks},
        **indexes,
    }


def differences(
    fresh: dict[str, dict[str, dict[str, object]]], upgraded: dict[str, dict[str, dict[str, object]]]
) -> Iterator[Row]:
    for table in fresh.keys() | upgraded.keys():
        if table not in upgraded or table not in fresh:
            yield table, "table", "missing" if table in fresh else "extra", ""
            continue
        one, other = fresh[table], upgraded[table]
        for column in one["type"].keys() ^ other["type"].keys():
            yield table, "column", "missing" if column in one["type"] else "extra", column
        for aspect in ("type", "nullable", "default", "primary-key"):
            for column in one["type"].keys() & other["type"].keys():
                if one[aspect][column] != other[aspect][column]:
                    yield table, aspect, "changed", column
        for aspect in ("foreign-key", "unique", "index"):
            for name in one[aspect].keys() | other[aspect].keys():
                if one[aspect].get(name) != other[aspect].get(name):
                    if name in one[aspect]:
                        yield table, aspect, "missing", name
                    if name in other[aspect]:
                        yield table, aspect, "extra", name
        if one["check"] != other["check"]:
            yield table, "check", "changed", ""
