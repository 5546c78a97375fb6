"""Ladders of versions: steps that are climbed one by one, in whichever way the rungs are named."""

from __future__ import annotations

import pytest

from .projects import found, replayed, rows

_OPEN = """
import sqlite3
{steps}
def connect(path):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
    migrate(db)
    return db
"""
_VERSION = 'db.execute("PRAGMA user_version").fetchone()[0]'
LADDERS = {
    "a dict by version, from the one that is next": f"""
def one(db): db.execute("ALTER TABLE note ADD COLUMN a TEXT")
def two(db): db.execute("ALTER TABLE note ADD COLUMN b TEXT")
STEPS = {{1: two, 0: one}}
def migrate(db):
    while (version := {_VERSION}) in STEPS:
        STEPS[version](db)
        db.execute(f"PRAGMA user_version = {{version + 1}}")
""",
    "a loop that nothing but `break` ends": f"""
def migrate(db):
    while True:
        version = {_VERSION}
        if version >= 2:
            break
        if version == 0:
            db.execute("ALTER TABLE note ADD COLUMN a TEXT")
        elif version == 1:
            db.execute("ALTER TABLE note ADD COLUMN b TEXT")
        db.execute("PRAGMA user_version = %d" % (version + 1))
""",
    "`match` in a loop": f"""
def migrate(db):
    version = {_VERSION}
    while version < 2:
        match version:
            case 0:
                db.execute("ALTER TABLE note ADD COLUMN a TEXT")
            case 1:
                db.execute("ALTER TABLE note ADD COLUMN b TEXT")
        version += 1
    db.execute(f"PRAGMA user_version = {{version}}")
""",
    "sorted versions above the own one": f"""
STEPS = {{10: "ALTER TABLE note ADD COLUMN b TEXT", 9: "ALTER TABLE note ADD COLUMN a TEXT"}}
LATEST = max(STEPS)
def migrate(db):
    version = {_VERSION}
    if version == LATEST:
        return
    for number in sorted(STEPS):
        if number > version:
            db.execute(STEPS[number])
    db.execute(f"PRAGMA user_version={{LATEST}}")
""",
    "methods found by their names": f"""
class Migrator:
    def __init__(self, db): self.db = db
    def migrate_0_to_1(self): self.db.execute("ALTER TABLE note ADD COLUMN a TEXT")
    def migrate_1_to_2(self): self.db.execute("ALTER TABLE note ADD COLUMN b TEXT")
    def run(self):
        db = self.db
        version = {_VERSION}
        while version < 2:
            getattr(self, f"migrate_{{version}}_to_{{version + 1}}")()
            version += 1
            db.execute(f"PRAGMA user_version = {{version}}")
def migrate(db): Migrator(db).run()
""",
    "steps that a decorator collects": f"""
STEPS = []
def step(function):
    STEPS.append(function)
    return function
@step
def one(db): db.execute("ALTER TABLE note ADD COLUMN a TEXT")
@step
def two(db): db.execute("ALTER TABLE note ADD COLUMN b TEXT")
def migrate(db):
    for number, run in enumerate(STEPS[{_VERSION}:], 1):
        run(db)
    db.execute(f"PRAGMA user_version = {{len(STEPS)}}")
""",
    "steps that a decorator collects by version": f"""
STEPS = {{}}
def step(version):
    def collect(function):
        STEPS[version] = function
        return function
    return collect
@step(2)
def two(db): db.execute("ALTER TABLE note ADD COLUMN b TEXT")
@step(1)
def one(db): db.execute("ALTER TABLE note ADD COLUMN a TEXT")
def migrate(db):
    current = {_VERSION}
    for version, run in sorted(STEPS.items()):
        if version <= current:
            continue
        run(db)
        db.execute(f"PRAGMA user_version = {{version}}")
""",
}


@pytest.mark.parametrize("name", LADDERS)
def test_every_rung_is_climbed(name: str) -> None:
    """From tables without the columns, each is added once and in its order; a mistyped one is seen."""
    right = _OPEN.format(steps=LADDERS[name])
    wrong = right.replace("COLUMN b TEXT", "COLUMN b INTEGER")

    [store] = replayed({"store.py": right})
    [other] = replayed({"store.py": wrong})

    added = [step.statement for step in store.steps if "ALTER" in step.statement]
    assert added == ["ALTER TABLE note ADD COLUMN a TEXT", "ALTER TABLE note ADD COLUMN b TEXT"]
    assert not found(store).failed
    assert rows(found(store)) == []
    assert rows(found(other)) == [("note", "type", "changed", "b")]
