"""Which texts reach a database: through which call, in which function, put together how."""

from __future__ import annotations

import pytest

from ..reading import module, project_of, statement

FOUND: dict[str, tuple[str, str]] = {
    "execute": ("db.execute('SELECT a FROM b')", "execute"),
    "executemany": ("db.executemany('INSERT INTO b VALUES (?)', rows)", "executemany"),
    "executescript": ("db.executescript('CREATE TABLE b (a)')", "executescript"),
    "exec_driver_sql": ("db.exec_driver_sql('PRAGMA user_version')", "exec_driver_sql"),
    "text": ("import sqlalchemy as sa\ndb.execute(sa.text('SELECT a FROM b'))", "text"),
    "text under another name": ("from sqlalchemy import text as sql\ndb.execute(sql('SELECT a FROM b'))", "text"),
    "DDL": ("import sqlalchemy as sa\nsa.DDL('CREATE TRIGGER c AFTER INSERT ON b BEGIN SELECT 1; END')", "DDL"),
    "keyword": ("db.execute(sql='SELECT a FROM b')", "execute"),
    "await": ("async def f():\n    await db.execute('SELECT a FROM b')", "execute"),
    "with": ("with db.execute('SELECT a FROM b') as c: pass", "execute"),
    "a helper of ours": ("query_rows('SELECT a FROM b')", "call"),
    "pandas": ("import pandas as pd\npd.read_sql_query('SELECT a FROM b', db)", "read_sql_query"),
    "lower case": ("db.execute('select a from b')", "execute"),
    "leading comment": ("db.execute('-- all of them\\nSELECT a FROM b')", "execute"),
    "leading space": ("db.execute('''\n   SELECT a FROM b''')", "execute"),
    "a constant": ("SQL = 'SELECT a FROM b'\ndb.execute(SQL)", "execute"),
    "a class constant": ("class Q:\n    ALL = 'SELECT a FROM b'\ndb.execute(Q.ALL)", "execute"),
    "self": ("class Q:\n    ALL = 'SELECT a FROM b'\n    def f(self): self.db.execute(self.ALL)", "execute"),
    "a dict": ("Q = {'all': 'SELECT a FROM b'}\ndb.execute(Q['all'])", "execute"),
    "a default": ("def f(sql='SELECT a FROM b'): db.execute(sql)", "execute"),
    "a function's result": ("def sql(): return 'SELECT a FROM b'\ndb.execute(sql())", "execute"),
    "a wrapper": ("def run(sql): return db.execute(sql)\nrun('SELECT a FROM b')", "execute"),
    "a wrapper of a wrapper": ("def run(sql): return db.execute(sql)\ndef twice(sql): return run(sql)\ntwice('SELECT a FROM b')", "execute"),
    "a method": ("class D:\n    def run(self, sql): self.c.execute(sql)\n    def f(self): self.run('SELECT a FROM b')", "execute"),
    "a partial string": ("db.execute('SELECT a' + ' FROM b')", "execute"),
    "augmented": ("def f(w):\n    sql = 'SELECT a'\n    sql += ' FROM b'\n    db.execute(sql)", "execute"),
    "joined": ("db.execute(' '.join(['SELECT a', 'FROM b']))", "execute"),
    "formatted": ("db.execute('SELECT {} FROM {}'.format('a', 'b'))", "execute"),
    "percent": ("db.execute('SELECT %s FROM b' % 'a')", "execute"),
    "dedented": ("from textwrap import dedent\ndb.execute(dedent('''\n    SELECT a\n    FROM b'''))", "execute"),
    "a loop": ("for sql in ['SELECT a FROM b']: db.execute(sql)", "execute"),
    "a lambda": ("f = lambda c: c.execute('SELECT a FROM b')\nf(db)", "execute"),
    "an unexecuted CREATE": ("SCHEMA = 'CREATE TABLE b (a)'", "string"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "via"), FOUND.values(), ids=FOUND.keys())
def test_a_text_that_reaches_a_database_is_found_once(source: str, via: str) -> None:
    project = module("from somewhere import db\n" + source + "\n")

    found = statement(project)
    assert (found.via, found.exact, found.span.path) == (via, True, "app.py")
    assert [use.name for use in found.sql.tables] in (["b"], [])
    assert project.unresolved == ()


@pytest.mark.parametrize(
    "source",
    [
        "print('SELECT a FROM b')", "log.info('DELETE FROM b')", "raise ValueError('INSERT INTO b VALUES (1)')", "'SELECT a FROM b'",
        "x = 'SELECT a FROM b'", "if sql.startswith('SELECT a FROM b'): pass", "db.execute(select(b))", "db.commit()", "f('Select one from the list')",
        "'''CREATE TABLE b (a) in a docstring'''", "execute = 1", "'%s' % 'UPDATE b SET a = 1'",
    ],
)  # fmt: skip
def test_other_texts_are_no_statements(source: str) -> None:
    assert module("from somewhere import db, f, log, select, sql\n" + source + "\n").statements == ()


