"""Through which connection a statement goes."""

from __future__ import annotations

from ..reading import module, project_of, statement


def test_a_cursor_leads_back_to_the_call_that_opened_the_database() -> None:
    project = module(
        """
    import sqlite3

    class Store:
        def __init__(self, path):
            self.path = path
            self.conn = sqlite3.connect(path)
            self.cur = self.conn.cursor()

        def count(self):
            return self.cur.execute("SELECT count(*) FROM tasks")
    """
    )

    found = statement(project)
    assert found.receiver == "self.cur"
    assert found.opened is not None
    assert found.opened.line == 7


def test_the_same_path_is_the_same_database() -> None:
    project = module(
        """
    import sqlite3
    from contextlib import closing

    DB = "tasks.db"

    def one():
        with closing(sqlite3.connect(DB)) as conn:
            conn.execute("SELECT 1 FROM tasks")

    def two():
        conn = sqlite3.connect(DB)
        conn.execute("SELECT 2 FROM tasks")

    def three(profile):
        conn = sqlite3.connect(f"file:{profile}?mode=ro", uri=True)
        conn.execute("SELECT 3 FROM tasks")
    """
    )

    assert [one.database for one in project.statements] == ["tasks.db", "tasks.db", "file:{profile}?mode=ro"]


def test_a_text_goes_where_it_is_executed() -> None:
    project = module(
        """
    from sqlalchemy import create_engine
    from sqlalchemy import text as sql

    engine = create_engine("sqlite:///a.db")

    def count():
        with engine.connect() as conn:
            return conn.execute(sql("SELECT count(*) FROM tasks"))
    """
    )

    found = statement(project)
    assert (found.via, found.receiver, found.database) == ("text", "conn", "sqlite:///a.db")


def test_a_parameter_tells_nothing() -> None:
    project = project_of({"app.py": 'def count(conn):\n    conn.execute("SELECT count(*) FROM tasks")\n'})

    found = statement(project)
    assert (found.receiver, found.opened, found.database) == ("conn", None, None)
