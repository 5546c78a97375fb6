"""Several definitions of a table are united, and steps of upgrades count by where a statement stands."""

from __future__ import annotations

import dataclasses

import pytest

from persistlint.project.model import Operation, Project
from persistlint.rule import Finding
from persistlint.source import Span
from persistlint_rules.queries.unknown_column import unknown_column

from .built import column, project, statement, table

TASKS = table("tasks", column("name"), column("status"))


def findings(built: Project) -> list[Finding]:
    return list(unknown_column.check(built))


def test_names_the_column_its_place_and_the_one_that_was_meant() -> None:
    [finding] = findings(project(TASKS, statement("SELECT nam FROM tasks")))

    assert finding.message == "table `tasks` has no column `nam`"
    assert finding.at == Span("app.py", 1, 8, 1, 11)
    assert finding.help == "write `name`, or add the column `nam` to `tasks`"
    assert [label.span for label in finding.related] == [TASKS.span]
    assert finding.data == {"table": "tasks", "column": "nam", "function": None}


def test_a_bare_name_may_belong_to_any_table_of_the_scope() -> None:
    runs = table("runs", column("outcome"))
    good = statement("SELECT outcome, name FROM tasks, runs", line=1)
    bad = statement("SELECT result FROM tasks, runs", line=2)

    [finding] = findings(project(TASKS, runs, good, bad))

    assert finding.message == "none of the tables `runs` and `tasks` has a column `result`"


def test_definitions_of_one_name_are_united() -> None:
    other = table("tasks", column("title"), path="other.py")

    assert findings(project(TASKS, other, statement("SELECT name, title FROM tasks"))) == []


def test_an_incomplete_definition_proves_nothing() -> None:
    other = dataclasses.replace(table("tasks"), complete=False)

    assert findings(project(TASKS, other, statement("SELECT title FROM tasks"))) == []


@pytest.mark.parametrize("text", ["SELECT rowid FROM tasks", 'SELECT "title" FROM tasks', "SELECT NAME FROM Tasks"])
def test_what_sqlite_accepts_is_accepted(text: str) -> None:
    assert findings(project(TASKS, statement(text))) == []


def test_a_column_added_anywhere_is_known_everywhere() -> None:
    added = statement("ALTER TABLE tasks ADD COLUMN color TEXT", "app/upgrades.py")

    assert findings(project(TASKS, added, statement("SELECT color FROM tasks"))) == []


def test_a_renamed_column_is_known_to_upgrades_alone() -> None:
    renamed = Operation("rename-column", "tasks", Span("migrations/versions/a.py", 5, 5), "upgrade", "title", "name")
    script = statement("UPDATE tasks SET title = ''", "migrations/versions/a.py")
    application = statement("UPDATE tasks SET title = ''")

    assert [finding.at.path for finding in findings(project(TASKS, renamed, script, application))] == ["app.py"]


def test_a_column_that_only_going_back_adds_is_not_there() -> None:
    back = Operation("add-column", "tasks", Span("migrations/versions/a.py", 9, 5), "downgrade", "title")

    assert len(findings(project(TASKS, back, statement("SELECT title FROM tasks")))) == 1


def test_an_upgrade_that_adds_unknown_columns_opens_the_table() -> None:
    unknown = statement("ALTER TABLE tasks ADD COLUMN __hole0000__ TEXT", "app/upgrades.py")

    assert findings(project(TASKS, unknown, statement("SELECT color FROM tasks"))) == []


def test_a_general_helper_is_no_news_of_a_model() -> None:
    model = dataclasses.replace(TASKS, origin="declarative", model="app.Task")
    helper = statement("ALTER TABLE __hole0000__ ADD COLUMN __hole0001__ TEXT", "app/upgrades.py")

    assert len(findings(project(model, helper, statement("SELECT color FROM tasks")))) == 1
    assert findings(project(TASKS, helper, statement("SELECT color FROM tasks"))) == []


def test_a_rebuilt_table_has_the_columns_of_the_one_that_took_its_place() -> None:
    new = table("tasks_new", column("color"), path="migrations/0002.sql")
    swap = statement("ALTER TABLE tasks_new RENAME TO tasks", "migrations/0002.sql", via=".sql")
    old = dataclasses.replace(TASKS, span=Span("migrations/0001.sql", 1, 1))

    assert findings(project(old, new, swap, statement("SELECT color FROM tasks"))) == []


def test_a_create_that_cannot_be_read_opens_the_table() -> None:
    foreign = statement("CREATE TABLE tasks (id SERIAL, tags TEXT[] DEFAULT ARRAY['a'])", "other.sql", via=".sql")
    assert foreign.sql.foreign_dialect is not None or foreign.sql.problem is not None

    assert findings(project(TASKS, foreign, statement("SELECT tags FROM tasks"))) == []