def test_statements_know_the_function_they_stand_in() -> None:
    project = module(
        """
        db.execute("SELECT 1")
        class A:
            def f(self):
                db.execute("SELECT 2")
                def g():
                    db.execute("SELECT 3")
                g()
        """
    )

    assert [(one.text, one.function) for one in project.statements] == [
        ("SELECT 1", None),
        ("SELECT 2", "A.f"),
        ("SELECT 3", "A.f.<locals>.g"),
    ]


def test_wrappers_in_other_modules_hand_texts_on() -> None:
    project = project_of(
        {
            "app/__init__.py": "",
            "app/db.py": "import sqlite3\nclass Database:\n    def run(self, sql, *args):\n        return sqlite3.connect('x').execute(sql, args)\n",
            "app/queries.py": "ALL = 'SELECT a FROM b'\n",
            "app/use.py": "from app.db import Database\nfrom . import queries\ndef f():\n    Database().run(queries.ALL)\n",
        }
    )

    found = statement(project)
    assert (found.text, found.via) == ("SELECT a FROM b", "execute")
    assert (found.span.path, found.span.line, found.span.column) == ("app/queries.py", 1, 8)


def test_branches_make_several_statements() -> None:
    project = module(
        "def f(db, x):\n    sql = 'SELECT a FROM b'\n    if x:\n        sql += ' WHERE c'\n    db.execute(sql)\n"
    )

    assert sorted(one.text for one in project.statements) == ["SELECT a FROM b", "SELECT a FROM b WHERE c"]


def test_several_statements_in_one_text() -> None:
    project = module("def f(db): db.executescript('CREATE TABLE a (b); CREATE INDEX c ON a (b); SELECT 1')\n")

    assert [one.sql.kind.value for one in project.statements] == ["create-table", "create-index", "select"]
    assert [one.span.column for one in project.statements] == [30, 50, 75]


def test_what_is_interpolated_is_told() -> None:
    project = module(
        "def f(db, table, ids):\n    db.execute(f\"SELECT a FROM {table} WHERE id IN ({', '.join('?' for _ in ids)}) LIMIT {int(ids[0])}\")\n"
    )

    found = statement(project)
    assert not found.exact
    assert [(gap.source, gap.parameter, gap.validated) for gap in found.interpolated] == [
        ("table", True, False),
        ("', '.join", False, True),
        ("int(ids[0])", False, True),
    ]


def test_an_sql_text_that_nobody_knows_is_unresolved() -> None:
    project = module("def run(db, sql):\n    db.execute(sql)\n")

    [hidden] = project.unresolved
    assert "`sql`" in hidden.reason
    assert (hidden.span.line, hidden.span.column) == (2, 5)


def test_a_wrapper_whose_callers_are_known_is_resolved() -> None:
    assert module("def run(db, sql):\n    db.execute(sql)\nrun(None, 'SELECT 1')\n").unresolved == ()


READS = {
    "pathlib": "from pathlib import Path\ndef f(db): db.executescript(Path(__file__).with_name('schema.sql').read_text())",
    "pathlib, in two steps": "from pathlib import Path\nHERE = Path(__file__).parent\ndef f(db):\n    sql = (HERE / 'schema.sql').read_text()\n    db.executescript(sql)",
    "resources": "from importlib import resources\ndef f(db): db.executescript(resources.files('app').joinpath('schema.sql').read_text())",
    "resources as a module": "import importlib.resources\ndef f(db): db.executescript(importlib.resources.files(__package__).joinpath('schema.sql').read_text('utf-8'))",
    "resources.read_text": "from importlib.resources import read_text\ndef f(db): db.executescript(read_text('app', 'schema.sql'))",
    "pkgutil": "import pkgutil\ndef f(db): db.executescript(pkgutil.get_data('app', 'schema.sql').decode())",
    "open": "import os\ndef f(db): db.executescript(open(os.path.join(os.path.dirname(__file__), 'schema.sql')).read())",
    "with open": "def f(db):\n    with open('schema.sql') as file:\n        db.executescript(file.read())",
    "statement by statement": "def f(db):\n    for one in open('schema.sql').read().split(';'):\n        db.execute(one)",
    "a named file": "def run(db, name):\n    with open(name + '.sql') as file:\n        db.executescript(file.read())\ndef f(db): run(db, 'schema')",
}


@pytest.mark.parametrize("source", READS.values(), ids=READS.keys())
def test_sql_read_from_a_packaged_file_is_found_there(source: str) -> None:
    project = project_of(
        {"app/__init__.py": "", "app/main.py": source + "\n", "app/schema.sql": "CREATE TABLE b (\n  a INTEGER\n);\n"}
    )

    found = statement(project)
    assert (found.via, found.span.path, found.span.line) == (".sql", "app/schema.sql", 1)
    assert project.unresolved == ()
    [table] = project.tables
    assert (table.name, table.columns[0].span.path, table.columns[0].span.line) == ("b", "app/schema.sql", 2)


def test_drivers_of_other_databases_are_told() -> None:
    found = statement(module("import psycopg2\ndef f(db): db.execute('SELECT 1')\n"))

    assert found.dialects == ("psycopg2",)
