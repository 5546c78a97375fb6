"""DEFAULTs compared by what SQLite stores."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persistlint.replay.defaults import same_default


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        ("INTEGER", "0", "(0)"),
        ("INTEGER", "0", "'0'"),
        ("BOOLEAN", "TRUE", "1"),
        ("BOOLEAN", "'0'", "false"),
        ("TEXT", "0", "'0'"),
        ("TEXT", '"a"', "'a'"),
        ("TEXT", None, "NULL"),
        ("INTEGER", "-1", "( -1 )"),
        ("NUMERIC(10, 2)", "0", "0.0"),
        ("JSON", "'[]'", "(json_array())"),
        ("DATETIME", "CURRENT_TIMESTAMP", "(current_timestamp)"),
        ("DATETIME", "(datetime('now'))", "CURRENT_TIMESTAMP"),
        ("TEXT", "f('x')", "F( 'x' )"),
        ("", None, None),
    ],
)
def test_what_is_stored_alike_is_the_same(type_: str, first: str | None, second: str | None) -> None:
    assert same_default(type_, first, second)
    assert same_default(type_, second, first)


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        ("BOOLEAN", "'false'", "0"),
        ("TEXT", None, "''"),
        ("TEXT", "'a'", "'A'"),
        ("INTEGER", None, "0"),
        ("", "1", "'1'"),
        ("DATETIME", "CURRENT_TIMESTAMP", "CURRENT_DATE"),
        ("DATETIME", "CURRENT_TIMESTAMP", "(datetime('now', 'localtime'))"),
        ("DATETIME", "CURRENT_TIMESTAMP", None),
        ("TEXT", "f('x')", "f('y')"),
    ],
)
def test_what_is_stored_differently_is_not(type_: str, first: str | None, second: str | None) -> None:
    assert not same_default(type_, first, second)
    assert not same_default(type_, second, first)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=30))
def test_any_text_is_compared_without_an_error(type_: str, default: str) -> None:
    assert same_default(type_, default, default)
    same_default(type_, default, "1")
