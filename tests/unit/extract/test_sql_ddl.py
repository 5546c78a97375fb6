"""What CREATE and ALTER define: as SQLite itself says, and at the right places of the text."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.schema import IndexFact, TableFact
from persistlint.facts.sql import AlterShape, SqlStatement
from persistlint.source import Span

TABLES = [
    "CREATE TABLE t (a)",
    "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT NOT NULL)",
    "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
    "CREATE TABLE t (a INT PRIMARY KEY)",
    "CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL)",
    "CREATE TABLE t (a TEXT, b TEXT, PRIMARY KEY (b, a))",
    "CREATE TABLE t (a TEXT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID",
    "CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE t (a INTEGER, PRIMARY KEY (a))",
    "CREATE TABLE t (a INTEGER, PRIMARY KEY (a AUTOINCREMENT))",
    "CREATE TABLE t (a INT, b TEXT, c REAL, d BLOB, e ANY) STRICT",
    "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID",
    "CREATE TABLE t (a VARCHAR(20), b VARCHAR ( 20 ), c DECIMAL(10,2), d DOUBLE PRECISION)",
    "CREATE TABLE t (a UNSIGNED BIG INT, b LONG VARCHAR, c NATIVE CHARACTER(70))",
    "CREATE TABLE t (a BOOLEAN, b DATETIME, c JSON, d STRING, e FLOATING POINT)",
    'CREATE TABLE t ("a b" TEXT, [c d] TEXT, `e f` TEXT, \'g h\' TEXT, "i""j" TEXT)',
    'CREATE TABLE "a b" (x "my type", y [other type])',
    "CREATE TABLE [t] (a)",
    "CREATE TABLE main.t (a)",
    "CREATE TABLE IF NOT EXISTS t (a)",
    "CREATE TEMP TABLE t (a)",
    "CREATE TEMPORARY TABLE IF NOT EXISTS t (a)",
    "CREATE TABLE t (a DEFAULT 1, b DEFAULT -1, c DEFAULT +1.5, d DEFAULT 'x''y', e DEFAULT x'00')",
    "CREATE TABLE t (a DEFAULT NULL, b DEFAULT TRUE, c DEFAULT CURRENT_TIMESTAMP, d DEFAULT abc)",
    "CREATE TABLE t (a DEFAULT (1 + 2), b DEFAULT (datetime('now')), c DEFAULT (json_array(1, ')')))",
    "CREATE TABLE t (a TEXT DEFAULT 'x' NOT NULL, b INT NOT NULL DEFAULT 0 UNIQUE)",
    "CREATE TABLE t (a UNIQUE, b UNIQUE, c)",
    "CREATE TABLE t (a, b, c, UNIQUE (a, b), CONSTRAINT uq UNIQUE (c))",
    "CREATE TABLE t (a CONSTRAINT one UNIQUE, b, UNIQUE (b, a) ON CONFLICT REPLACE)",
    "CREATE TABLE t (a UNIQUE, UNIQUE (a))",
    "CREATE TABLE t (a PRIMARY KEY UNIQUE, b)",
    "CREATE TABLE t (a NOT NULL ON CONFLICT FAIL, b NULL, c CONSTRAINT nn NOT NULL)",
    "CREATE TABLE t (a COLLATE NOCASE, b TEXT COLLATE RTRIM NOT NULL)",
    "CREATE TABLE t (a COLLATE nobody_knows_it UNIQUE)",
    "CREATE TABLE t (a REFERENCES p, b REFERENCES p (id), c REFERENCES q (x) ON DELETE CASCADE ON UPDATE SET NULL)",
    "CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p (x, y) ON DELETE NO ACTION, FOREIGN KEY (b) REFERENCES q)",
    "CREATE TABLE t (a, CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (x) MATCH FULL DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE t (a REFERENCES p (x) ON DELETE SET DEFAULT NOT DEFERRABLE INITIALLY IMMEDIATE NOT NULL)",
    "CREATE TABLE t (a REFERENCES t (b) ON DELETE RESTRICT, b)",
    "CREATE TABLE t (a CHECK (a > 0), b CONSTRAINT ck CHECK (b IN ('x', ')')), CHECK (a < b))",
    "CREATE TABLE t (a, CONSTRAINT one CHECK (a > 0) CONSTRAINT two CHECK (a < 9))",
    "CREATE TABLE t (a CHECK (unknown_function(a) > 0), b CHECK (b COLLATE unknown_collation > 'x'))",
    "CREATE TABLE t (a, CHECK (t.a > 0))",
    "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a + 1) VIRTUAL, c AS (a * 2) STORED, d INT AS (a))",
    "CREATE TABLE t (a INT /* it's, (a) comment */, -- b INT,\n c INT)",
    "CREATE TABLE t(a INT,b INT)",
    "CREATE TABLE t (key TEXT, value TEXT, type TEXT, date TEXT, text TEXT, desc_ TEXT, rank INT)",
    "CREATE TABLE t (abort, action, after, before, begin, cascade, conflict, cross_)",
    "create table t (a integer primary key asc on conflict rollback autoincrement)",
    "CREATE TABLE t (é TEXT, 名前 TEXT DEFAULT 'ü', b)",
    "CREATE TABLE t (\n    id INTEGER NOT NULL, \n    name VARCHAR(50), \n    PRIMARY KEY (id), UNIQUE (name)\n)\n",
    "CREATE TABLE t (a INT CHECK (a BETWEEN 1 AND 2) DEFAULT 1 REFERENCES p (a) COLLATE BINARY)",
    "CREATE TABLE sometable (a INTEGER NOT NULL PRIMARY KEY, b INTEGER NOT NULL REFERENCES other DEFERRABLE)",
    "CREATE TABLE t (a LONGTEXT CHARACTER, b)",
    "CREATE TABLE t (a TIMESTAMP DEFAULT CURRENT_TIMESTAMP, b TIMESTAMP DEFAULT (strftime('%s', 'now')))",
    "CREATE TABLE t (a INTEGER PRIMARY KEY NOT NULL, b BLOB NOT NULL, c INTEGER DEFAULT (0) CHECK (c IN (0, 1)))",
    "CREATE TABLE t (a INT, b INT, UNIQUE (a COLLATE NOCASE, b DESC))",
    "CREATE TABLE t (a INTEGER NOT NULL UNIQUE ON CONFLICT IGNORE CHECK (a <> 3))",
]


def only(text: str) -> SqlStatement:
    (statement,) = parse(text)
    return statement


def created(text: str) -> TableFact:
    fact = only(text).creates
    assert fact is not None
    return fact


def altered(text: str) -> AlterShape:
    shape = only(text).alter
    assert shape is not None
    return shape


def slice_at(text: str, span: Span) -> str:
    assert (span.path, span.line, span.end_line) == ("", 1, 1)
    return text[span.column - 1 : span.end_column - 1]


def _one(_value: object) -> int:
    return 1


def real(text: str, name: str) -> dict[str, object]:
    """What a real database says after the same statement."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.create_collation("nobody_knows_it", lambda left, right: (left > right) - (left < right))
        connection.create_collation("unknown_collation", lambda left, right: (left > right) - (left < right))
        connection.create_function("unknown_function", 1, _one, deterministic=True)
        connection.execute(text)
        quoted = '"' + name.replace('"', '""') + '"'
        info = connection.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
        indexes = connection.execute(f"PRAGMA index_list({quoted})").fetchall()
        keys = connection.execute(f"PRAGMA foreign_key_list({quoted})").fetchall()
        uniques = {
            tuple(row[2] for row in connection.execute(f"PRAGMA index_info('{index[1]}')"))
            for index in indexes
            if index[3] == "u"
        }
        # A NULL stored into the column of an INTEGER PRIMARY KEY becomes a number.
        alias = [row[1] for row in info if row[5] and row[2].upper() == "INTEGER"]
        alias = (
            alias if len([row for row in info if row[5]]) == 1 and all(index[3] != "pk" for index in indexes) else []
        )
    return {
        "columns": [(row[1], row[2], not row[3] and row[1] not in alias, row[4], row[6] in (2, 3)) for row in info],
        "primary key": tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]),
        "uniques": uniques,
        "foreign keys": {(row[3], row[2], row[4], row[6], row[5]) for row in keys},
    }


