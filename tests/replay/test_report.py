"""What `persistlint upgrades` tells: steps with place, effect and guard, and start against difference."""

from __future__ import annotations

import json

from persistlint.replay.starts import Start
from persistlint.reporters.upgrades_json import upgrades_json
from persistlint.reporters.upgrades_text import upgrades_text

from .projects import model, replayed

FILES = {
    "schema.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, rank INTEGER, tag TEXT);",
    "migrations/1.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);",
    "migrations/2.sql": "ALTER TABLE notes ADD COLUMN rank INTEGER;\nCREATE INDEX ix_rank ON notes (rank);",
}
LATE = Start(
    "late.sql",
    (FILES["migrations/1.sql"], *FILES["migrations/2.sql"].splitlines(), "ALTER TABLE notes ADD COLUMN tag TEXT"),
)


def test_each_step_tells_its_effect() -> None:
    document = json.loads(upgrades_json(replayed(FILES), ()))

    [store] = document["stores"]
    assert [(one["path"], one["line"], one["guard"], one["effect"]) for one in store["steps"]] == [
        ("migrations/1.sql", 1, "version", "create-table notes"),
        ("migrations/2.sql", 1, "version", "add-column notes.rank"),
        ("migrations/2.sql", 2, "version", "create-index notes"),
    ]


def test_the_text_has_effects_in_a_column_and_starts_against_differences() -> None:
    lines = upgrades_text(replayed(FILES, Start("empty"), LATE), (), color=False).splitlines()

    assert (
        "  migrations/1.sql:1  create-table notes     [version]  CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)"
        in lines
    )
    [head] = [index for index, line in enumerate(lines) if line.startswith("  difference")]
    assert [line.split() for line in lines[head : head + 3]] == [
        ["difference", "empty", "late.sql"],
        ["notes.rank", "index", "extra", "x", "x"],
        ["notes.tag", "column", "missing", "x", "-"],
    ]


STORE = """
from sqlalchemy import create_engine
from models import Base

def open_it():
    engine = create_engine("sqlite:///a.db")
    Base.metadata.create_all(engine)
    upgrade(engine)

def upgrade(engine):
    engine.connect().exec_driver_sql("ALTER TABLE users ADD COLUMN age INTEGER")
"""
TEST = """
from sqlalchemy import Column, Integer, Table
from models import Base

extra = Table("version", Base.metadata, Column("id", Integer, primary_key=True))
"""


def test_what_tests_add_to_the_models_is_not_made_by_the_application() -> None:
    files = {"models.py": model("users", age="sa.Integer"), "store.py": STORE, "tests/test_old.py": TEST}
    [store] = replayed(files)

    assert not [one for one in store.steps if "version" in one.tables]
    assert [one for one in store.steps if "users" in one.tables]
