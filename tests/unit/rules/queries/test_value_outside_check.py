"""A CHECK is judged by SQLite, on the value as the column stores it."""

from __future__ import annotations

import pytest

from persistlint.project.model import Project
from persistlint.rule import Finding
from persistlint_rules.queries.value_outside_check import value_outside_check

from .built import column, project, statement, table

TASKS = table(
    "tasks",
    column("status"),
    column("urgency", "INTEGER"),
    checks=("status IN ('open', 'done')", "urgency BETWEEN 1 AND 5"),
)


def findings(built: Project) -> list[Finding]:
    return list(value_outside_check.check(built))


def test_shows_the_value_and_the_check() -> None:
    [finding] = findings(project(TASKS, statement("UPDATE tasks SET status = 'closed'")))

    assert finding.message == "`'closed'` is stored into `tasks.status`, whose CHECK refuses it"
    assert finding.at.column == len("UPDATE tasks SET status = ") + 1
    assert [label.message for label in finding.related] == ["CHECK (status IN ('open', 'done'))"]
    assert finding.data == {"table": "tasks", "column": "status", "actual": "'closed'", "function": None}


def test_says_that_a_comparison_is_never_true() -> None:
    [finding] = findings(project(TASKS, statement("SELECT id FROM tasks WHERE status = 'closed'")))

    assert "this is never true" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE tasks SET status = 'open', urgency = 3",
        "UPDATE tasks SET status = NULL",
        "UPDATE tasks SET urgency = '3'",
        "SELECT id FROM tasks WHERE urgency = 5",
        "UPDATE tasks SET status = ?",
    ],
)
def test_what_the_check_lets_in_is_left_alone(text: str) -> None:
    assert findings(project(TASKS, statement(text))) == []


def test_each_definition_must_refuse_the_value() -> None:
    other = table("tasks", column("status"), path="other.py")

    assert findings(project(TASKS, other, statement("UPDATE tasks SET status = 'closed'"))) == []
