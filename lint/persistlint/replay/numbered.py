"""Folders of numbered `.sql` files that are run one behind the other: which files, in which order, which part of them.

`0001_init.sql`, `V2__add.sql`, `003.up.sql` with `003.down.sql`, `2024-05-01-add.sql`, `0004_add/up.sql`,
`delta/72/01add.sql`, `00005-index.sqlite.sql`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from persistlint.facts.sql import Kind
from persistlint.project.interp.modules import Module
from persistlint.project.model import Statement
from persistlint.project.sql.drivers import is_elsewhere
from persistlint.source import is_test

FOREIGN_FOLDERS = frozenset({
    "postgresql", "postgres", "pg", "psql", "mysql", "mariadb", "mssql", "oracle", "clickhouse", "duckdb", "snowflake",
    "bigquery", "cockroach", "cockroachdb",
})  # fmt: skip
"""Folders, and words in the names of files, that say another database."""
_HOMES = re.compile(
    r"migrat|upgrade|update|delta|patch|version|alter|schema|^db$|^database$|^sql$|^sqlite3?$", re.IGNORECASE
)
_SAMPLES = frozenset({
    "fixtures", "fixture", "testdata", "samples", "sample", "examples", "example", "seeds", "seed", "dumps", "dump",
    "backups", "backup", "queries", "query", "exercises", "docs", "demo",
})  # fmt: skip
_VERSION = re.compile(r"^(?:[a-z]|[a-z_-]*?v)?(\d+(?:[._-]\d+)*)|(?:^|[_-])v?(\d+(?:\.\d+)*)(?=$|[._-])", re.IGNORECASE)
_BACKWARDS = re.compile(r"(?:^|[._-])(?:down|rollback|undo|revert|downgrade)$|^U\d", re.IGNORECASE)
_FORWARDS = re.compile(r"[._-](?:up|upgrade|sqlite3?)$", re.IGNORECASE)
_DOWN_SECTION = re.compile(
    r"^[ \t]*--+[ \t]*@?(?:\+?(?:migrate|goose)[ \t]*:?[ \t]*)?(?:down|undo|rollback)\b[ \t:\-=]*$",
    re.IGNORECASE | re.MULTILINE,
)
_OWN = re.compile(
    r"\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|\bsqlite_(?:master|schema)\b|\bstrftime\s*\(|\bdatetime\s*\(\s*'now'"
    r"|\bUSING\s+fts[345]\b|\bunixepoch\s*\(|\bjulianday\s*\(",
    re.IGNORECASE,
)
"""What only SQLite understands."""
_CHANGES = (Kind.ALTER, Kind.DROP)
_FEWEST = 2

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """One file of such a folder, and the statements of it that lead forwards."""

    name: str
    """The file's name in its folder, with the numbered folder that holds it where that is the version."""
    path: str
    statements: tuple[Statement, ...]


def version_of(name: str) -> Version | None:
    """The numbers that a file's or folder's name begins with, or else ends with: `V1_2__x` is (1, 2)."""
    match = _VERSION.search(name)
    return tuple(map(int, re.findall(r"\d+", match[1] or match[2]))) if match is not None else None


def folders(statements: Iterable[Statement]) -> dict[str, list[Script]]:
    """By folder: its scripts in the order of their numbers.

    Only folders whose scripts build on each other (something is altered or dropped) are meant to be run in order.
    """
    by_file: dict[str, list[Statement]] = {}
    for statement in statements:
        if statement.via == ".sql" and not is_test(statement.span.path):
            by_file.setdefault(statement.span.path, []).append(statement)
    found: dict[str, list[tuple[Version, Script]]] = {}
    for path, own in by_file.items():
        placed = _placed(path)
        if placed is not None:
            folder, version, name = placed
            found.setdefault(folder, []).append((version, Script(name, path, _forwards(own))))
    out: dict[str, list[Script]] = {}
    for folder, some in sorted(found.items()):
        ordered = [script for _, script in sorted(some, key=lambda one: (one[0], one[1].name))]
        changing = any(one.sql.kind in _CHANGES for script in ordered for one in script.statements)
        if len(ordered) >= _FEWEST and changing:
            out[folder] = ordered
    return out


def upgrading(scripts: Mapping[str, list[Script]], modules: Iterable[Module]) -> Iterator[tuple[str, list[Script]]]:
    """Of such folders those that upgrade an SQLite database: no samples, snapshots or scripts for another one."""
    loaders = [one for one in modules if not is_test(one.path) and _holds(one, ".sql")]
    for folder, ordered in scripts.items():
        parts = folder.lower().split("/")
        own = [one for one in loaders if _holds(one, folder.rpartition("/")[2])] or loaders
        elsewhere = bool(own) and all(is_elsewhere(one.facts.body) for one in own)
        at_home = any(_HOMES.search(part) for part in parts[-2:]) and not _SAMPLES & set(parts)
        if at_home and not elsewhere and not _is_foreign(ordered) and not _are_snapshots(ordered):
            yield folder, ordered


def _holds(module: Module, text: str) -> bool:
    """Whether a text stands in a module's strings or names."""
    facts, wanted = module.facts, text.encode()
    return wanted in msgspec.msgpack.encode(facts.body) or any(wanted in body for body in facts.bodies)


def _placed(path: str) -> tuple[str, Version, str] | None:
    """The folder, version and name of a numbered script; None for any other file, and for those that lead back."""
    folder, _, file = path.rpartition("/")
    if FOREIGN_FOLDERS & {part.lower() for part in folder.split("/")}:
        return None
    stem = file[: -len(".sql")]
    if _BACKWARDS.search(stem) or re.split(r"[._-]", stem.lower())[-1] in FOREIGN_FOLDERS:
        return None
    stem = _FORWARDS.sub("", stem)
    above, _, own = folder.rpartition("/")
    outer = version_of(own) if own[:1].isdigit() else None
    inner = version_of(stem)
    if outer is not None:
        return above, (*outer, *(inner or (0,))), f"{own}/{file}"
    return None if inner is None else (folder, inner, file)


def _forwards(statements: list[Statement]) -> tuple[Statement, ...]:
    """The statements above a line such as `-- migrate:down`."""
    match = _DOWN_SECTION.search(statements[0].text)
    return tuple(one for one in statements if match is None or one.sql.start < match.start())


def _is_foreign(scripts: list[Script]) -> bool:
    """Whether any of it is written for another database, or for a template engine; not what only SQLite can read,
    where a statement that it refuses is a mistake."""
    statements = [one for script in scripts for one in script.statements]
    refused = (one.sql.foreign_dialect is not None or one.sql.kind is Kind.UNREADABLE for one in statements)
    return any(refused) and not any(map(_is_sqlite, statements))


def _is_sqlite(statement: Statement) -> bool:
    sql = statement.sql
    return sql.kind is Kind.PRAGMA or bool(_OWN.search(statement.text, sql.start, sql.end))


def _are_snapshots(scripts: list[Script]) -> bool:
    """Whether most of them begin anew: each makes all the tables of the one before it."""
    made = [
        {one.sql.creates.name.lower() for one in script.statements if _creates_table(one) and one.sql.creates}
        for script in scripts
    ]
    again = sum(bool(before) and before <= after for before, after in pairwise(made))
    return again * 2 >= len(scripts)


def _creates_table(statement: Statement) -> bool:
    return statement.sql.kind is Kind.CREATE_TABLE and not statement.sql.if_exists