@pytest.mark.parametrize("text", TABLES)
def test_a_table_is_what_sqlite_makes_of_it(text: str) -> None:
    fact = created(text)
    assert fact.complete
    assert {
        "columns": [(one.name, one.type, one.nullable, one.server_default, one.generated) for one in fact.columns],
        "primary key": fact.primary_key,
        "uniques": {unique.columns for unique in fact.uniques},
        "foreign keys": {
            (column, key.table, referenced, key.ondelete or "NO ACTION", key.onupdate or "NO ACTION")
            for key in fact.foreign_keys
            for column, referenced in zip(key.columns, key.references or (None,) * len(key.columns), strict=True)
        },
    } == real(text, fact.name)


@pytest.mark.parametrize("text", TABLES)
def test_every_part_of_a_table_stands_where_the_facts_say(text: str) -> None:
    fact = created(text)
    for column in fact.columns:
        assert slice_at(text, column.span).lstrip("\"[`'").startswith(column.name.split('"')[0])
    for check in fact.checks:
        assert check.expression is not None
        assert slice_at(text, check.span).endswith(f"CHECK ({check.expression})")
    for unique in fact.uniques:
        assert "UNIQUE" in slice_at(text, unique.span)
    for key in fact.foreign_keys:
        assert f"REFERENCES {key.table}" in slice_at(text, key.span)


