"""What the upgrade rules say and where, and that one broken promise is one rule's finding."""

from __future__ import annotations

import importlib
import pkgutil
import time
from pathlib import Path

import pytest

import persistlint_rules.upgrades
from persistlint.engine import Request, read
from persistlint.project.model import Project
from persistlint.rule import Finding, Rule

MODULES = [
    importlib.import_module(f"persistlint_rules.upgrades.{info.name}")
    for info in pkgutil.iter_modules(persistlint_rules.upgrades.__path__)
    if not info.name.startswith("_")
]
RULES: dict[str, Rule] = {
    module.__name__.rpartition(".")[2].replace("_", "-"): value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, Rule)
}

HEAD = """
import sqlite3

def open_store(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT NOT NULL{fresh})")
{after}
    names = [row[1] for row in connection.execute("PRAGMA table_info(items)")]
    if "extra" not in names:
{upgrade}
    return connection
"""


def store(fresh: str, *upgrade: str, after: str = "") -> str:
    """A store whose fresh table has `fresh`, and whose upgrade runs these statements where the column is not there."""
    body = "\n".join(f"        connection.execute({statement!r})" for statement in upgrade)
    return HEAD.format(fresh=fresh, after=f"    connection.execute({after!r})" if after else "", upgrade=body)


def project_of(root: Path, **files: str) -> Project:
    """The project with these files; `__` in a name stands for a dot."""
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text, encoding="utf-8")
    linked = read(Request(root, [root], jobs=1, use_cache=False))
    assert linked.crashes == ()
    return linked.project


def findings(project: Project) -> dict[str, list[Finding]]:
    """By rule; rules without findings are left out."""
    found = {name: list(rule.check(project)) for name, rule in RULES.items()}
    return {name: some for name, some in found.items() if some}


ADD = "ALTER TABLE items ADD COLUMN extra"


@pytest.mark.parametrize(
    ("fresh", "statements", "rules"),
    [
        (", extra INTEGER NOT NULL DEFAULT 1", [f"{ADD} INTEGER NOT NULL DEFAULT 1"], []),
        (", extra VARCHAR(10)", [f"{ADD} TEXT"], []),
        (", extra INTEGER", [f"{ADD} TEXT"], ["upgraded-column-drift"]),
        (", extra INTEGER NOT NULL DEFAULT 1", [f"{ADD} INTEGER DEFAULT 1"], ["upgraded-column-drift"]),
        (", extra INTEGER DEFAULT 1", [f"{ADD} INTEGER DEFAULT 2"], ["upgraded-column-drift"]),
        (", extra BOOLEAN DEFAULT FALSE", [f"{ADD} BOOLEAN DEFAULT 0"], []),
        (", extra INTEGER NOT NULL", [f"{ADD} INTEGER NOT NULL"], ["failing-upgrade"]),
        (", extra TEXT DEFAULT CURRENT_TIMESTAMP", [f"{ADD} TEXT DEFAULT CURRENT_TIMESTAMP"], ["failing-upgrade"]),
        (", extra TEXT DEFAULT (hex(1))", [f"{ADD} TEXT DEFAULT (hex(1))"], ["failing-upgrade"]),
        (", extra TEXT UNIQUE", [f"{ADD} TEXT UNIQUE"], ["failing-upgrade"]),
        (", extra INT DEFAULT 0 CHECK (extra > 1)", [f"{ADD} INT DEFAULT 0 CHECK (extra > 1)"], ["failing-upgrade"]),
        (", extra INT CHECK (extra > 1)", [f"{ADD} INT"], ["upgraded-constraint-missing"]),
        (", extra INT REFERENCES groups (id)", [f"{ADD} INT"], ["upgraded-constraint-missing"]),
        (", extra INT REFERENCES groups (id)", [f"{ADD} INT REFERENCES groups (id)"], []),
        (", extra INT UNIQUE", [f"{ADD} INT"], ["upgraded-constraint-missing"]),
        (", extra INT UNIQUE", [f"{ADD} INT", "CREATE UNIQUE INDEX ux ON items (extra)"], []),
    ],
)  # fmt: skip
def test_one_broken_promise_is_one_rules_finding(
    tmp_path: Path, fresh: str, statements: list[str], rules: list[str]
) -> None:
    found = findings(project_of(tmp_path, app__py=store(fresh, *statements)))

    assert sorted(found) == rules
    assert all(len(some) == 1 for some in found.values())


