"""Texts with unknown parts: read with whatever can stand there, and nothing is claimed of the guess."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.sql import Kind, SqlStatement

H = "__hole0001__"


def only(text: str, dialect: str = "sqlite") -> SqlStatement:
    (statement,) = parse(text, dialect)
    return statement


def columns(text: str, dialect: str = "sqlite") -> list[str]:
    return [
        f"{use.name}@{'|'.join(use.tables)}{'!' if use.write else ''}{'' if use.certain else '?'}"
        for use in only(text, dialect).columns
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"SELECT a FROM t WHERE b = {H}", Kind.SELECT),
        (f"SELECT a FROM t WHERE b IN ({H})", Kind.SELECT),
        (f"SELECT a FROM t WHERE b IN {H}", Kind.SELECT),
        (f"SELECT a FROM t WHERE {H}", Kind.SELECT),
        (f"SELECT a FROM t {H}", Kind.SELECT),
        (f"SELECT a FROM t {H} {H} {H}", Kind.SELECT),
        (f"SELECT a FROM t WHERE b = 1 {H} ORDER BY c {H} LIMIT {H}", Kind.SELECT),
        (f"SELECT a FROM t {H} b = 1", Kind.SELECT),
        (f"SELECT a FROM t WHERE b {H} 5", Kind.SELECT),
        (f"SELECT a FROM t WHERE b BETWEEN {H}", Kind.SELECT),
        (f"SELECT a FROM t WHERE b > 5{H} ORDER BY c", Kind.SELECT),
        (f"SELECT {H} FROM t", Kind.SELECT),
        (f"SELECT DISTINCT {H} a {H}", Kind.SELECT),
        (f"SELECT a FROM ({H}) x", Kind.SELECT),
        (f"SELECT a FROM t UNION {H}", Kind.SELECT),
        (f"{H} SELECT a FROM t", Kind.SELECT),
        (f"INSERT INTO t {H}", Kind.INSERT),
        (f"INSERT INTO t (a, b) VALUES {H}", Kind.INSERT),
        (f"INSERT INTO {H} ({H}) VALUES ({H}) ON CONFLICT ({H}) DO UPDATE SET {H}", Kind.INSERT),
        (f"UPDATE t SET {H} WHERE id = ?", Kind.UPDATE),
        (f"UPDATE t SET a = ?, {H} = ? {H}", Kind.UPDATE),
        (f"UPDATE {H} {H}", Kind.UPDATE),
        (f"DELETE FROM t {H}", Kind.DELETE),
        (f"CREATE TABLE t {H}", Kind.CREATE_TABLE),
        (f"CREATE TABLE t ({H})", Kind.CREATE_TABLE),
        (f"CREATE {H} TABLE {H} t (a)", Kind.CREATE_TABLE),
        (f"CREATE INDEX {H} ON {H} ({H})", Kind.CREATE_INDEX),
        (f"ALTER TABLE t {H}", Kind.ALTER),
        (f"DROP TABLE {H} t", Kind.DROP),
        (f"BEGIN {H}", Kind.BEGIN),
        (f"PRAGMA {H} = {H}", Kind.PRAGMA),
        (f"SAVEPOINT {H}", Kind.SAVEPOINT),
        ("SELECT a FROM t WHERE b IN :ids", Kind.SELECT),
        ("SELECT a FROM {table} WHERE {column} = %s", Kind.SELECT),
        ("SELECT a FROM ${table}", Kind.SELECT),
        ("SELECT a FROM %s", Kind.SELECT),
        (H, Kind.UNKNOWN),
        (f"{H} t", Kind.UNKNOWN),
        (f"SELECT a FROM t WHERE WHERE {H}", Kind.UNKNOWN),
        ("WITH x AS ({sql}) SELECT * FROM x", Kind.UNKNOWN),
        ("INSERT INTO {} ({}) VALUES {}", Kind.UNKNOWN),
    ],
)
def test_a_statement_with_unknown_parts_is_read_where_something_fits(text: str, kind: Kind) -> None:
    statement = only(text)
    assert statement.kind == kind
    assert statement.foreign_dialect is None
    assert (statement.problem is not None) == (kind == Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Unknown, but it can bring no table into scope.
        (f"SELECT a FROM t WHERE b = {H} AND c", ["a@t", "b@t", f"{H}@t?", "c@t"]),
        (f"SELECT a FROM t WHERE b = 1 {H}", ["a@t", "b@t"]),
        (f"SELECT a, {H} FROM t", ["a@t", f"{H}@t?"]),
        (f"SELECT a FROM t ORDER BY b {H}", ["a@t", "b@t"]),
        (f"SELECT a FROM t JOIN u ON t.x = {H} WHERE b", ["a@t|u", "x@t", f"{H}@t|u?", "b@t|u"]),
        # It can.
        (f"SELECT a, t.b FROM t {H}", ["a@t?", "b@t"]),
        (f"SELECT a FROM t {H} WHERE b", ["a@t?", "b@t?"]),
        (f"SELECT a FROM {H} WHERE b", [f"a@{H}?", f"b@{H}?"]),
        (f"SELECT a, t.b FROM t JOIN {H} ON t.c = x", [f"a@t|{H}?", "b@t", "c@t", f"x@t|{H}?"]),
        (f"SELECT a FROM t JOIN u ON t.x = u.x {H}", ["a@t|u?", "x@t", "x@u"]),
        (f"SELECT a FROM ({H}) x, t", [f"a@{H}|t?"]),
        # A name that is known in part is one table of which nothing is known.
        (f"SELECT a, t.b FROM t, pre_{H}", [f"a@t|pre_{H}?", "b@t"]),
        # What was put there is no column, and no literal either.
        (f"UPDATE t SET {H} WHERE id = ?", ["id@t"]),
        (f"UPDATE t SET a = ?, {H} = ?", ["a@t!", f"{H}@t!?"]),
        (f"INSERT INTO t ({H}, a) VALUES ({H})", [f"{H}@t!?", "a@t!"]),
        (f"INSERT INTO {H} (a) VALUES (1)", [f"a@{H}!?"]),
        (f"SELECT a FROM t {H} b = 1", ["a@t?", "b@t?"]),
        # It may be a WITH whose names look like tables.
        (f"{H} SELECT a FROM t", []),
        # A value, as far as anybody can see.
        ("SELECT a FROM t WHERE b = %s AND c IN :ids", ["a@t", "b@t", "c@t"]),
        ("SELECT a FROM %s WHERE b = %s", ["a@__hole9999__?", "b@__hole9999__?"]),
    ],
)
def test_nothing_is_claimed_that_depends_on_the_guess(text: str, expected: list[str]) -> None:
    assert columns(text) == expected


def test_tables_keep_the_known_part_of_their_names() -> None:
    text = f'SELECT 1 FROM {H}, pre_{H}, "{H}_post", main.{H}'
    assert [use.name for use in only(text).tables] == [H, f"pre_{H}", f"{H}_post", H]
    for use in only(text).tables:
        assert text[use.start : use.end].strip('"') == use.name


def test_an_unknown_part_of_a_list_or_an_operand_of_in_is_no_table() -> None:
    assert [use.name for use in only(f"SELECT 1 FROM t WHERE a IN {H} AND b IN :ids").tables] == ["t"]


def test_what_is_unknown_is_blamed_for_what_cannot_be_read() -> None:
    text = "WITH x AS ({sql}) SELECT * FROM x"
    statement = only(text)
    assert statement.problem is not None
    assert text[statement.problem_at :].startswith(("{sql}", ")"))


def test_many_unknown_parts_are_read_in_reasonable_time() -> None:
    text = "SELECT " + ", ".join([H] * 60) + f" FROM t WHERE {' AND '.join([f'{H} {H}'] * 30)}"
    assert only(text).kind in (Kind.SELECT, Kind.UNKNOWN)


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb"])
def test_unknown_parts_are_read_in_other_dialects_too(dialect: str) -> None:
    statement = only(f"SELECT a FROM t WHERE b = {H} {H}", dialect)
    assert statement.kind == Kind.SELECT
    assert [use.name for use in statement.tables] == ["t"]
