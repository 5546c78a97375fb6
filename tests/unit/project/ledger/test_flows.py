"""Where columns go: what is known of it, and what is told to be unknown."""

from __future__ import annotations

from persistlint.facts.ledger import FlowRole

from ..reading import module

NOTES = """
import json

def create(conn):
    conn.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT)")
"""


def unknown(text: str) -> set[tuple[str, FlowRole]]:
    return {(flow.table, flow.role) for flow in module(NOTES + text).ledger.unknown}


def flows(text: str) -> set[tuple[str, FlowRole]]:
    return {(flow.column, flow.role) for flow in module(NOTES + text).ledger.flows}


def test_rows_of_a_query_in_a_document_export_their_columns() -> None:
    text = """
def export(conn, path):
    rows = conn.execute("SELECT * FROM notes").fetchall()
    path.write_text(json.dumps([dict(row) for row in rows]))
"""

    assert flows(text) >= {(name, FlowRole.EXPORTED) for name in ("id", "title", "body")}
    assert unknown(text) == set()


def test_columns_of_a_cursor_name_the_cells_of_its_rows() -> None:
    text = """
def export(conn, path):
    cursor = conn.cursor()
    cursor.execute("SELECT title, body AS text FROM notes")
    names = [entry[0] for entry in cursor.description]
    path.write_text(json.dumps([dict(zip(names, row)) for row in cursor.fetchall()]))
"""

    exported = {column for column, role in flows(text) if role is FlowRole.EXPORTED}

    assert exported == {"title", "body"}


def test_rows_of_an_unknown_table_are_unknown_not_absent() -> None:
    text = """
def export(conn, path, condition):
    rows = conn.execute(f"SELECT {condition} FROM notes").fetchall()
    path.write_text(json.dumps([dict(row) for row in rows]))
"""

    assert unknown(text) == {("notes", FlowRole.EXPORTED)}


def test_positional_parameters_import_their_columns() -> None:
    text = """
def load(conn, path):
    with open(path) as file:
        rows = [(one["title"], one.get("body")) for one in json.load(file)]
    conn.executemany("INSERT INTO notes (title, body) VALUES (?, ?)", rows)
"""

    assert flows(text) >= {("title", FlowRole.IMPORTED), ("body", FlowRole.IMPORTED)}


def test_named_parameters_of_a_document_import_their_columns() -> None:
    text = """
def load(conn, path):
    with open(path) as file:
        conn.executemany("INSERT INTO notes (title, body) VALUES (:title, :body)", json.load(file))
"""

    assert flows(text) >= {("title", FlowRole.IMPORTED), ("body", FlowRole.IMPORTED)}
    assert unknown(text) == set()


def test_what_a_route_gives_a_statement_is_unknown_not_absent() -> None:
    text = """
from fastapi import FastAPI
app = FastAPI()

@app.post("/notes")
def post(title: str, conn):
    conn.execute("INSERT INTO notes (title) VALUES (?)", (title,))

@app.get("/notes")
def get(conn):
    return conn.execute("SELECT title FROM notes").fetchall()
"""

    assert unknown(text) == {("notes", FlowRole.ACCEPTED)}
    assert ("title", FlowRole.SHOWN) in flows(text)


def test_statements_elsewhere_hide_nothing() -> None:
    text = """
def rename(conn, title):
    conn.execute("UPDATE notes SET title = ?", (title,))
    return conn.execute("SELECT title FROM notes").fetchone()
"""

    assert unknown(text) == set()
