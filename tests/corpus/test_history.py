"""Databases that old commits of a real application made, opened by its head for real, differ as `upgrades` says.

`PERSISTLINT_HISTORY` names a clone of github.com/leonvanzyl/autocoder, bare or not: its code is run, in a temporary
folder, by this Python, which needs SQLAlchemy. Run with `pytest -m corpus tests/corpus/test_history.py`.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .really import Row, differences, schema

pytestmark = pytest.mark.corpus
MODULE = "api/database.py"
OPEN = "import sys, pathlib; from api.database import create_database; create_database(pathlib.Path(sys.argv[1]))"
WHERE = "import sys, pathlib; from api.database import get_database_path as at; print(at(pathlib.Path(sys.argv[1])))"
ADDS = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (\w+)")

# Makes the database of `sys.argv[1]` as the models have it, without the columns of `sys.argv[2]` and what mentions
# them: with SQLAlchemy itself, not with what persistlint takes for its SQL.
OLD = """
import importlib, json, re, sys
from sqlalchemy import CheckConstraint, MetaData, create_engine

def names(gone, *texts):
    return any(set(re.findall(r"\\w+", text.lower())) & gone for text in texts)

base = importlib.import_module(sys.argv[3]).Base
old = MetaData()
for table in base.metadata.sorted_tables:
    gone = {column for name, column in json.loads(sys.argv[2]) if name == table.name}
    made = table.to_metadata(old)
    for constraint in list(made.constraints):
        if names(gone, str(getattr(constraint, "sqltext", "")), *(one.name for one in constraint.columns)):
            made.constraints.discard(constraint)
    for index in list(made.indexes):
        if names(gone, *(one.name for one in index.columns)):
            made.indexes.discard(index)
    for column in gone:
        made._columns.remove(made.c[column])
engine = create_engine("sqlite:///" + sys.argv[1])
old.create_all(engine)
engine.dispose()
"""


@dataclass(frozen=True)
class Store:
    """A database of the application: its module, and programs that open it and tell where it is."""

    name: str
    module: str
    open: str
    where: str


STORES = (
    Store("api.database:create_database", "api.database", OPEN, WHERE),
    Store(
        "registry:_get_engine",
        "registry",
        "import registry; registry._get_engine()",
        "import registry; print(registry.get_registry_path())",
    ),
)
FEATURES = STORES[0]

UNSEEN = {
    # No `ALTER` of the head adds it, so that it is older than all of them as far as the code tells: what it once was
    # is only in the history.
    ("features", "nullable", "changed", "passes"),
    # The head knows neither of these columns nor that index.
    ("features", "column", "extra", "last_tested_at"),
    ("features", "column", "extra", "testing_in_progress"),
    ("features", "index", "extra", "testing_in_progress"),
    ("features", "index", "extra", "passes,in_progress"),
}
"""What really upgraded databases show, and no reader of the head alone can know."""
NEVER_OLD = {("schedules", "default", "changed", "crash_count"), ("schedules", "nullable", "changed", "crash_count")}
"""What the head's `ALTER` would leave behind, of a column that every commit which has the table has."""


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
def real(clone: Path, commits: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Row]]:
    """By commit: how a database that it made differs from a fresh one, once the head has opened it."""
    place = tmp_path_factory.mktemp("real")
    fresh = place / "fresh"
    opened(FEATURES, clone, fresh)
    expected = schema(database(FEATURES, clone, fresh))
    out: dict[str, set[Row]] = {}
    for commit in commits:
        code, project = place / "code" / commit, place / "projects" / commit
        with tarfile.open(fileobj=io.BytesIO(git(clone, "archive", commit))) as archive:
            archive.extractall(code, filter="data")
        opened(FEATURES, code, project)
        made, wanted = database(FEATURES, code, project), database(FEATURES, clone, project)
        if made != wanted:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            made.rename(wanted)
        opened(FEATURES, clone, project)
        out[commit] = set(differences(expected, schema(wanted)))
    return out


def test_every_commit_leaves_what_it_really_leaves(clone: Path, commits: list[str], real: dict[str, set[Row]]) -> None:
    told = said(clone, [word for commit in commits for word in ("--upgrade-from", commit)])[FEATURES.name]
    wrong = {
        commit[:7]: {"missing": sorted(real[commit] - told[commit]), "extra": sorted(told[commit] - real[commit])}
        for commit in commits
        if real[commit] != told[commit]
    }

    assert wrong == {}
    assert any(told.values())


def test_what_is_inferred_is_what_databases_of_old_commits_show(clone: Path, real: dict[str, set[Row]]) -> None:
    [told] = said(clone, [])[FEATURES.name].values()
    shown = set[Row]().union(*real.values())

    assert shown - told == UNSEEN
    assert told - shown == NEVER_OLD


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.module)
def test_what_is_inferred_is_what_opening_the_inferred_schema_leaves(store: Store, clone: Path, tmp_path: Path) -> None:
    module = clone / (store.module.replace(".", "/") + ".py")
    added = ADDS.findall(module.read_text(encoding="utf-8"))
    fresh, old = tmp_path / "fresh", tmp_path / "old"
    opened(store, clone, fresh)
    expected = schema(database(store, clone, fresh))
    # Columns that the models no longer have are no part of a fresh schema.
    gone = [(table, column) for table, column in added if column in expected[table]["type"]]
    path = database(store, clone, old)
    path.parent.mkdir(parents=True, exist_ok=True)
    run(clone, old, OLD, str(path), json.dumps(gone), store.module)
    before = set(differences(expected, schema(path)))
    opened(store, clone, old)

    [told] = said(clone, [])[store.name].values()
    assert {row for row in before if row[1] == "column"} == {(table, "column", "missing", one) for table, one in gone}
    assert told == set(differences(expected, schema(path)))
    assert told


def said(clone: Path, options: list[str]) -> dict[str, dict[str, set[Row]]]:
    """What persistlint says, by store and start."""
    command = [sys.executable, "-m", "persistlint", "upgrades", "--format", "json", "--no-cache", *options, str(clone)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    stores = json.loads(done.stdout)["stores"]
    return {one["name"]: {start["start"]: set(_rows(start)) for start in one["starts"]} for one in stores}


def git(clone: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=clone, capture_output=True, check=True).stdout


def opened(store: Store, code: Path, project: Path) -> None:
    """Let the application of that commit open the database of a project."""
    project.mkdir(parents=True, exist_ok=True)
    run(code, project, store.open, str(project))


def database(store: Store, code: Path, project: Path) -> Path:
    """Where that commit keeps it."""
    return Path(run(code, project, store.where, str(project)))


def run(code: Path, home: Path, program: str, *arguments: str) -> str:
    """Run a program over the code of a commit; `home` is where its user's own files go."""
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=code, check=True, capture_output=True, text=True,
        env={**os.environ, "HOME": str(home), "USERPROFILE": str(home)},
    )  # fmt: skip
    return done.stdout.strip()


def _rows(start: dict[str, list[dict[str, str]]]) -> Iterator[Row]:
    for one in start["differences"]:
        name = "" if one["aspect"] in ("table", "check") else one["object"]
        yield one["table"], one["aspect"], "changed" if one["aspect"] == "check" else one["change"], name
