from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

from persistlint.facts.schema import (
    CheckFact,
    ColumnFact,
    ForeignKeyFact,
    IndexFact,
    TableFact,
    UniqueFact,
    Unresolved,
)
from persistlint.reporters.schema_json import schema_json
from persistlint.reporters.schema_sql import schema_sql
from persistlint.source import Span

AT = Span("models.py", 1, 1)


def column(name: str, kind: str | None = "INTEGER", *, nullable: bool = True, default: str | None = None) -> ColumnFact:
    return ColumnFact(name, kind, nullable, AT, server_default=default)


OWNER = TableFact(
    "owner",
    "declarative",
    AT,
    (ColumnFact("id", "INTEGER", False, AT, primary_key=True, autoincrement=True), column("name", "VARCHAR(20)")),
    ("id",),
)
ITEM = TableFact(
    "item",
    "declarative",
    Span("models.py", 9, 1),
    (
        ColumnFact("id", "INTEGER", False, AT, primary_key=True),
        replace(column("name", "VARCHAR(20)", nullable=False, default="'it''s'"), collation="NOCASE"),
        column("made", "DATETIME", default="CURRENT_TIMESTAMP"),
        column("day", "DATE", default="date('now')"),
        column("count", default="-1"),
        replace(column("state", None), python_default="new_state"),
        column("owner_id"),
    ),
    ("id",),
    (ForeignKeyFact(("owner_id",), "owner", ("id",), AT, ondelete="CASCADE", name="fk_owner"),),
    (UniqueFact(("name", "owner_id"), AT, "uq"),),
    (CheckFact("count >= -1", AT, "ck"), CheckFact(None, AT)),
    (
        IndexFact("ix_name", ("name",), True, AT, where="name <> ''"),
        IndexFact("ix_lower", ("lower(name)", "count"), False, AT),
    ),
)


def test_sql_is_ddl_that_makes_the_same_tables() -> None:
    text = schema_sql((ITEM, OWNER), ())

    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(text)
        columns = database.execute("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('item')")
        assert columns.fetchall() == [
            ("id", "INTEGER", 1, None, 1),
            ("name", "VARCHAR(20)", 1, "'it''s'", 0),
            ("made", "DATETIME", 0, "CURRENT_TIMESTAMP", 0),
            ("day", "DATE", 0, "date('now')", 0),
            ("count", "INTEGER", 0, "-1", 0),
            ("state", "", 0, None, 0),
            ("owner_id", "INTEGER", 0, None, 0),
        ]
        keys = database.execute('SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(\'item\')')
        assert keys.fetchall() == [("owner", "owner_id", "id", "CASCADE")]
        indexes = database.execute("SELECT name, \"unique\", partial FROM pragma_index_list('item') ORDER BY name")
        assert indexes.fetchall() == [("ix_lower", 0, 0), ("ix_name", 1, 1), ("sqlite_autoindex_item_1", 1, 0)]


def test_parents_come_before_children_and_a_circle_ends() -> None:
    one = TableFact("one", "core", AT, (column("a"),), foreign_keys=(ForeignKeyFact(("a",), "two", ("a",), AT),))
    two = TableFact("two", "core", AT, (column("a"),), foreign_keys=(ForeignKeyFact(("a",), "one", ("a",), AT),))

    text = schema_sql((ITEM, OWNER, one, two), ())

    assert text.index('CREATE TABLE "owner"') < text.index('CREATE TABLE "item"')
    assert 'CREATE TABLE "one"' in text
    assert 'CREATE TABLE "two"' in text


def test_the_model_wins_over_older_ddl_and_the_others_are_named() -> None:
    ddl = TableFact("OWNER", "ddl", Span("old.sql", 3, 1), (column("id"), column("x"), column("y")))

    text = schema_sql((ddl, OWNER), ())

    assert text.count("CREATE TABLE") == 1
    assert "-- owner (declarative) at models.py:1\n-- also defined: OWNER (ddl) at old.sql:3\n" in text


def test_what_sqlite_refuses_is_a_comment_with_its_reason() -> None:
    table = replace(OWNER, indexes=(IndexFact("ix", (), False, AT), IndexFact("ok", ("name",), False, AT)))

    text = schema_sql((table,), ())

    assert '-- SQLite refuses this: near ")": syntax error\n-- CREATE INDEX "ix" ON "owner" ()\n' in text
    assert 'CREATE INDEX "ok" ON "owner" ("name");' in text


def test_views_and_unresolved_places_are_comments_and_temporary_tables_are_left_out() -> None:
    view = TableFact("v", "ddl", AT, (column("a"),), kind="view")
    scratch = TableFact("scratch", "ddl", AT, (column("a"),), temporary=True)

    text = schema_sql((view, scratch), (Unresolved("a computed\nname", Span("a.py", 4, 1)),))

    assert text == "-- v (view) at models.py:1\n\n-- unresolved: a.py:4: a computed\\nname\n"


def test_a_name_that_no_terminal_must_get_is_spelled_in_a_comment() -> None:
    text = schema_sql((TableFact("evil\x1b[31m", "ddl", AT, (column("a\u202e"),)),), ())

    assert all(char.isprintable() or char == "\n" for char in text)
    assert all(line.startswith("--") for line in text.splitlines() if line)


def test_json_has_its_public_shape() -> None:
    document = json.loads(schema_json((ITEM,), (Unresolved("r", Span("a.py", 4, 1)),)))

    [table] = document["tables"]
    assert document["version"] == 1
    assert document["unresolved"] == [{"path": "a.py", "line": 4, "reason": "r"}]
    assert (table["name"], table["origin"], table["path"], table["line"]) == ("item", "declarative", "models.py", 9)
    assert table["primary_key"] == ["id"]
    assert table["columns"][5] == {
        "name": "state",
        "type": None,
        "nullable": True,
        "primary_key": False,
        "server_default": None,
        "python_default": True,
    }
    assert table["foreign_keys"] == [
        {"columns": ["owner_id"], "table": "owner", "references": ["id"], "ondelete": "CASCADE", "onupdate": None}
    ]
    assert table["unique"] == [["name", "owner_id"]]
    assert table["checks"] == [{"name": "ck", "expression": "count >= -1"}, {"name": None, "expression": None}]
    assert table["indexes"][0] == {"name": "ix_name", "columns": ["name"], "unique": True, "where": "name <> ''"}
