"""Which parameters of a statement fill which columns, and what a SELECT yields."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t (a, b) VALUES (?, lower(?))", [("a", 0, True), ("b", 1, False)]),
        ("INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO UPDATE SET b = :b", [("a", "a", True), ("b", "b", True)]),
        ("INSERT INTO t VALUES (?, ?)", [(None, 0, True), (None, 1, True)]),
        ("UPDATE t SET a = ?, b = b + ? WHERE c = ?", [("a", 0, True), ("b", 1, False)]),
        ("UPDATE t SET a = ?2, b = ?1", [("a", 1, True), ("b", 0, True)]),
        ("INSERT INTO t (a, b) VALUES (%(x)s, %(y)s)", [("a", "x", True), ("b", "y", True)]),
        ("DELETE FROM t WHERE a = ?", []),
    ],
)
def test_parameters_that_are_stored(text: str, expected: list[tuple[str | None, int | str, bool]]) -> None:
    [statement] = parse(text)

    assert [(one.column, one.key, one.exact) for one in statement.bound] == expected


def test_no_position_is_known_behind_an_unknown_part() -> None:
    [statement] = parse("INSERT INTO t (a, b) VALUES (__hole0000__, ?)")

    assert [one.key for one in statement.bound] == [None]


def test_what_a_select_yields() -> None:
    [statement] = parse("SELECT u.*, t.a AS x, COUNT(t.b) FROM t JOIN u ON u.id = t.u")

    assert statement.outputs is not None
    assert [(one.name, one.star, one.exact, [use.name for use in one.columns]) for one in statement.outputs] == [
        ("*", "u", False, []),
        ("x", None, True, ["a"]),
        ("", None, False, ["b"]),
    ]


def test_what_an_unknown_item_yields_is_not_known() -> None:
    [statement] = parse("SELECT a, __hole0000__ FROM t")

    assert statement.outputs is None