def test_checks_keep_their_names_and_their_own_text() -> None:
    text = """\
CREATE TABLE t (a INT CONSTRAINT pos CHECK (a > 0 /* ) */), b, CHECK (b IN ('(', 'x')), CONSTRAINT c CHECK (a<b))"""
    assert [(check.name, check.expression) for check in created(text).checks] == [
        ("pos", "a > 0 /* ) */"),
        (None, "b IN ('(', 'x')"),
        ("c", "a<b"),
    ]


def test_names_of_constraints_are_kept() -> None:
    text = """\
CREATE TABLE t (a CONSTRAINT u1 UNIQUE, b CONSTRAINT f1 REFERENCES p (x) ON DELETE CASCADE, c,
  CONSTRAINT u2 UNIQUE (b, c), CONSTRAINT f2 FOREIGN KEY (c) REFERENCES q)"""
    fact = created(text)
    assert {(unique.name, unique.columns) for unique in fact.uniques} == {("u1", ("a",)), ("u2", ("b", "c"))}
    assert [(key.name, key.table) for key in fact.foreign_keys] == [("f1", "p"), ("f2", "q")]
    assert [(key.ondelete, key.references) for key in fact.foreign_keys] == [("CASCADE", ("x",)), (None, ())]


def test_column_details_that_only_the_text_tells() -> None:
    columns = created(
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b VARCHAR(80) COLLATE NOCASE, c TEXT)"
    ).columns
    assert [(one.autoincrement, one.length, one.collation, one.primary_key) for one in columns] == [
        (True, None, None, True),
        (False, 80, "NOCASE", False),
        (False, None, None, False),
    ]


def test_table_options_are_told() -> None:
    fact = created("CREATE TEMP TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY) WITHOUT ROWID, STRICT")
    assert (fact.temporary, fact.if_not_exists, fact.without_rowid, fact.strict) == (True, True, True, True)
    assert only("CREATE TABLE IF NOT EXISTS t (a)").if_exists


