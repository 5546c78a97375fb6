"""SQL of other databases: told from mistakes in a SQLite project, read as itself in another one."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.sql import Kind, SqlStatement


def only(text: str, dialect: str = "sqlite") -> SqlStatement:
    (statement,) = parse(text, dialect)
    return statement


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ALTER TABLE t ALTER COLUMN a TYPE BIGINT", Kind.ALTER),
        ("ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT", Kind.ALTER),
        ("ALTER TABLE t DROP CONSTRAINT c", Kind.ALTER),
        ("ALTER TABLE t MODIFY COLUMN a TEXT NOT NULL", Kind.ALTER),
        ("SELECT a::jsonb FROM t WHERE b ILIKE 'x'", Kind.SELECT),
        ("SELECT a FROM t WHERE b @> ARRAY[1] FOR UPDATE SKIP LOCKED", Kind.SELECT),
        ("SELECT DISTINCT ON (a) b FROM t", Kind.SELECT),
        ("SELECT a FROM t, LATERAL (SELECT b FROM u WHERE u.x = t.x) q", Kind.SELECT),
        ("INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)", Kind.INSERT),
        ("INSERT IGNORE INTO t (a) VALUES (1)", Kind.INSERT),
        ("CREATE TABLE t (a TIMESTAMP DEFAULT NOW())", Kind.CREATE_TABLE),
        ("CREATE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB", Kind.CREATE_TABLE),
        ("CREATE INDEX CONCURRENTLY i ON t USING gin (a gin_trgm_ops)", Kind.CREATE_INDEX),
        ("DROP INDEX CONCURRENTLY IF EXISTS i", Kind.DROP),
        ("DROP TABLE t CASCADE", Kind.DROP),
        ("TRUNCATE TABLE t", Kind.OTHER),
        ("CREATE EXTENSION IF NOT EXISTS pg_trgm", Kind.OTHER),
        ("SET LOCAL lock_timeout = '5s'", Kind.OTHER),
        ("SET hnsw.ef_search = :ef", Kind.OTHER),
        ("SET app.tenant.id TO ?", Kind.OTHER),
        ("GRANT SELECT ON t TO reader", Kind.OTHER),
        ("LOCK TABLE t IN ACCESS EXCLUSIVE MODE", Kind.OTHER),
        ("SHOW CREATE TABLE t", Kind.OTHER),
        ("START TRANSACTION", Kind.BEGIN),
        ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1", Kind.OTHER),
        (
            "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN NEW.a = 1; RETURN NEW; END; $$ LANGUAGE plpgsql",
            Kind.OTHER,
        ),
        ("CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", Kind.CREATE_TRIGGER),
        (
            "CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW BEGIN IF OLD.a THEN SIGNAL SQLSTATE '45000'; END IF; END",
            Kind.CREATE_TRIGGER,
        ),
        ("BEGIN EXECUTE IMMEDIATE 'x'; EXCEPTION WHEN OTHERS THEN NULL; END;", Kind.OTHER),
    ],
)
def test_what_another_database_reads_is_no_mistake(text: str, kind: Kind) -> None:
    statement = only(text)
    assert statement.kind == kind
    assert statement.foreign_dialect is not None


def test_a_foreign_statement_still_names_its_tables_and_columns() -> None:
    statement = only("SELECT a::int, b FROM t WHERE c ILIKE 'x'")
    assert statement.foreign_dialect == "postgres"
    assert [(use.name, use.tables) for use in statement.columns] == [("a", ("t",)), ("b", ("t",)), ("c", ("t",))]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("ALTER TABLE t MODIFY COLUMN a BIGINT AUTO_INCREMENT", "mysql"),
        ("SELECT TOP 5 a FROM t", "tsql"),
        ("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "postgres"),
        ("CREATE TABLE t (a INT64, b FLOAT64) OPTIONS (description='x')", "bigquery"),
    ],
)
def test_the_likeliest_dialect_is_named(text: str, dialect: str) -> None:
    assert only(text).foreign_dialect == dialect


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a, b,)",
        "SELECT a, FROM t",
        "SELECT *, FROM t",
        "INSERT INTO t (a, b,) VALUES (1, 2)",
        "INSERT INTO t (a, b) VALUES (1, 2,)",
        "INSERT INTO t VALUES 1, 2",
        "INSERT INTO t (a b) VALUES (1, 2)",
        "UPDATE t SET a = 1, WHERE b = 1",
        "UPDATE t SET a = 1,",
        "UPDATE t a = 1",
        "SELECT * FROM t WHERE",
        "SELECT * FROM t WHERE a IN",
        "SELECT a b c FROM t",
        "SELECT * FROM t ORDER a",
        "CREATE TABLE t (a INT PRIMARY KEY UNIQE)",
        "ALTER TABLE t ADD COLUMN",
        "DELETE t",
        "DROP TABLE",
        "Update the table with what it needs",
        "Show all of the things",
        "Create a new thing from the other",
        "select a session to continue",
    ],
)
def test_a_mistake_or_prose_is_no_foreign_sql_although_sqlglot_reads_much_of_it(text: str) -> None:
    statement = only(text)
    assert statement.kind == Kind.UNREADABLE
    assert statement.foreign_dialect is None


@pytest.mark.parametrize(
    ("text", "dialect", "kind"),
    [
        ("SELECT a::int FROM t", "postgres", Kind.SELECT),
        ("SELECT `a` FROM t WHERE b = 'it\\'s; x'", "mysql", Kind.SELECT),
        ("SELECT TOP 5 a FROM [t]", "tsql", Kind.SELECT),
        ("VACUUM FULL t", "postgres", Kind.OTHER),
        ("GRANT ALL ON t TO u", "postgres", Kind.OTHER),
        ("ALTER TABLE t ADD COLUMN a INT NOT NULL DEFAULT 0", "postgres", Kind.ALTER),
        ("SELECT FROM WHERE", "postgres", Kind.UNREADABLE),
        ("nonsense here", "mysql", Kind.UNREADABLE),
    ],
)
def test_another_dialect_reads_its_own(text: str, dialect: str, kind: Kind) -> None:
    statement = only(text, dialect)
    assert statement.kind == kind
    assert statement.foreign_dialect is None


def test_another_dialects_table_is_read_from_its_text() -> None:
    text = """\
