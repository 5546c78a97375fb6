"""What SQLite's ALTER TABLE, and a rebuild in its place, do to rows: the facts behind the rules of upgrades.

https://sqlite.org/lang_altertable.html. What ADD COLUMN and DROP COLUMN refuse is in `test_upgrades_seed`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from persistlint.engine import Request, read
from persistlint.extract.sql import parse
from persistlint.project.model import Project
from persistlint.replay import newer
from persistlint.replay.compare import drifts, reordered
from persistlint.replay.live import fact_of
from persistlint.replay.memory import Memory
from persistlint.replay.versions import needed, version_of
from persistlint.settings import Settings


@pytest.fixture
def database() -> sqlite3.Connection:
    """A parent with a child whose rows go with it, outside of any transaction."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(
        """
        CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT UNIQUE);
        CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE);
        CREATE INDEX ix_a ON p (a);
        INSERT INTO p VALUES (1, 'x');
        INSERT INTO c VALUES (1, 1);
        """
    )
    return connection


REBUILD = ("CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT)", "INSERT INTO n SELECT id, a FROM p", "DROP TABLE p",
           "ALTER TABLE n RENAME TO p")  # fmt: skip


def rebuild(connection: sqlite3.Connection, *before: str, after: tuple[str, ...] = ()) -> int:
    """How many child rows are left after a rebuild of their parent."""
    for statement in (*before, *REBUILD, *after):
        connection.execute(statement)
    return int(connection.execute("SELECT count(*) FROM c").fetchone()[0])


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (("PRAGMA foreign_keys = OFF", "BEGIN"), ("COMMIT",), 1),
        (("PRAGMA foreign_keys = ON", "BEGIN"), ("COMMIT",), 0),
        (("PRAGMA foreign_keys = ON", "BEGIN", "PRAGMA foreign_keys = OFF"), ("COMMIT",), 0),
        (("PRAGMA foreign_keys = ON", "BEGIN", "PRAGMA defer_foreign_keys = ON"), ("COMMIT",), 0),
        (("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = OFF", "BEGIN"), ("COMMIT",), 1),
    ],
)
def test_a_rebuild_while_foreign_keys_are_checked_deletes_child_rows(
    database: sqlite3.Connection, before: tuple[str, ...], after: tuple[str, ...], left: int
) -> None:
    assert rebuild(database, *before, after=after) == left


def test_a_rebuild_loses_indexes_and_a_view_stops_it(database: sqlite3.Connection) -> None:
    rebuild(database)
    assert database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = 'ix_a'").fetchone() == (
        0,
    )

    database.execute("CREATE VIEW v AS SELECT a FROM p")
    for statement in REBUILD[:-1]:
        database.execute(statement)
    with pytest.raises(sqlite3.OperationalError, match="error in view v"):
        database.execute(REBUILD[-1])


def test_renaming_the_old_table_first_leaves_children_that_refer_to_it(database: sqlite3.Connection) -> None:
    database.execute("ALTER TABLE p RENAME TO old")
    [(sql,)] = database.execute("SELECT sql FROM sqlite_master WHERE name = 'c'")

    assert 'REFERENCES "old"' in sql


def test_replacing_a_parent_row_cascades_and_updating_it_does_not(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA foreign_keys = ON")
    database.execute("INSERT INTO p VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET a = excluded.a")
    assert database.execute("SELECT count(*) FROM c").fetchone() == (1,)
    database.execute("INSERT OR REPLACE INTO p VALUES (1, 'z')")
    assert database.execute("SELECT count(*) FROM c").fetchone() == (0,)


@pytest.mark.parametrize(("mode", "error"), [("ON", "Cannot add a REFERENCES column"), ("OFF", None)])
def test_a_reference_with_a_default_is_refused_while_foreign_keys_are_checked(
    database: sqlite3.Connection, mode: str, error: str | None
) -> None:
    database.execute(f"PRAGMA foreign_keys = {mode}")
    statement = "ALTER TABLE c ADD COLUMN q INTEGER REFERENCES p (id) DEFAULT 1"
    if error is None:
        database.execute(statement)
    else:
        with pytest.raises(sqlite3.OperationalError, match=error):
            database.execute(statement)


@pytest.mark.parametrize("declared", ["DATETIME", "VARCHAR(10)", "BOOLEAN", "JSON"])
def test_strict_tables_refuse_other_types(declared: str) -> None:
    with Memory() as memory:
        assert "unknown datatype" in str(memory.run(f"CREATE TABLE t (a {declared}) STRICT"))
        assert memory.run("CREATE TABLE t (a TEXT) STRICT") is None


def test_a_new_column_goes_last_and_that_is_no_difference_but_an_order() -> None:
    with Memory() as fresh, Memory() as upgraded:
        fresh.run("CREATE TABLE t (id INTEGER, new TEXT, old TEXT)")
        upgraded.run("CREATE TABLE t (id INTEGER, old TEXT)")
        upgraded.run("ALTER TABLE t ADD COLUMN new TEXT")

        assert drifts(fresh, upgraded, parse) == []
        [drift] = reordered(fresh, upgraded)
        assert (drift.table, drift.object, drift.expected, drift.actual) == ("t", "new", "id,new,old", "id,old,new")


@pytest.mark.parametrize(
    ("statement", "version"),
    [
        ("ALTER TABLE t RENAME COLUMN a TO b", "3.25"),
        ("ALTER TABLE t RENAME a TO b", "3.25"),
        ("ALTER TABLE t RENAME TO u", None),
        ("ALTER TABLE t DROP COLUMN a", "3.35"),
        ("ALTER TABLE t DROP a", "3.35"),
        ("ALTER TABLE t ADD COLUMN a INTEGER", None),
        ("ALTER TABLE t ADD COLUMN a INTEGER CHECK (a > 0)", None),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "3.53"),
        ("ALTER TABLE t DROP CONSTRAINT c", "3.53"),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "3.53"),
        ("ALTER TABLE t ALTER a DROP NOT NULL", "3.53"),
        ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING", "3.24"),
        ("INSERT OR IGNORE INTO t VALUES (1)", None),
        ("CREATE TABLE t (a INTEGER UNIQUE ON CONFLICT IGNORE)", None),
        ("INSERT INTO t VALUES (1) RETURNING a", "3.35"),
        ("CREATE TABLE t (a TEXT) STRICT", "3.37"),
        ("CREATE TABLE t (a TEXT, strict TEXT)", None),
        ("CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a))", "3.31"),
        ("UPDATE t SET a = u.a FROM u WHERE u.id = t.id", "3.33"),
        ("UPDATE t SET a = (SELECT b FROM u)", None),
        ("SELECT count(*) FILTER (WHERE a) FROM t", "3.30"),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", "3.25"),
        ("SELECT a FROM t ORDER BY a NULLS LAST", "3.30"),
        ("SELECT 'ON CONFLICT DO', \"->\" FROM t -- RETURNING", None),
        ("SELECT a ->> '$.b' FROM t", "3.38"),
        ("VACUUM INTO 'x.db'", "3.27"),
        ("VACUUM", None),
    ],
)
def test_the_oldest_sqlite_that_a_statement_needs(statement: str, version: str | None) -> None:
    found = needed(statement)

    assert (found.shown if found is not None else None) == version


