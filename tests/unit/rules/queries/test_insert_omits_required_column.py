"""What the rule says of a required column is what SQLite does with the INSERT."""

from __future__ import annotations

import dataclasses
import sqlite3

import pytest

from persistlint.project.model import Operation, Project
from persistlint.rule import Finding
from persistlint.source import Span
from persistlint_rules.queries.insert_omits_required_column import insert_omits_required_column

from .built import column, project, statement, table

TASKS = table("tasks", column("name"), column("status", required=True))


def findings(built: Project) -> list[Finding]:
    return list(insert_omits_required_column.check(built))


def test_names_the_column_and_where_it_is_required() -> None:
    [finding] = findings(project(TASKS, statement("INSERT INTO tasks (name) VALUES ('a')")))

    assert finding.message == "INSERT into `tasks` omits `status`, which is NOT NULL and has no default in the database"
    assert finding.at == Span("app.py", 1, 13, 1, 18)
    assert [label.message for label in finding.related] == ["`status` is required here"]
    assert finding.data == {"table": "tasks", "column": "status", "function": None}


def test_says_that_a_python_default_does_not_count() -> None:
    model = table("tasks", column("name"), column("status", required=True, python="'open'"))

    [finding] = findings(project(model, statement("INSERT INTO tasks (name) VALUES ('a')")))

    assert "`status` has `'open'`" in finding.message
    assert "Python alone" in finding.message


def test_says_that_a_row_is_dropped() -> None:
    [finding] = findings(project(TASKS, statement("INSERT OR IGNORE INTO tasks (name) VALUES ('a')")))

    assert "OR IGNORE drops the row" in finding.message


@pytest.mark.parametrize(
    ("ddl", "insert", "fails"),
    [
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)", "INSERT INTO t (id) VALUES (1)", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)", "REPLACE INTO t (id) VALUES (1)", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)", "INSERT INTO t (id) VALUES (1) ON CONFLICT DO NOTHING", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)", "INSERT INTO t (id) SELECT 1", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)", "INSERT INTO t DEFAULT VALUES", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT NULL)", "INSERT INTO t (id) VALUES (1)", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT '')", "INSERT INTO t (id) VALUES (1)", False),
        ("t (id INTEGER PRIMARY KEY, a TEXT)", "INSERT INTO t (a) VALUES ('x')", False),
        ("t (id INT PRIMARY KEY NOT NULL, a TEXT)", "INSERT INTO t (a) VALUES ('x')", True),
        ("t (id TEXT PRIMARY KEY, a TEXT)", "INSERT INTO t (a) VALUES ('x')", False),
        ("t (id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID", "INSERT INTO t (a) VALUES ('x')", True),
        ("t (id INTEGER PRIMARY KEY, a TEXT) WITHOUT ROWID", "INSERT INTO t (a) VALUES ('x')", True),
        ("t (a TEXT, b TEXT NOT NULL AS (a || 'x'))", "INSERT INTO t (a) VALUES ('x')", False),
    ],
)
def test_agrees_with_sqlite(ddl: str, insert: str, fails: bool) -> None:
    created = statement(f"CREATE TABLE {ddl}", "schema.py")
    assert created.sql.creates is not None
    fact = dataclasses.replace(created.sql.creates, span=Span("schema.py", 1, 1))
    with sqlite3.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE {ddl}")
        try:
            connection.execute(insert)
            failed = False
        except sqlite3.IntegrityError:
            failed = True
    connection.close()

    assert failed == fails
    assert bool(findings(project(fact, statement(insert)))) == fails


def test_each_definition_must_require_the_column() -> None:
    lax = table("tasks", column("name"), column("status"), path="other.py")

    assert findings(project(TASKS, lax, statement("INSERT INTO tasks (name) VALUES ('a')"))) == []


def test_definitions_of_upgrades_and_tests_do_not_excuse_the_application() -> None:
    old = table("tasks", column("name"), path="migrations/versions/a.py")
    small = table("tasks", column("name"), path="tests/test_app.py")

    assert len(findings(project(TASKS, old, small, statement("INSERT INTO tasks (name) VALUES ('a')")))) == 1


@pytest.mark.parametrize("action", ["add-column", "alter-column", "drop-column"])
def test_an_upgrade_may_run_on_a_table_without_the_column(action: str) -> None:
    later = Operation(action, "tasks", Span("migrations/versions/b.py", 5, 5), "upgrade", "status")
    script = statement("INSERT INTO tasks (name) VALUES ('a')", "migrations/versions/a.py")

    assert len(findings(project(TASKS, script))) == 1
    assert findings(project(TASKS, later, script)) == []


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO tasks (name, __hole0000__) VALUES ('a', 'b')",
        "INSERT INTO tasks VALUES (1, 'a', 'b')",
        "INSERT INTO __hole0000__ (name) VALUES ('a')",
        "INSERT INTO tasks (NAME, STATUS) VALUES ('a', 'b')",
    ],
)
def test_what_may_be_complete_is_left_alone(text: str) -> None:
    assert findings(project(TASKS, statement(text))) == []
