"""Any text at all gives statements: never an error, a file, a delay or a line of log."""

from __future__ import annotations

import logging
import sqlite3
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persistlint.extract.sql import parse
from persistlint.extract.sql.engine import Engine, RefusedError
from persistlint.facts.sql import ColumnUse, Kind, LiteralWrite, TableUse

SQL = """
SELECT FROM WHERE INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE INDEX ON TRIGGER BEGIN END CASE WHEN
ALTER ADD COLUMN DROP PRAGMA WITH AS UNION JOIN USING ORDER BY LIMIT NOT NULL DEFAULT CHECK REFERENCES
PRIMARY KEY UNIQUE CONSTRAINT FOREIGN CONFLICT DO NOTHING RETURNING VIRTUAL VIEW IF EXISTS IN RENAME TO
t a b main 1 'x' "q" [z] ? :n %s {f} __hole0001__ pre___hole0002__ ( ) , ; . = * - || :: -- /* */ ' " [ $$
"""
WORDS = [*SQL.split(), "\n", "\0", chr(0xD800)]
DIALECTS = st.sampled_from(["sqlite", "sqlite", "sqlite", "postgres", "mysql", "tsql", "klingon"])
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sound(text: str, dialect: str) -> None:
    statements = parse(text, dialect)
    assert statements == parse(text, dialect)
    for one in statements:
        assert 0 <= one.start < one.end <= len(text)
        assert one.start <= one.problem_at <= one.end or one.problem is None
        uses: list[TableUse | ColumnUse | LiteralWrite] = [*one.tables, *one.columns, *one.literals]
        for use in uses:
            assert one.start <= use.start < use.end <= one.end


@QUICK
@given(st.text(max_size=200), DIALECTS)
def test_any_text_is_read_without_an_error(text: str, dialect: str) -> None:
    sound(text, dialect)


@QUICK
@given(st.lists(st.sampled_from(WORDS), max_size=40), DIALECTS)
def test_any_words_of_sql_are_read_without_an_error(words: list[str], dialect: str) -> None:
    sound(" ".join(words), dialect)


@QUICK
@given(
    st.text(alphabet=string.printable, max_size=60),
    st.sampled_from(["SELECT ", "CREATE TABLE t (a ", "INSERT INTO t "]),
)
def test_anything_behind_a_beginning_is_read_without_an_error(text: str, beginning: str) -> None:
    sound(beginning + text, "sqlite")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
        "SELECT " + "(" * 20_000,
        "SELECT 1" + " + 1" * 5_000,
        "SELECT a FROM t WHERE a = 1" + " OR a = 1" * 3_000,
        "SELECT " + "NOT " * 5_000 + "1",
        "SELECT " + "CASE WHEN 1 THEN " * 900 + "1" + " END" * 900,
        "SELECT 1" + " UNION SELECT 1" * 2_000,
        "SELECT * FROM " + "(SELECT * FROM " * 300 + "t" + ")" * 300,
        "CREATE TABLE t (" + ", ".join(f"c{number} TEXT" for number in range(5_000)) + ")",
        "INSERT INTO t (a, b) VALUES " + ", ".join(["(1, 'x')"] * 20_000),
        "INSERT INTO t (a) VALUES (1);\n" * 10_000,
        "SELECT '" + "x" * 1_000_000,
        "-" * 1_000_000,
        "/*" * 200_000,
        "a" * 5_000_000,
        "__hole0001__ " * 5_000,
    ],
    ids=lambda text: f"{text[:24]!r}x{len(text)}",
)
def test_deep_and_long_texts_are_read_in_bounded_time(text: str) -> None:
    began = time.process_time()
    parse(text)
    assert time.process_time() - began < 20


def test_a_text_beyond_all_measure_is_unknown_rather_than_silently_skipped() -> None:
    (statement,) = parse("SELECT 1;" * 1_000_000)
    assert statement.kind == Kind.UNKNOWN
    assert statement.problem


def test_reading_does_not_depend_on_how_deep_the_caller_is() -> None:
    text = "SELECT f(f(f(f(f(f((((((a)))))))))))) FROM t WHERE b IN (SELECT c FROM u WHERE d IN (SELECT e FROM w))"

    def below(depth: int) -> object:
        return below(depth - 1) if depth else parse(text)

    assert below(300) == parse(text)


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for text in (
            "VACUUM",
            "GRANT ALL ON t TO u",
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            "CREATE FOO",
            "SELECT (",
        ):
            parse(text)
            parse(text, "postgres")
    assert caplog.records == []


def test_importing_the_reader_does_not_import_sqlglot() -> None:
    code = "import sys, persistlint.extract.sql; sys.exit('sqlglot' in sys.modules)"
    source = Path(__file__).parents[3] / "lint"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, check=False).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        "ATTACH '{file}' AS x",
        "VACUUM INTO '{file}'",
        "CREATE TABLE t AS SELECT writefile('{file}', 'x')",
        "CREATE TABLE t (a DEFAULT (writefile('{file}', 'x')))",
        "CREATE TABLE t (a); ATTACH '{file}' AS x",
        "EXPLAIN VACUUM INTO '{file}'",
        "SELECT load_extension('{file}')",
        "PRAGMA temp_store_directory = '{file}'",
        "CREATE VIRTUAL TABLE t USING csv(filename='{file}')",
    ],
)
def test_no_file_is_touched(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    parse(text.replace("{file}", "made"))
    assert list(tmp_path.iterdir()) == []


def test_the_private_database_attaches_and_loads_nothing() -> None:
    engine = Engine()
    try:
        assert engine.complaint("ATTACH ':memory:' AS x") is None  # its syntax is right, and it is not carried out
        with pytest.raises(RefusedError), engine.created("ATTACH ':memory:' AS x", ""):
            pass
        with engine.created("CREATE TABLE t (", "a)") as rows, pytest.raises(sqlite3.DatabaseError):
            rows.execute("SELECT load_extension('x')")
        with pytest.raises(RefusedError), engine.created("CREATE TABLE t (", "a); CREATE TABLE u (b)"):
            pass
        with engine.created("CREATE TABLE t (", "a)") as rows:
            assert len(rows.execute("PRAGMA table_xinfo(t)").fetchall()) == 1
        with engine.created("CREATE TABLE u (", "a)") as rows:
            assert rows.execute("PRAGMA table_xinfo(t)").fetchall() == []
    finally:
        engine.close()


def test_an_ordinary_statement_takes_about_a_millisecond() -> None:
    text = (
        "SELECT a, count(*) FROM t JOIN u ON u.id = t.uid WHERE t.b = ? AND c IN (1, 2) GROUP BY a ORDER BY 2 LIMIT 5"
    )
    parse(text)
    began = time.process_time()
    for number in range(100):
        parse(f"{text} OFFSET {number}")
    assert time.process_time() - began < 0.5