CREATE TABLE IF NOT EXISTS app.t (
  id BIGSERIAL PRIMARY KEY,
  name VARCHAR(50) NOT NULL DEFAULT 'x'::text,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() CHECK (at > '2000-01-01'),
  owner INT REFERENCES u (id) ON DELETE CASCADE,
  CONSTRAINT uq UNIQUE (name, owner)
)"""
    table = only(text, "postgres").creates
    assert table is not None
    assert (table.schema, table.name, table.complete) == ("app", "t", True)
    assert [(c.name, c.type, c.nullable, c.server_default) for c in table.columns] == [
        ("id", "BIGSERIAL", False, None),
        ("name", "VARCHAR(50)", False, "'x'::text"),
        ("at", "TIMESTAMP WITH TIME ZONE", True, "now()"),
        ("owner", "INT", True, None),
    ]
    assert table.primary_key == ("id",)
    assert [(key.columns, key.table, key.references, key.ondelete) for key in table.foreign_keys] == [
        (("owner",), "u", ("id",), "CASCADE")
    ]
    assert [(unique.name, unique.columns) for unique in table.uniques] == [("uq", ("name", "owner"))]
    assert [check.expression for check in table.checks] == ["at > '2000-01-01'"]


def test_an_unknown_dialect_reads_nothing_and_fails_at_nothing() -> None:
    assert only("SELECT 1", "klingon").kind == Kind.UNREADABLE
