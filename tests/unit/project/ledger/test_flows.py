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


def test_rows_of_a_query_in_a_document_are_unknown_not_absent() -> None:
    text = """
def export(conn, path):
    rows = conn.execute("SELECT * FROM notes").fetchall()
    path.write_text(json.dumps([dict(row) for row in rows]))
"""

    assert unknown(text) == {("notes", FlowRole.EXPORTED)}


def test_what_a_document_gives_a_statement_is_unknown_not_absent() -> None:
    text = """
def load(conn, path):
    with open(path) as file:
        conn.executemany("INSERT INTO notes (title, body) VALUES (:title, :body)", json.load(file))
"""

    assert unknown(text) == {("notes", FlowRole.IMPORTED)}


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

    assert unknown(text) == {("notes", FlowRole.ACCEPTED), ("notes", FlowRole.SHOWN)}


def test_statements_elsewhere_hide_nothing() -> None:
    text = """
def rename(conn, title):
    conn.execute("UPDATE notes SET title = ?", (title,))
    return conn.execute("SELECT title FROM notes").fetchone()
"""

    assert unknown(text) == set()
