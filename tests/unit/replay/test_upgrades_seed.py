"""A row for every table, and what SQLite's ALTER TABLE says to rows: each fact of ALTER TABLE that rules rest on."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.replay.live import fact_of
from persistlint.replay.memory import Memory
from persistlint.replay.seed import Seeder


def seeded(*statements: str) -> Memory:
    """A database with these tables and a row in each."""
    memory = Memory()
    for statement in statements:
        assert memory.run(statement) is None
    Seeder(memory, lambda table: fact_of(memory, table, parse)).fill()
    return memory


@pytest.mark.parametrize(
    "definition",
    [
        "id INTEGER PRIMARY KEY",
        "id VARCHAR(36) NOT NULL PRIMARY KEY, data JSON NOT NULL, at DATETIME NOT NULL, flag BOOLEAN NOT NULL",
        "a TEXT NOT NULL CHECK (a IN ('open', 'done')), b INTEGER NOT NULL CHECK (b BETWEEN 5 AND 9)",
        "a INTEGER NOT NULL, b INTEGER NOT NULL CHECK (b > a)",
        "a TEXT DEFAULT 'x' CHECK (a <> 'x')",
        "a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) STORED",
        "a TEXT PRIMARY KEY, b TEXT NOT NULL UNIQUE) WITHOUT ROWID --",
    ],
)
def test_a_row_satisfies_the_tables_constraints(definition: str) -> None:
    closing = "\n)" if not definition.endswith("--") else ""
    with seeded(f"CREATE TABLE t ({definition}{closing}") as memory:
        assert memory.has_rows("t")


def test_children_refer_to_rows_that_are_there() -> None:
    with seeded(
        "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (code))",
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, code INTEGER UNIQUE NOT NULL CHECK (code > 40))",
    ) as memory:
        assert memory.has_rows("child")
        assert memory.rows("PRAGMA foreign_key_check") == []


def test_a_circle_of_tables_comes_to_an_end() -> None:
    with seeded(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b (id))",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id))",
    ) as memory:
        assert memory.has_rows("a")
        assert memory.has_rows("b")


def test_a_table_that_no_tried_row_fits_stays_empty() -> None:
    with seeded("CREATE TABLE t (a TEXT NOT NULL CHECK (length(a) = 7 AND a GLOB '*[xyz]*9*Q'))") as memory:
        assert memory.rows("SELECT count(*) FROM t")[0][0] in (0, 1)


def test_rows_that_are_there_are_left_alone() -> None:
    memory = seeded("CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (7)")

    assert memory.rows("SELECT id FROM t") == [(7,)]


@pytest.mark.parametrize(
    ("added", "empty", "with_rows"),
    [
        ("b INTEGER", None, None),
        ("b INTEGER NOT NULL DEFAULT 0", None, None),
        ("b INTEGER GENERATED ALWAYS AS (id) VIRTUAL", None, None),
        ("b INTEGER PRIMARY KEY", "Cannot add a PRIMARY KEY column", "Cannot add a PRIMARY KEY column"),
        ("b INTEGER UNIQUE", "Cannot add a UNIQUE column", "Cannot add a UNIQUE column"),
        ("b INTEGER GENERATED ALWAYS AS (id) STORED", None, "cannot add a STORED column"),
        ("b INTEGER NOT NULL", None, "Cannot add a NOT NULL column with default value NULL"),
        ("b TEXT DEFAULT CURRENT_TIMESTAMP", None, "Cannot add a column with non-constant default"),
        ("b TEXT DEFAULT (hex(1))", None, "Cannot add a column with non-constant default"),
        ("b INTEGER DEFAULT 0 CHECK (b > 1)", None, "CHECK constraint failed"),
    ],
)
def test_add_column_on_an_empty_and_on_a_seeded_table(added: str, empty: str | None, with_rows: str | None) -> None:
    table = "CREATE TABLE t (id INTEGER PRIMARY KEY)"
    with Memory() as bare, seeded(table) as filled:
        bare.run(table)
        outcomes = [memory.run(f"ALTER TABLE t ADD COLUMN {added}") for memory in (bare, filled)]

    assert outcomes == [empty, with_rows]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS b INTEGER",
        "ALTER TABLE t ADD COLUMN b INTEGER, ADD COLUMN c INTEGER",
        "ALTER TABLE t ALTER COLUMN a TYPE TEXT",
        "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t (id)",
    ],
)
def test_what_alter_table_cannot_do_is_a_syntax_error(statement: str) -> None:
    with Memory() as memory:
        memory.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)")

        assert "syntax error" in str(memory.run(statement))


@pytest.mark.parametrize(
    ("table", "further"),
    [
        ("CREATE TABLE t (id INTEGER, a INTEGER PRIMARY KEY)", ""),
        ("CREATE TABLE t (id INTEGER, a INTEGER UNIQUE)", ""),
        ("CREATE TABLE t (id INTEGER, a INTEGER)", "CREATE INDEX i ON t (a)"),
        ("CREATE TABLE t (id INTEGER, a INTEGER, CHECK (a > id))", ""),
        ("CREATE TABLE t (id INTEGER, a INTEGER, FOREIGN KEY (a) REFERENCES t (id))", ""),
        ("CREATE TABLE t (id INTEGER, a INTEGER)", "CREATE VIEW v AS SELECT a FROM t"),
        ("CREATE TABLE t (id INTEGER, a INTEGER)", "CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT new.a; END"),
    ],
)
def test_a_column_in_use_cannot_be_dropped(table: str, further: str) -> None:
    with Memory() as memory:
        memory.run(table)
        memory.run(further or "SELECT 1")

        assert memory.run("ALTER TABLE t DROP COLUMN a") is not None


def test_dropping_a_table_takes_its_indexes_and_triggers() -> None:
    with Memory() as memory:
        for statement in (
            "CREATE TABLE t (id INTEGER)",
            "CREATE INDEX i ON t (id)",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE TABLE n (id INTEGER)",
            "DROP TABLE t",
            "ALTER TABLE n RENAME TO t",
        ):
            assert memory.run(statement) is None

        assert [one.name for one in memory.stored()] == ["t"]