def test_a_version_is_three_numbers_at_most() -> None:
    assert version_of("3.35") == version_of("3.35.0") < version_of("3.35.5") < version_of("3.53")
    for text in ("3", "2.8", "3.x", "3.35.0.1", ""):
        with pytest.raises(ValueError, match="no version of SQLite 3"):
            version_of(text)


@pytest.mark.parametrize(
    ("statement", "empty", "with_row", "table"),
    [
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (a > 5)", None, "CHECK constraint failed", "CHECK (a > 5)"),
        ("ALTER TABLE t ALTER COLUMN b SET NOT NULL", None, "NOT NULL constraint failed: t.b", '"b" TEXT NOT NULL'),
        ("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", None, None, '"a" INTEGER,'),
        ("ALTER TABLE t DROP CONSTRAINT c", None, None, '"b" TEXT'),
        ("ALTER TABLE t DROP CONSTRAINT other", "no such constraint", "no such constraint", "CONSTRAINT c"),
    ],
)
def test_constraints_that_only_a_new_sqlite_alters(
    statement: str, empty: str | None, with_row: str | None, table: str
) -> None:
    for row, wanted in ((None, empty), ("INSERT INTO t (a) VALUES (1)", with_row)):
        with Memory() as memory:
            memory.run("CREATE TABLE t (a INTEGER NOT NULL, b TEXT, CONSTRAINT c CHECK (a > 0))")
            memory.run("CREATE INDEX ix ON t (b)")
            memory.run(row or "SELECT 1")
            assert newer.altered_table(statement) == "t"
            fact = fact_of(memory, "t", parse)
            assert fact is not None

            error = newer.carry_out(memory, statement, fact)

            assert (wanted or "None") in str(error)
            stored = {one.name: one.sql for one in memory.stored()}
            assert "ix" in stored
            assert (table in stored["t"]) or error is not None


UPGRADE = """
import sqlite3

def open_store(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, a INTEGER)")
    connection.execute("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)")
    return connection
"""


def upgraded(root: Path, oldest: str | None) -> Project:
    (root / "app.py").write_text(UPGRADE)
    settings = Settings(min_sqlite_version=oldest)
    linked = read(Request(root, [root], settings, jobs=1, use_cache=False))
    assert linked.crashes == ()
    return linked.project


def test_the_setting_decides_whether_a_constraint_can_be_added(tmp_path: Path) -> None:
    [old] = upgraded(tmp_path, "3.40").upgrades
    [new] = upgraded(tmp_path, "3.53").upgrades

    if sqlite3.sqlite_version_info < (3, 53):
        assert ["syntax error" in one.error for one in old.starts[0].failed] == [True]
    assert new.starts[0].failed == ()
    assert any(step.statement.startswith("ALTER TABLE t ADD CONSTRAINT") for step in new.steps)


def test_create_all_leaves_an_existing_table_and_its_indexes_alone() -> None:
    sa = pytest.importorskip("sqlalchemy")
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    old, new = sa.MetaData(), sa.MetaData()
    sa.Table("t", old, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("t", new, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text, index=True))
    old.create_all(engine)
    new.create_all(engine)

    inspector = sa.inspect(engine)
    assert [one["name"] for one in inspector.get_columns("t")] == ["id"]
    assert inspector.get_indexes("t") == []
    engine.dispose()