def test_what_sqlite_will_not_create_is_read_from_the_text() -> None:
    fact = created("CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT DEFAULT ('x'), at DATETIME NOT NULL) STRICT")
    assert [(one.name, one.type, one.nullable, one.server_default) for one in fact.columns] == [
        ("id", "INTEGER", False, None),
        ("k", "TEXT", True, "'x'"),
        ("at", "DATETIME", False, None),
    ]


@pytest.mark.parametrize(
    ("text", "types", "complete"),
    [
        ("CREATE TABLE t (a __hole0000__, b INT)", [None, "INT"], True),
        ("CREATE TABLE t (a VARCHAR(__hole0000__) NOT NULL)", [None], True),
        ("CREATE TABLE t (a INT DEFAULT __hole0000__)", ["INT"], True),
        ("CREATE TABLE t (a INT, __hole0000__)", ["INT"], False),
        ("CREATE TABLE t (a INT __hole0000__)", [None], False),
        ("CREATE TABLE t (__hole0000__)", [], False),
        ("CREATE TABLE t __hole0000__", [], False),
    ],
)
def test_a_table_with_unknown_parts_is_known_as_far_as_it_is(
    text: str, types: list[str | None], complete: bool
) -> None:
    fact = created(text)
    assert [column.type for column in fact.columns] == types
    assert fact.complete == complete


def test_a_check_with_an_unknown_part_is_there_without_its_text() -> None:
    (check,) = created("CREATE TABLE t (a TEXT CHECK (a IN (__hole0000__)))").checks
    assert check.expression is None
    (check,) = created("CREATE TABLE t (a TEXT CHECK (a IN ('x__hole0000__')))").checks
    assert check.expression is None


@pytest.mark.parametrize(
    ("text", "names", "complete"),
    [
        ("CREATE TABLE t AS SELECT a, b AS c FROM u", ["a", "c"], True),
        ("CREATE TABLE t AS SELECT * FROM u", [], False),
        ("CREATE TABLE t AS WITH c AS (SELECT a FROM u) SELECT * FROM c", ["a"], True),
        ("CREATE TABLE t AS SELECT count(*) FROM u", [], False),
        ("CREATE VIEW t AS SELECT a, x.b, c + 1 AS d FROM u AS x", ["a", "b", "d"], True),
        ("CREATE VIEW t (p, q) AS SELECT * FROM u", ["p", "q"], True),
        ("CREATE VIEW t AS SELECT u.* FROM u", [], False),
        ("CREATE VIEW t AS SELECT a FROM u UNION SELECT b FROM w", ["a"], True),
        ("CREATE VIEW t AS SELECT a, __hole0000__ FROM u", [], False),
        (
            "CREATE VIRTUAL TABLE t USING fts5(title, body UNINDEXED, content='d', tokenize = 'x')",
            ["title", "body"],
            False,
        ),
        ("CREATE VIRTUAL TABLE t USING rtree(id, low, high)", ["id", "low", "high"], False),
        ("CREATE VIRTUAL TABLE t USING csv(filename='x')", [], False),
        ("CREATE VIRTUAL TABLE t USING fts5(title, __hole0000__)", ["title"], False),
    ],
)
def test_columns_of_views_and_virtual_tables_are_named_where_the_text_names_them(
    text: str, names: list[str], complete: bool
) -> None:
    fact = created(text)
    assert fact.name == "t"
    assert [column.name for column in fact.columns] == names
    assert fact.complete == complete
    assert fact.kind == {"TABLE": "table", "VIEW": "view", "VIRTUAL": "virtual"}[text.split()[1]]


