"""Which evidence makes a missing table certain, and what the finding says."""

from __future__ import annotations

import pytest

from persistlint.project.model import Operation, Project
from persistlint.rule import Finding
from persistlint.source import Span
from persistlint_rules.queries.unknown_table import unknown_table

from .built import column, project, statement, table

TASKS = table("tasks", column("name"))


def findings(built: Project) -> list[Finding]:
    return list(unknown_table.check(built))


def test_names_the_table_its_place_and_the_one_that_was_meant() -> None:
    built = project(TASKS, statement("SELECT name FROM tasks", line=1), statement("SELECT name FROM taskes", line=2))

    [finding] = findings(built)

    assert finding.message == "table `taskes` is read here but nothing in the project creates it"
    assert finding.at == Span("app.py", 2, 18, 2, 24)
    assert finding.help == "write `tasks`, or create the table `taskes`"
    assert [label.span for label in finding.related] == [TASKS.span]
    assert finding.data == {"table": "taskes", "function": None}


def test_says_that_a_table_is_written() -> None:
    built = project(TASKS, statement("DELETE FROM runs WHERE id IN (SELECT id FROM tasks)"))

    [finding] = findings(built)

    assert "`runs` is written here" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM sqlite_master, tasks",
        "SELECT a FROM pragma_table_info('tasks'), tasks",
        "SELECT value FROM json_each('[]'), tasks",
        "SELECT a FROM other.runs, tasks",
        "SELECT a FROM runs___hole0000__, tasks",
        "WITH runs AS (SELECT 1) SELECT * FROM runs, tasks",
        "SELECT * FROM alembic_version, tasks",
        "SELECT a FROM information_schema.tables, tasks",
    ],
)
def test_what_the_database_or_a_library_has_is_known(text: str) -> None:
    assert findings(project(TASKS, statement(text))) == []


def test_a_connection_without_known_tables_is_to_another_program() -> None:
    other = Span("app.py", 9, 12)
    built = project(
        TASKS,
        statement("SELECT name FROM tasks", line=1, receiver="cur", opened=Span("app.py", 3, 12)),
        statement("SELECT url FROM moz_places", line=2, receiver="cur", opened=other),
    )

    assert findings(built) == []


def test_two_connections_to_one_database_keep_each_other_company() -> None:
    built = project(
        TASKS,
        statement("SELECT name FROM tasks", line=1, opened=Span("app.py", 3, 12), database="self.path"),
        statement("SELECT name FROM runs", line=2, opened=Span("app.py", 9, 12), database="self.path"),
    )

    assert len(findings(built)) == 1


def test_several_unknown_tables_together_come_from_somewhere() -> None:
    built = project(
        TASKS,
        statement("SELECT 1 FROM trips, stops, calendar", line=1, receiver="conn"),
        statement("SELECT name FROM tasks", line=2, receiver="conn"),
    )

    assert findings(built) == []


def test_a_text_that_nobody_is_seen_to_execute_needs_a_known_table_in_it() -> None:
    alone = statement("SELECT name FROM runs", line=1, via="call")
    joined = statement("SELECT runs.id FROM runs JOIN tasks ON tasks.id = runs.id", line=2, via="call")
    known = statement("SELECT name FROM tasks", line=3)

    assert [finding.at.line for finding in findings(project(TASKS, alone, joined, known))] == [2]


def test_a_library_that_makes_tables_unseen_silences_the_rule() -> None:
    parts = (TASKS, statement("SELECT 1 FROM tasks, runs"))

    assert len(findings(project(*parts))) == 1
    assert findings(project(*parts, makers=("peewee",))) == []


@pytest.mark.parametrize("path", ["tests/test_app.py", "app/tests/helpers.py", "migrations/versions/0001_a.py"])
def test_tests_and_upgrades_are_left_alone(path: str) -> None:
    assert findings(project(TASKS, statement("SELECT 1 FROM tasks, runs", path))) == []


def test_a_table_that_only_tests_create_is_not_there_for_the_application() -> None:
    built = project(TASKS, table("runs", path="tests/conftest.py"), statement("SELECT 1 FROM tasks, runs"))

    assert len(findings(built)) == 1


def test_a_file_in_another_dialect_is_left_alone() -> None:
    foreign = statement("INSERT IGNORE INTO tasks (name) VALUES ('a')", line=1)
    assert foreign.sql.foreign_dialect is not None

    assert findings(project(TASKS, foreign, statement("SELECT 1 FROM tasks, runs", line=2))) == []
    assert findings(project(TASKS, statement("SELECT 1 FROM tasks, runs"), dialect="postgres")) == []


def test_an_upgrade_that_changes_a_table_shows_whose_it_is() -> None:
    built = project(
        TASKS,
        statement("ALTER TABLE features ADD COLUMN passes INTEGER", "app/upgrades.py"),
        statement("SELECT count(*) FROM features", receiver="cur", opened=Span("app.py", 3, 1)),
    )

    assert len(findings(built)) == 1


def test_a_table_that_an_upgrade_renames_is_gone() -> None:
    place = Span("migrations/versions/0002_b.py", 5, 5)
    created = Operation("create-table", "runs", Span("migrations/versions/0001_a.py", 5, 5), "upgrade", fact=table(
        "runs", column("name"), path="migrations/versions/0001_a.py"
    ))  # fmt: skip
    renamed = Operation("rename-table", "runs", place, "upgrade", new_name="task_runs")
    back = Operation(
        "rename-table", "task_runs", Span("migrations/versions/0002_b.py", 9, 5), "downgrade", new_name="runs"
    )
    built = project(TASKS, created, renamed, back, statement("SELECT 1 FROM runs, tasks"))

    [finding] = findings(built)

    assert finding.message == "table `runs` is read here but an upgrade renames it to `task_runs`"
    assert [label.span for label in finding.related] == [place]
    assert finding.help == "write `task_runs`"


def test_a_table_that_is_rebuilt_is_still_there() -> None:
    built = project(
        TASKS,
        statement("CREATE TABLE tasks_new (id INTEGER PRIMARY KEY)", "migrations/0002.sql", line=1, via=".sql"),
        statement("DROP TABLE tasks", "migrations/0002.sql", line=2, via=".sql"),
        statement("ALTER TABLE tasks_new RENAME TO tasks", "migrations/0002.sql", line=3, via=".sql"),
        statement("SELECT name FROM tasks"),
    )

    assert findings(built) == []
