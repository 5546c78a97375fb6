"""Databases that old commits of a real application made, opened by its head for real, differ as `upgrades` says.

`PERSISTLINT_HISTORY` names a clone of github.com/leonvanzyl/autocoder, bare or not: its code is run, in a temporary
folder, by this Python, which needs SQLAlchemy. Run with `pytest -m corpus tests/corpus/test_history.py`.
"""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.corpus
MODULE = "api/database.py"
STORE = "api.database:create_database"
OPEN = "import sys, pathlib; from api.database import create_database; create_database(pathlib.Path(sys.argv[1]))"
WHERE = "import sys, pathlib; from api.database import get_database_path as at; print(at(pathlib.Path(sys.argv[1])))"

Row = tuple[str, str, str, str]
"""Table, aspect, change and object, as in the JSON of `persistlint upgrades`."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = os.environ.get("PERSISTLINT_HISTORY")
    if source is None:
        pytest.skip("PERSISTLINT_HISTORY names no repository")
    root = tmp_path_factory.mktemp("history") / "head"
    subprocess.run(["git", "clone", "--quiet", source, str(root)], check=True)
    return root


@pytest.fixture(scope="module")
def commits(clone: Path) -> list[str]:
    listed = git(clone, "log", "--format=%H", "--", MODULE).decode().split()
    assert len(listed) >= 15
    return listed


@pytest.fixture(scope="module")
def told(clone: Path, commits: list[str]) -> dict[str, set[Row]]:
    """What persistlint says, by commit."""
    command = [sys.executable, "-m", "persistlint", "upgrades", "--format", "json", "--no-cache"]
    command += [word for commit in commits for word in ("--upgrade-from", commit)]
    done = subprocess.run([*command, str(clone)], capture_output=True, text=True, check=True)
    [store] = [one for one in json.loads(done.stdout)["stores"] if one["name"] == STORE]
    return {start["start"]: set(_rows(start)) for start in store["starts"]}


def test_every_commit_leaves_what_it_really_leaves(
    clone: Path, commits: list[str], told: dict[str, set[Row]], tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    opened(clone, fresh)
    expected = schema(database(clone, fresh))
    wrong: dict[str, dict[str, list[Row]]] = {}
    for commit in commits:
        code, project = tmp_path / "code" / commit, tmp_path / "projects" / commit
        with tarfile.open(fileobj=io.BytesIO(git(clone, "archive", commit))) as archive:
            archive.extractall(code, filter="data")
        opened(code, project)
        made, wanted = database(code, project), database(clone, project)
        if made != wanted:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            made.rename(wanted)
        opened(clone, project)
        real = set(differences(expected, schema(wanted)))
        if real != told[commit]:
            wrong[commit[:7]] = {"missing": sorted(real - told[commit]), "extra": sorted(told[commit] - real)}

    assert wrong == {}
    assert any(told.values())


def git(clone: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=clone, capture_output=True, check=True).stdout


def opened(code: Path, project: Path) -> None:
    """Let the application of that commit open the database of a project."""
    project.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", OPEN, str(project)], cwd=code, check=True, capture_output=True)


def database(code: Path, project: Path) -> Path:
    """Where that commit keeps it."""
    done = subprocess.run([sys.executable, "-c", WHERE, str(project)], cwd=code, check=True, capture_output=True)
    return Path(done.stdout.decode().strip())


def _rows(start: dict[str, list[dict[str, str]]]) -> Iterator[Row]:
    for one in start["differences"]:
        name = "" if one["aspect"] in ("table", "check") else one["object"]
        yield one["table"], one["aspect"], "changed" if one["aspect"] == "check" else one["change"], name


# -- the real schemas, read and compared without any code of persistlint's -------------------------------------------


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
