"""What kind each statement is, where it stands, and what its words alone say."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.sql import ColumnUse, Kind, Pragma, SqlStatement, TableUse


def only(text: str, dialect: str = "sqlite") -> SqlStatement:
    (statement,) = parse(text, dialect)
    return statement


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT 1", Kind.SELECT),
        ("VALUES (1, 2), (3, 4)", Kind.SELECT),
        ("WITH c AS (SELECT 1) SELECT * FROM c", Kind.SELECT),
        ("INSERT INTO t DEFAULT VALUES", Kind.INSERT),
        ("REPLACE INTO t VALUES (1)", Kind.INSERT),
        ("WITH c AS (SELECT 1) INSERT INTO t SELECT * FROM c", Kind.INSERT),
        ("UPDATE OR IGNORE t SET a = 1", Kind.UPDATE),
        ("WITH c AS (SELECT 1) UPDATE t SET a = 1", Kind.UPDATE),
        ("DELETE FROM t", Kind.DELETE),
        ("WITH c AS (SELECT 1) DELETE FROM t WHERE a IN c", Kind.DELETE),
        ("CREATE TABLE t (a)", Kind.CREATE_TABLE),
        ("CREATE TEMP TABLE t (a)", Kind.CREATE_TABLE),
        ("CREATE VIRTUAL TABLE t USING fts5(a)", Kind.CREATE_TABLE),
        ("CREATE UNIQUE INDEX i ON t (a)", Kind.CREATE_INDEX),
        ("CREATE TEMPORARY VIEW v AS SELECT 1", Kind.CREATE_VIEW),
        ("CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END", Kind.CREATE_TRIGGER),
        ("ALTER TABLE t ADD COLUMN a", Kind.ALTER),
        ("DROP TABLE t", Kind.DROP),
        ("PRAGMA foreign_keys", Kind.PRAGMA),
        ("BEGIN", Kind.BEGIN),
        ("BEGIN IMMEDIATE TRANSACTION", Kind.BEGIN),
        ("COMMIT", Kind.COMMIT),
        ("END TRANSACTION", Kind.COMMIT),
        ("ROLLBACK", Kind.ROLLBACK),
        ("ROLLBACK TO SAVEPOINT s", Kind.ROLLBACK),
        ("SAVEPOINT s", Kind.SAVEPOINT),
        ("RELEASE s", Kind.RELEASE),
        ("VACUUM", Kind.OTHER),
        ("VACUUM INTO 'copy.db'", Kind.OTHER),
        ("ANALYZE", Kind.OTHER),
        ("REINDEX t", Kind.OTHER),
        ("ATTACH 'other.db' AS o", Kind.OTHER),
        ("DETACH o", Kind.OTHER),
        ("EXPLAIN SELECT 1", Kind.OTHER),
        ("SELEC 1", Kind.UNREADABLE),
        ("SELECT * FROM t WHERE", Kind.UNREADABLE),
        ("PRAGMA", Kind.UNREADABLE),
        ("'just a string'", Kind.UNREADABLE),
    ],
)
def test_each_statement_is_of_its_kind(text: str, kind: Kind) -> None:
    statement = only(text)
    assert statement.kind == kind
    assert statement.foreign_dialect is None
    assert (statement.start, statement.end) == (0, len(text))


def test_a_script_is_parted_at_semicolons_that_stand_in_no_string_comment_or_body() -> None:
    text = """\
-- first; comment
SELECT ';' AS "a;b" /* ; */ FROM [c;d];
;
CREATE TRIGGER r AFTER INSERT ON t BEGIN
  UPDATE t SET a = CASE WHEN a THEN 1 ELSE 2 END; -- END;
  SELECT 1;
