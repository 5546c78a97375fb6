"""One test for each thing that sqlglot is known to get wrong or to refuse (FACTS.md)."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.sql import Kind, Pragma, SqlStatement


def only(text: str) -> SqlStatement:
    (statement,) = parse(text)
    return statement


def test_without_rowid_is_a_table_and_no_opaque_command() -> None:
    table = only("CREATE TABLE t (a INTEGER PRIMARY KEY, b) WITHOUT ROWID").creates
    assert table is not None
    assert table.without_rowid
    assert [column.name for column in table.columns] == ["a", "b"]


def test_a_column_added_without_a_type_is_read() -> None:
    alter = only("ALTER TABLE t ADD COLUMN a").alter
    assert alter is not None
    assert (alter.action, alter.column, alter.definition) == ("add-column", "a", "a")


def test_replace_into_is_an_insert_with_columns() -> None:
    statement = only("REPLACE INTO t (a) VALUES (1)")
    assert statement.kind == Kind.INSERT
    assert [use.name for use in statement.columns] == ["a"]


@pytest.mark.parametrize("text", ["VACUUM", "EXPLAIN QUERY PLAN SELECT 1", "REINDEX t"])
def test_opaque_commands_are_understood_as_far_as_it_matters(text: str) -> None:
    assert only(text).kind == Kind.OTHER


@pytest.mark.parametrize(
    ("text", "kind"), [("END", Kind.COMMIT), ("SAVEPOINT x", Kind.SAVEPOINT), ("RELEASE x", Kind.RELEASE)]
)
def test_what_sqlglot_takes_for_a_name_with_an_alias_is_a_transaction_statement(text: str, kind: Kind) -> None:
    statement = only(text)
    assert statement.kind == kind
    assert statement.columns == ()


def test_inline_on_conflict_and_many_word_types_are_read() -> None:
    table = only("CREATE TABLE t (a UNSIGNED BIG INT NOT NULL ON CONFLICT IGNORE, b)").creates
    assert table is not None
    column = table.column("a")
    assert column is not None
    assert (column.type, column.nullable) == ("UNSIGNED BIG INT", False)


def test_update_or_ignore_keeps_its_columns() -> None:
    statement = only("UPDATE OR IGNORE t SET a = b")
    assert [(use.name, use.write) for use in statement.columns] == [("a", True), ("b", False)]


@pytest.mark.parametrize("placeholder", ["?", "?1", ":name", "@name", "$name", "$1", "%s", "%(name)s", "%d"])
def test_no_placeholder_becomes_a_column(placeholder: str) -> None:
    text = f"SELECT a FROM t WHERE b = {placeholder} AND c IN ({placeholder}, {placeholder}) LIMIT {placeholder}"
    statement = only(text)
    assert statement.kind == Kind.SELECT
    assert [use.name for use in statement.columns] == ["a", "b", "c"]
    assert all(use.certain for use in statement.columns)


def test_a_pragma_call_is_no_assignment() -> None:
    assert only("PRAGMA table_info(t)").pragma == Pragma("table_info", "t", call=True)


def test_types_keep_their_own_words() -> None:
    table = only("CREATE TABLE t (a BOOLEAN, b VARCHAR(20), c DOUBLE PRECISION, d DECIMAL(10, 2))").creates
    assert table is not None
    assert [column.type for column in table.columns] == [
        "BOOLEAN",
        "VARCHAR(20)",
        "DOUBLE PRECISION",
        "DECIMAL(10, 2)",
    ]


def test_two_statements_are_two() -> None:
    assert [one.kind for one in parse("SELECT 1; SELECT 2")] == [Kind.SELECT, Kind.SELECT]


def test_a_create_trigger_is_one_statement_that_names_what_its_body_names() -> None:
    statement = only("CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE u SET a = NEW.b; DELETE FROM w; END")
    assert statement.kind == Kind.CREATE_TRIGGER
    assert [use.name for use in statement.tables] == ["t", "u", "w"]


def test_identifiers_stand_where_they_start() -> None:
    text = "SELECT   long_name FROM t"
    (use,) = only(text).columns
    assert text[use.start : use.end] == "long_name"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT CAST(a AS UNSIGNED BIG INT) FROM t",
        "SELECT a FROM t INDEXED BY ix",
        "SELECT a FROM t NOT INDEXED",
        "SELECT a FROM t WHERE DATABASE() = 1",
        "SELECT a FROM t WHERE a LIKE ? ESCAPE char(92)",
        "SELECT a FROM t WHERE a == 1",
        "SELECT a FROM t WHERE a ISNULL OR a NOTNULL OR a NOT NULL",
        "SELECT a FROM t WHERE a IS NOT DISTINCT FROM 0x1F",
        "SELECT a FROM t WHERE a -> '$.x' ->> 1 = x'00'",
        "SELECT a FROM t WHERE (a, a) IN (VALUES (1, 2)) AND a IN ()",
        "SELECT a FROM t ORDER BY a COLLATE NOCASE DESC NULLS LAST LIMIT 1, 2",
        "SELECT a FROM t WHERE a GLOB 'x*' AND a REGEXP 'y' AND a MATCH 'z'",
        "SELECT sum(a) FILTER (WHERE a > 1) OVER (PARTITION BY a ORDER BY a ROWS UNBOUNDED PRECEDING) FROM t",
        "SELECT row_number() OVER w FROM t WINDOW w AS (ORDER BY a)",
    ],
)
def test_what_sqlite_has_and_sqlglot_stumbles_over_keeps_its_columns(text: str) -> None:
    statement = only(text)
    assert statement.kind == Kind.SELECT
    assert {(use.name, use.tables, use.certain) for use in statement.columns} == {("a", ("t",), True)}