def test_a_drift_points_at_the_upgrade_and_names_both_sides(tmp_path: Path) -> None:
    text = store(", extra INTEGER", f"{ADD} TEXT")
    [finding] = findings(project_of(tmp_path, app__py=text))["upgraded-column-drift"]

    line = next(number for number, one in enumerate(text.splitlines(), start=1) if "ADD COLUMN" in one)
    assert (finding.at.path, finding.at.line) == ("app.py", line)
    assert "`items.extra`" in finding.message
    assert (finding.data["aspect"], finding.data["expected"], finding.data["actual"]) == ("type", "INTEGER", "TEXT")
    assert finding.data["start"] == "inferred"


def test_an_index_lost_in_a_rebuild_is_the_rebuilds_finding_alone(tmp_path: Path) -> None:
    text = store(
        ", extra INTEGER); CREATE INDEX IF NOT EXISTS ix_items_name ON items (name",
        "CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT NOT NULL, extra INTEGER)",
        "INSERT INTO other (id, name) SELECT id, name FROM items",
        "DROP TABLE items",
        "ALTER TABLE other RENAME TO items",
        f"-- {ADD}",
    ).replace(
        'connection.execute("CREATE TABLE IF NOT EXISTS items',
        'connection.executescript("CREATE TABLE IF NOT EXISTS items',
    )
    (tmp_path / "later.py").write_text(
        f'ADDED = "{ADD} INTEGER"\n\ndef run(connection):\n    connection.execute(ADDED)\n'
    )
    found = findings(project_of(tmp_path, app__py=text))

    assert "upgraded-index-missing" not in found
    assert [finding.data["object"] for finding in found.get("unsafe-rebuild", [])] == ["name"]


def test_a_rebuild_that_leaves_a_required_column_empty_fails_with_the_first_row(tmp_path: Path) -> None:
    text = (
        store(
            ", extra INTEGER NOT NULL",
            "CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT NOT NULL, extra INTEGER NOT NULL)",
            "INSERT INTO other (id, name) SELECT id, name FROM items",
            "DROP TABLE items",
            "ALTER TABLE other RENAME TO items",
        )
        + f'\n\ndef by_hand(connection):\n    connection.execute("{ADD} INTEGER")\n'
    )
    [finding] = findings(project_of(tmp_path, app__py=text))["failing-upgrade"]

    assert finding.data["seeded"] is True
    assert "NOT NULL constraint failed: other.extra" in finding.message


def test_a_failure_that_the_code_swallows_is_told_where_the_column_stays_away(tmp_path: Path) -> None:
    text = f'''
import sqlite3

def open_store(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, extra TEXT NOT NULL)")
    try:
        connection.execute("{ADD} TEXT NOT NULL")
    except sqlite3.OperationalError:
        pass
    return connection
'''
    [finding] = findings(project_of(tmp_path, app__py=text))["failing-upgrade"]

    assert "goes on without it" in finding.message


def test_an_alter_whose_failure_is_caught_is_guarded(tmp_path: Path) -> None:
    text = f'''
import sqlite3

def open_store(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, extra TEXT)")
    try:
        connection.execute("{ADD} TEXT")
    except sqlite3.OperationalError:
        pass
    return connection
'''
    project = project_of(tmp_path, app__py=text)

    assert findings(project) == {}
    assert [step.guard for step in project.upgrades[0].steps] == ["if not exists", "except"]


