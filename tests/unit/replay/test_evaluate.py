"""Whether a CHECK refuses a value, whatever the rest of its row."""

from __future__ import annotations

import pytest

from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.replay.evaluate import refuses
from persistlint.source import Span

PLACE = Span("schema.py", 1, 1)


def column(name: str, kind: str, collation: str | None = None) -> ColumnFact:
    return ColumnFact(name, kind, nullable=True, span=PLACE, collation=collation)


TABLE = TableFact(
    "t", "ddl", PLACE, (column("a", "TEXT"), column("n", "INTEGER"), column("k", "TEXT"), column("c", "TEXT", "NOCASE"))
)


@pytest.mark.parametrize(
    ("expression", "name", "literal"),
    [
        ("a IN ('x', 'y')", "a", "'z'"),
        ("n >= 0 AND n <= 100", "n", "'101'"),
        ("n BETWEEN 1 AND 5", "N", "-1"),
        ("length(a) = 2", "a", "'abc'"),
        ("a IN ('x', 'y') AND n > 0", "a", "'z'"),
        ("(k = 'p' AND n > 0) OR (k = 'q' AND n < 0)", "n", "0"),
        ("n IN (0, 1) -- a flag", "n", "2"),
    ],
)
def test_a_value_that_no_row_can_have_is_refused(expression: str, name: str, literal: str) -> None:
    assert refuses(TABLE, expression, name, literal)


@pytest.mark.parametrize(
    ("expression", "name", "literal"),
    [
        ("a IN ('x', 'y')", "a", "'x'"),
        ("a IN ('x', 'y')", "a", "NULL"),
        ("a = 'x' OR n IS NOT NULL", "a", "'z'"),
        ("(k = 'p' AND n > 0) OR (k = 'q' AND n < 0)", "n", "5"),
        ("n >= k", "n", "1"),
        ("n BETWEEN 1 AND 5", "n", "'3'"),
        ("c IN ('open')", "c", "'OPEN'"),
        ("n BETWEEN 1 AND 5", "a", "'9'"),
    ],
)
def test_a_value_that_some_row_can_have_is_not(expression: str, name: str, literal: str) -> None:
    assert not refuses(TABLE, expression, name, literal)


@pytest.mark.parametrize(
    "expression",
    [
        "own_function(n)",
        "n BETWEEN 1 AND",
        "",
        "n > 0); DROP TABLE t; --",
        "n IN (SELECT 1 FROM missing)",
        "x" * 30_000,
    ],
)
def test_what_sqlite_cannot_answer_refuses_nothing(expression: str) -> None:
    assert not refuses(TABLE, expression, "n", "-1")
