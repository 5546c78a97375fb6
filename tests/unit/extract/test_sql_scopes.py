"""Which table each name belongs to."""

from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.facts.sql import SqlStatement


def only(text: str, dialect: str = "sqlite") -> SqlStatement:
    (statement,) = parse(text, dialect)
    return statement


def columns(text: str, dialect: str = "sqlite") -> list[str]:
    """`name@table|table`, with `?` where it is uncertain and `!` where it is written."""
    return [
        f"{use.name}@{'|'.join(use.tables)}{'!' if use.write else ''}{'' if use.certain else '?'}"
        for use in only(text, dialect).columns
    ]


def tables(text: str) -> list[str]:
    return [
        f"{use.schema + '.' if use.schema else ''}{use.name}{'!' if use.write else ''}" for use in only(text).tables
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a FROM t", ["t"]),
        ("SELECT a FROM main.t AS x, u y JOIN w", ["main.t", "u", "w"]),
        ("SELECT a FROM t WHERE b IN (SELECT c FROM u) AND EXISTS (SELECT 1 FROM w)", ["t", "u", "w"]),
        ("SELECT (SELECT a FROM t), b FROM (SELECT c FROM u) x", ["t", "u"]),
        ("WITH c AS (SELECT a FROM t), d AS (SELECT * FROM c) SELECT * FROM d JOIN u", ["t", "u"]),
        ("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c", []),
        ("SELECT a FROM t UNION SELECT a FROM u EXCEPT SELECT a FROM w", ["t", "u", "w"]),
        ("SELECT a FROM (t JOIN u ON t.x = u.x) LEFT JOIN w USING (x)", ["t", "u", "w"]),
        ("SELECT a FROM t WHERE b IN u AND c NOT IN main.w", ["t", "u", "main.w"]),
        ("SELECT value FROM json_each('[]'), generate_series(1, 2), pragma_table_info('t')", []),
        ("INSERT INTO t (a) SELECT b FROM u", ["t!", "u"]),
        ("UPDATE t SET a = u.b FROM u JOIN w ON w.id = u.id WHERE u.id = t.id", ["t!", "u", "w"]),
        ("DELETE FROM t WHERE a IN (SELECT b FROM t)", ["t!", "t"]),
        ("CREATE VIEW v AS SELECT a FROM t", ["t"]),
        ("CREATE TABLE x AS SELECT a FROM t", ["t"]),
        ("CREATE INDEX i ON t (a)", ["t!"]),
        ("ALTER TABLE main.t RENAME TO u", ["main.t!"]),
        ("DROP TABLE t", ["t!"]),
    ],
)
def test_real_tables_are_listed_and_nothing_else(text: str, expected: list[str]) -> None:
    assert tables(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a, t.b, x.c FROM t, u AS x", ["a@t|u", "b@t", "c@u"]),
        ("SELECT main.t.a, main.t.* FROM main.t", ["a@t"]),
        ("SELECT T.a FROM t", ["a@t"]),
        ("SELECT t.a FROM t AS x", []),
        ("SELECT nobody.a FROM t", []),
        ("SELECT a.x, b.x FROM t a JOIN t b ON a.y = b.y WHERE z", ["x@t", "x@t", "y@t", "y@t", "z@t"]),
        ("SELECT a FROM t JOIN u USING (k)", ["a@t|u", "k@t|u"]),
        ("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.y AND z)", ["a@t", "x@u", "y@t", "z@u|t"]),
        ("SELECT (SELECT max(b) FROM u WHERE c = d.e) FROM t AS d", ["b@u|t", "c@u|t", "e@t"]),
        ("SELECT count(*), max(a, b), coalesce(c, 'x') FROM t", ["a@t", "b@t", "c@t"]),
        ("SELECT CASE a WHEN 1 THEN b ELSE c END, CAST(d AS TEXT) FROM t", ["a@t", "b@t", "c@t", "d@t"]),
        ('SELECT date, key, value, type, text, user, name, "order" FROM t', None),
        ("SELECT strftime('%Y', a), date(b), datetime('now'), CURRENT_TIMESTAMP, TRUE FROM t", ["a@t", "b@t"]),
        ("SELECT a FROM t ORDER BY b COLLATE NOCASE, c DESC", ["a@t", "b@t", "c@t"]),
        ("SELECT 1", []),
        ("SELECT rowid, _rowid_, oid, t.rowid FROM t WHERE rowid = 1", []),
    ],
)
def test_names_belong_to_the_tables_in_scope(text: str, expected: list[str] | None) -> None:
    if expected is None:
        assert len(columns(text)) == 8
    else:
        assert columns(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT x.a, y, z FROM (SELECT a, b AS y FROM t) x", ["a@t", "b@t"]),
        ("SELECT y, z FROM (SELECT b AS y FROM t) x JOIN u", ["z@u", "b@t"]),
        ("SELECT y FROM (SELECT * FROM t) x JOIN u", ["y@u?"]),
        ("SELECT c.id, n, m FROM (SELECT id, n FROM t) c JOIN u ON u.k = c.id", ["m@u", "id@t", "n@t", "k@u"]),
        ("WITH c(p, q) AS (SELECT * FROM t) SELECT p, q, r FROM c, u", ["r@u"]),
        ("WITH c AS (SELECT a FROM t) SELECT a, b FROM c, u", ["a@t", "b@u"]),
        ("WITH c AS (SELECT * FROM (SELECT a FROM t)) SELECT a, b FROM c, u", ["a@t", "b@u"]),
        ("WITH RECURSIVE c(n) AS (SELECT a FROM t UNION SELECT n + b FROM c, t) SELECT n FROM c", ["a@t", "b@t"]),
        ("WITH t AS (SELECT 1 AS a) SELECT a FROM t", []),
        ("SELECT j.value, key, a FROM t, json_each(t.doc) AS j", ["a@t", "doc@t"]),
        ("SELECT a FROM t, some_function(t.b)", ["a@t?", "b@t"]),
        ("SELECT column1, a FROM (VALUES (1)) v, t", ["a@t"]),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY a", ["a@t", "b@u"]),
        ("SELECT a FROM (SELECT a FROM t UNION SELECT b FROM u), w", ["a@t", "b@u"]),
    ],
)
def test_what_a_subquery_yields_is_no_tables_column(text: str, expected: list[str]) -> None:
    assert columns(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a + 1 AS n FROM t WHERE n > 1 GROUP BY n HAVING n ORDER BY n, b", ["a@t", "b@t"]),
        ("SELECT count(x) AS x FROM t", ["x@t"]),
        ("SELECT a AS n FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = n)", ["a@t", "k@u"]),
        ("SELECT n AS m FROM t ORDER BY M", ["n@t"]),
    ],
)
def test_a_select_alias_can_be_used_after_the_list_but_not_in_it(text: str, expected: list[str]) -> None:
    assert columns(text) == expected