def test_nothing_is_said_of_tables_that_a_statement_of_unknown_parts_may_change(tmp_path: Path) -> None:
    text = store(", extra INTEGER", f"{ADD} TEXT").replace(
        "    return connection", '    connection.execute("ALTER TABLE items ADD COLUMN " + path)\n    return connection'
    )

    assert findings(project_of(tmp_path, app__py=text)) == {}


def test_other_dialects_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(store(", extra INTEGER", f"{ADD} TEXT"))
    from persistlint.settings import Settings

    linked = read(Request(tmp_path, [tmp_path], Settings(dialect="postgres"), jobs=1, use_cache=False))

    assert findings(linked.project) == {}


ASKING = """
import sqlite3

def open_store(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, old TEXT, extra TEXT)")
    for statement in ("ALTER TABLE items ADD COLUMN extra INTEGER", "ALTER TABLE items RENAME COLUMN gone TO other"):
        step(connection, statement)
    return connection

def step(connection, statement):
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        said = str(error).lower()
        if not any(words in said for words in ({words})):
            raise
"""


@pytest.mark.parametrize(
    ("words", "failing"),
    [('"duplicate column name", "no such column"', 0), ('"duplicate column name",', 1), ('"no such column",', 0)],
)
def test_a_handler_that_asks_what_was_said_goes_on_or_does_not(tmp_path: Path, words: str, failing: int) -> None:
    project = project_of(tmp_path, app__py=ASKING.replace("{words}", words))
    [store] = project.upgrades

    assert len([one for one in store.starts[0].failed if "RENAME" in one.statement]) == failing
    # The column is there from the second start on: a handler that knows no such message ends the upgrade.
    assert bool(findings(project).get("unguarded-alter")) == ("duplicate" not in words)


def test_what_an_asynchronous_connection_is_asked_to_run_is_run(tmp_path: Path) -> None:
    text = """
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    extra: Mapped[int | None]

def upgrade(connection):
    names = [row[1] for row in connection.execute(text("PRAGMA table_info(items)"))]
    if "extra" not in names:
        connection.execute(text("ALTER TABLE items ADD COLUMN extra TEXT"))

async def open_store(path):
    engine = create_async_engine(path)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.run_sync(upgrade)
    return engine
"""
    project = project_of(tmp_path, app__py=text)

    assert [store.name for store in project.upgrades] == ["app:open_store"]
    assert sorted(findings(project)) == ["upgraded-column-drift"]


def test_a_failure_in_a_branch_that_may_not_be_taken_ends_that_branch_alone(tmp_path: Path) -> None:
    text = store(", extra INTEGER", f"{ADD} TEXT").replace(
        "    names =",
        "    if path.postgres:\n        connection.execute('ALTER TABLE elsewhere ADD COLUMN a TEXT')\n    names =",
    )

    assert sorted(findings(project_of(tmp_path, app__py=text))) == ["upgraded-column-drift"]


def test_four_hundred_steps_take_seconds(tmp_path: Path) -> None:
    steps = "".join(
        f'    if "c{n}" not in names:\n        connection.execute("ALTER TABLE items ADD COLUMN c{n} TEXT")\n'
        for n in range(400)
    )
    columns = ", ".join(f"c{n} TEXT" for n in range(400))
    text = HEAD.format(fresh=f", {columns}", after="", upgrade="        pass").replace(
        "    return", steps + "    return"
    )
    start = time.process_time()
    project = project_of(tmp_path, app__py=text)

    assert len([one for one in project.upgrades[0].steps if "ADD COLUMN" in one.statement]) == 400
    assert findings(project) == {}
    assert time.process_time() - start < 20


def test_a_path_that_stands_in_one_branch_fails_as_a_whole(tmp_path: Path) -> None:
    text = (
        store(", extra INTEGER UNIQUE", f"{ADD} INTEGER UNIQUE")
        + "\n\nOPEN = {}\n\ndef cached(path):\n    if path not in OPEN:\n        OPEN[path] = open_store(path)\n    return OPEN[path]\n"
    )
    found = findings(project_of(tmp_path, app__py=text))

    assert sorted(found) == ["failing-upgrade"]