@pytest.mark.parametrize(
    ("text", "table", "index"),
    [
        ("CREATE INDEX i ON t (a)", "t", ("i", ("a",), False, None)),
        ("CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a, b)", "t", ("i", ("a", "b"), True, None)),
        ('CREATE INDEX main."i j" ON "t u" ("a b" DESC)', "t u", ("i j", ("a b",), False, None)),
        (
            "CREATE INDEX i ON t (a COLLATE NOCASE ASC, lower(b), c + 1 DESC)",
            "t",
            ("i", ("a", "lower(b)", "c + 1"), False, None),
        ),
        ("CREATE INDEX i ON t (a) WHERE b IS NOT NULL", "t", ("i", ("a",), False, "b IS NOT NULL")),
        ("CREATE INDEX __hole0000__ ON t (__hole0001__)", "t", ("__hole0000__", ("__hole0001__",), False, None)),
    ],
)
def test_an_index_is_a_table_with_just_that_index(
    text: str, table: str, index: tuple[str, tuple[str, ...], bool, str | None]
) -> None:
    fact = created(text)
    (found,) = fact.indexes
    assert isinstance(found, IndexFact)
    assert (fact.name, fact.complete, fact.columns) == (table, False, ())
    assert (found.name, found.columns, found.unique, found.where) == index
    assert slice_at(text, found.span) == text


def test_an_index_that_may_or_may_not_be_unique_is_not_told() -> None:
    assert only("CREATE __hole0000__ INDEX i ON t (a)").creates is None


@pytest.mark.parametrize(
    ("text", "action", "column", "new_name"),
    [
        ("ALTER TABLE t RENAME TO u", "rename-table", None, "u"),
        ("ALTER TABLE t RENAME COLUMN a TO b", "rename-column", "a", "b"),
        ("ALTER TABLE t RENAME a TO b", "rename-column", "a", "b"),
        ("ALTER TABLE t DROP COLUMN a", "drop-column", "a", None),
        ("ALTER TABLE t DROP a", "drop-column", "a", None),
        ('ALTER TABLE "t" ADD COLUMN "a b" TEXT', "add-column", "a b", None),
        ("ALTER TABLE t ADD a TEXT", "add-column", "a", None),
        ("ALTER TABLE t __hole0000__", "other", None, None),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)", "other", None, None),
        ("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", "other", None, None),
        ("ALTER TABLE t ADD COLUMN a INT, ADD COLUMN b INT", "other", None, None),
    ],
)
def test_an_alter_tells_what_it_alters(text: str, action: str, column: str | None, new_name: str | None) -> None:
    shape = altered(text)
    assert (shape.table, shape.action, shape.column, shape.new_name) == ("t", action, column, new_name)


def test_an_added_column_is_a_table_with_just_that_column() -> None:
    text = (
        "ALTER TABLE t ADD COLUMN a VARCHAR(9) NOT NULL DEFAULT 'x' CHECK (a <> b) REFERENCES p (id) ON DELETE CASCADE"
    )
    shape = altered(text)
    fact = shape.table_fact
    assert fact is not None
    assert shape.definition == text[text.index("a VARCHAR") :]
    (column,) = fact.columns
    assert (column.name, column.type, column.nullable, column.server_default) == ("a", "VARCHAR(9)", False, "'x'")
    assert slice_at(text, column.span) == shape.definition
    assert [check.expression for check in fact.checks] == ["a <> b"]
    assert [(key.table, key.ondelete) for key in fact.foreign_keys] == [("p", "CASCADE")]
    assert not fact.complete


@pytest.mark.parametrize(
    "definition",
    [
        "a TEXT UNIQUE",
        "a INTEGER PRIMARY KEY",
        "a AS (b + 1) STORED",
        "a AS (b) VIRTUAL",
        "a NOT NULL",
        "a DEFAULT (f())",
    ],
)
def test_an_added_column_is_read_even_where_sqlite_would_refuse_the_alter(definition: str) -> None:
    statement = only(f"ALTER TABLE t ADD COLUMN {definition}")
    assert statement.problem is None
    assert statement.alter is not None
    assert statement.alter.definition == definition
    fact = statement.alter.table_fact
    assert fact is not None
    assert [column.name for column in fact.columns] == ["a"]


def test_an_added_column_with_unknown_parts_has_no_type() -> None:
    fact = altered("ALTER TABLE t ADD COLUMN a __hole0000__").table_fact
    assert fact is not None
    assert fact.columns[0].type is None