END;
DELETE FROM t
"""
    statements = parse(text)
    assert [statement.kind for statement in statements] == [Kind.SELECT, Kind.CREATE_TRIGGER, Kind.DELETE]
    assert [text[one.start : one.end].split(maxsplit=1)[0] for one in statements] == ["SELECT", "CREATE", "DELETE"]
    assert text[statements[1].start : statements[1].end].endswith("END")


@pytest.mark.parametrize("text", ["", "  \n", ";;", "-- nothing", "/* open"])
def test_a_text_without_statements_has_none(text: str) -> None:
    assert parse(text) == ()


@pytest.mark.parametrize(
    ("text", "pragma"),
    [
        ("PRAGMA foreign_keys", Pragma("foreign_keys", None)),
        ("PRAGMA foreign_keys = ON", Pragma("foreign_keys", "ON")),
        ("PRAGMA busy_timeout=30000;", Pragma("busy_timeout", "30000")),
        ("PRAGMA cache_size = -2000", Pragma("cache_size", "-2000")),
        ("PRAGMA journal_mode = 'wal'", Pragma("journal_mode", "'wal'")),
        ("PRAGMA main.wal_checkpoint(TRUNCATE)", Pragma("wal_checkpoint", "TRUNCATE", "main", call=True)),
        ("PRAGMA table_info(t)", Pragma("table_info", "t", call=True)),
        ('pragma table_info("a b")', Pragma("table_info", '"a b"', call=True)),
        ("PRAGMA user_version = __hole0001__", Pragma("user_version", "__hole0001__")),
        ("PRAGMA user_version = __hole0001____hole0002__", Pragma("user_version", "__hole0001____hole0002__")),
        ("PRAGMA user_version = %d", Pragma("user_version", "%d")),
    ],
)
def test_a_pragma_keeps_its_value_as_written(text: str, pragma: Pragma) -> None:
    assert only(text).pragma == pragma


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("BEGIN", "DEFERRED"),
        ("begin transaction", "DEFERRED"),
        ("BEGIN DEFERRED", "DEFERRED"),
        ("BEGIN IMMEDIATE", "IMMEDIATE"),
        ("Begin Exclusive Transaction", "EXCLUSIVE"),
        ("BEGIN __hole0000__", None),
    ],
)
def test_a_begin_tells_its_mode(text: str, mode: str | None) -> None:
    assert only(text).begin_mode == mode


@pytest.mark.parametrize(
    ("text", "dropped", "if_exists"),
    [
        ("DROP TABLE t", "t", False),
        ('DROP TABLE IF EXISTS main."a b"', "a b", True),
        ("DROP INDEX ix", "ix", False),
        ("DROP VIEW IF EXISTS v", "v", True),
        ("DROP TRIGGER r", "r", False),
        ("DROP TABLE __hole0000__", "__hole0000__", False),
        ("DROP TABLE __hole0000__ t", "t", False),
    ],
)
def test_a_drop_names_what_it_drops(text: str, dropped: str, if_exists: bool) -> None:
    statement = only(text)
    assert (statement.drops, statement.if_exists) == (dropped, if_exists)


@pytest.mark.parametrize(
    ("text", "columns", "width", "conflict"),
    [
        ("INSERT INTO t (a, b) VALUES (?, ?)", ("a", "b"), 2, None),
        ("INSERT INTO t VALUES (1, f(2, 3), 'x')", None, 3, None),
        ("INSERT INTO t (a) SELECT b FROM u", ("a",), None, None),
        ("INSERT INTO t SELECT b FROM u", None, None, None),
        ("INSERT OR REPLACE INTO t (a) VALUES (1)", ("a",), 1, "replace"),
        ("REPLACE INTO t (a) VALUES (1)", ("a",), 1, "replace"),
        ("INSERT OR IGNORE INTO t (a) VALUES (1)", ("a",), 1, "ignore"),
        ("INSERT OR ROLLBACK INTO t (a) VALUES (1)", ("a",), 1, "rollback"),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", ("a",), 1, "nothing"),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", ("a",), 1, "update"),
        ('INSERT INTO "t" ("a b", [c], `d`) VALUES (1, 2, 3)', ("a b", "c", "d"), 3, None),
        ("INSERT INTO t AS x (a) VALUES (1)", ("a",), 1, None),
        ("WITH c(a) AS (SELECT 1) INSERT INTO t (a) SELECT a FROM c", ("a",), None, None),
        ("INSERT INTO t (a, __hole0000__) VALUES (?, __hole0001__)", ("a", "__hole0000__"), None, None),
        ("INSERT INTO t __hole0000__ VALUES (?)", ("__hole0000__",), 1, None),
        ("INSERT INTO t (a) VALUES (1) __hole0000__", ("a",), 1, "__hole0000__"),
        ("INSERT __hole0000__ INTO t (a) VALUES (1)", ("a",), 1, "__hole0000__"),
    ],
)
def test_an_insert_tells_its_columns_width_and_conflict_clause(
    text: str, columns: tuple[str, ...] | None, width: int | None, conflict: str | None
) -> None:
    insert = only(text).insert
    assert insert is not None
    assert (insert.table, insert.columns, insert.width, insert.conflict) == ("t", columns, width, conflict)


def test_insert_default_values_is_told() -> None:
    insert = only("INSERT INTO t DEFAULT VALUES").insert
    assert insert is not None
    assert insert.default_values
    assert insert.columns is None


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("SELECT a FROM t WHERE x = 1 b = 2", 'near "b": syntax error', 28),
        ("SELECT b, b FROMM t b c", 'near "t": syntax error', 18),
        ("SELECT (1", "incomplete input", 9),
        ("PRAGMA user_version = ?", 'near "?": syntax error', 22),
        ("SELECT 'open", 'unrecognized token: "\'open"', 7),
        ("CREATE TABLE t (a, b,)", 'near ")": syntax error', 21),
        ("ALTER TABLE t ADD COLUMN a INT NOT NULLL", 'near "NULLL": syntax error', 35),
        ("CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1 FROM x y z; END", 'near "z": syntax error', 59),
    ],
)
def test_what_nobody_reads_is_unreadable_with_sqlites_message_at_its_token(text: str, message: str, at: int) -> None:
    padded = f"SELECT 1;\n{text}"
    _, statement = parse(padded)
    assert statement.kind == Kind.UNREADABLE
    assert statement.problem == message
    assert statement.problem_at == at + 10


def test_explain_names_what_its_statement_names() -> None:
    statement = only("EXPLAIN QUERY PLAN SELECT a FROM t WHERE b = 1")
    assert [use.name for use in statement.tables] == ["t"]
    assert [use.name for use in statement.columns] == ["a", "b"]


def test_every_name_stands_where_the_facts_say() -> None:
    text = 'SELECT 1; UPDATE main."a b" SET [c d] = `e`, f = 2 WHERE "a b".g IN (SELECT h FROM u)'
    for statement in parse(text):
        uses: list[TableUse | ColumnUse] = [*statement.tables, *statement.columns]
        for use in uses:
            assert text[use.start : use.end].strip('"`[]') == use.name
        for literal in statement.literals:
            assert text[literal.start : literal.end] == literal.value
    assert len(parse(text)[1].columns) == 5


def test_percent_signs_escaped_for_formatting_are_read_as_one() -> None:
    statement = only("SELECT a FROM t WHERE b %% 2 = %s AND c LIKE 'x%%'")
    assert [use.name for use in statement.columns] == ["a", "b", "c"]