def test_a_bare_double_quoted_name_may_be_a_string_in_sqlite() -> None:
    assert columns('SELECT "a", t."b", [c], `d` FROM t') == ["a@t?", "b@t", "c@t", "d@t"]
    assert columns('SELECT "a", t."b" FROM t', "postgres") == ["a@t", "b@t"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t (a, b) VALUES (?, ?)", ["a@t!", "b@t!"]),
        ('INSERT INTO t (key, "check") VALUES (?, ?)', ["key@t!", "check@t!"]),
        ("INSERT INTO t (a) SELECT b FROM u WHERE c", ["a@t!", "b@u", "c@u"]),
        (
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) WHERE c DO UPDATE SET b = excluded.b + d WHERE t.g",
            ["a@t!", "a@t", "c@t", "b@t!", "d@t", "g@t"],
        ),
        ("INSERT INTO t (a) VALUES (1) RETURNING b", ["a@t!", "b@t"]),
        ("UPDATE t SET a = b, c = c + 1 WHERE d = 1", ["a@t!", "b@t", "c@t!", "c@t", "d@t"]),
        ("UPDATE t AS x SET a = x.b WHERE x.c", ["a@t!", "b@t", "c@t"]),
        ("UPDATE t SET (a, b) = (SELECT c, d FROM u)", ["a@t!", "b@t!", "c@u|t", "d@u|t"]),
        ("UPDATE t SET a = u.b, c = d FROM u WHERE e", ["a@t!", "b@u", "c@t!", "d@t|u", "e@t|u"]),
        ("UPDATE t SET a = 1 RETURNING b", ["a@t!", "b@t"]),
        ("DELETE FROM t WHERE a = 1 RETURNING b", ["a@t", "b@t"]),
        ("DELETE FROM t AS x WHERE x.a AND EXISTS (SELECT 1 FROM u WHERE u.b = x.c)", ["a@t", "b@u", "c@t"]),
    ],
)
def test_what_is_written_is_told_from_what_is_read(text: str, expected: list[str]) -> None:
    assert columns(text) == expected


def test_a_full_text_tables_hidden_columns_are_no_columns() -> None:
    text = "SELECT rank, bm25(docs), highlight(docs, 0, '<', '>'), title FROM docs WHERE docs MATCH ? ORDER BY rank"
    assert columns(text) == ["title@docs"]
    assert columns("SELECT title FROM docs AS d WHERE docs MATCH 'x' AND body MATCH 'y'") == ["title@docs", "body@docs"]
    assert columns("INSERT INTO docs (docs) VALUES ('rebuild')") == ["docs@docs!?"]


def test_new_and_old_belong_to_the_triggers_table() -> None:
    text = """\
CREATE TRIGGER r AFTER UPDATE OF a, b ON t FOR EACH ROW WHEN NEW.c IS NOT OLD.c BEGIN
  UPDATE u SET d = NEW.e WHERE u.id = OLD.id AND f;
  INSERT INTO log (g) VALUES (NEW.h);
  SELECT RAISE(ABORT, 'no') WHERE NEW.i;
END"""
    assert columns(text) == [
        *("a@t", "b@t", "c@t", "c@t"),
        *("d@u!", "e@t", "id@u", "id@t", "f@u"),
        *("g@log!", "h@t", "i@t"),
    ]


def test_the_event_of_an_instead_of_trigger_is_no_column() -> None:
    assert columns("CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (NEW.b); END") == [
        "a@t!",
        "b@v",
    ]
