"""Literals that are stored into columns or compared with them."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse


def literals(text: str) -> list[str]:
    (statement,) = parse(text)
    found: list[str] = []
    for one in statement.literals:
        assert text[one.start : one.end] == one.value
        found.append(f"{one.table}.{one.column} {'==' if one.compared else '='} {one.value}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "INSERT INTO t (a, b, c, d) VALUES (1, 'it''s', NULL, -2.5), (?, TRUE, x'00', 1 + 1)",
            ["t.a = 1", "t.b = 'it''s'", "t.c = NULL", "t.d = -2.5", "t.b = TRUE", "t.c = x'00'"],
        ),
        ("INSERT INTO t VALUES (1, 2)", []),
        ("INSERT INTO t (a, b) VALUES (1)", []),
        ("INSERT INTO t (a, b) SELECT 'x', c FROM u", ["t.a = 'x'"]),
        ("REPLACE INTO t (a) VALUES ('x')", ["t.a = 'x'"]),
        (
            "UPDATE t SET a = 1, b = NULL, c = FALSE, d = ?, e = -1 WHERE f = 'x'",
            ["t.a = 1", "t.b = NULL", "t.c = FALSE", "t.e = -1", "t.f == 'x'"],
        ),
        ("INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET a = 'x'", ["t.a = 'x'"]),
        (
            "SELECT 1 FROM t WHERE a = 1 AND 'x' = b AND c IN (1, 'y', ?) AND d = TRUE",
            ["t.a == 1", "t.b == 'x'", "t.c == 1", "t.c == 'y'", "t.d == TRUE"],
        ),
        ("SELECT 1 FROM t JOIN u ON t.a = 'x' WHERE b = 1", ["t.a == 'x'"]),
        ("SELECT 1 FROM t WHERE a = ? AND b > 1 AND c = NULL AND d LIKE 'x'", []),
        ("SELECT 1 FROM t WHERE \"a\" = 'x' AND rowid = 1", []),
        ("SELECT 1 FROM t WHERE a __hole0000__ 'x' AND b = 'y__hole0001__' AND c = 'z'", ["t.c == 'z'"]),
        ("SELECT 1 FROM __hole0000__ WHERE a = 'x'", []),
        ("INSERT INTO t (a, __hole0000__) VALUES ('x', 'y')", ["t.a = 'x'"]),
    ],
)
def test_literals_are_told_where_their_column_is_certain(text: str, expected: list[str]) -> None:
    assert literals(text) == expected
