"""Which values are engines, connections, cursors, factories and sessions, and where each comes from."""

from __future__ import annotations

import textwrap

import pytest

from persistlint.project.resources.kinds import Resource, receiver_of

from ..reading import linkage_of

USED: dict[str, tuple[str, str, str]] = {
    "sqlite3": ("import sqlite3\nc = sqlite3.connect('a.db')\nc.commit()", "connection", "sqlite3"),
    "from sqlite3": ("from sqlite3 import connect\nc = connect('a.db')\nc.commit()", "connection", "sqlite3"),
    "closing": (
        "import sqlite3\nfrom contextlib import closing\nwith closing(sqlite3.connect('a.db')) as c:\n    c.commit()",
        "connection", "sqlite3",
    ),
    "cursor": ("import sqlite3\nc = sqlite3.connect('a.db').cursor()\nc.commit()", "cursor", "sqlite3"),
    "aiosqlite": (
        "import aiosqlite\nasync def f():\n    async with aiosqlite.connect('a') as c:\n        await c.commit()",
        "connection", "aiosqlite",
    ),
    "engine": ("import sqlalchemy as sa\ne = sa.create_engine('sqlite://')\ne.commit()", "engine", "sqlalchemy"),
    "engine.connect": (
        "import sqlalchemy as sa\nwith sa.create_engine('sqlite://').connect() as c:\n    c.commit()",
        "connection", "sqlalchemy",
    ),
    "factory": (
        "from sqlalchemy.orm import sessionmaker\nS = sessionmaker()\nwith S() as s:\n    s.commit()", "session",
        "sqlalchemy",
    ),
    "factory in a tuple of a helper": (
        "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n"
        "def make(p):\n    e = create_engine(p)\n    return e, sessionmaker(bind=e)\n"
        "def f(p):\n    _, S = make(p)\n    s = S()\n    s.commit()",
        "session", "sqlalchemy",
    ),
    "factory in a cache": (
        "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\ncache = {}\n"
        "def make(p):\n    if p in cache:\n        return cache[p]\n    e = create_engine(p)\n"
        "    cache[p] = (e, sessionmaker(bind=e))\n    return cache[p]\n"
        "def f(p):\n    _, S = make(p)\n    s = S()\n    s.commit()",
        "session", "sqlalchemy",
    ),
    "contextmanager": (
        "from contextlib import contextmanager\nfrom sqlalchemy.orm import Session\n"
        "@contextmanager\ndef scope():\n    s = Session()\n    yield s\n"
        "def f():\n    with scope() as s:\n        s.commit()",
        "session", "sqlalchemy",
    ),
    "self": (
        "import sqlite3\nclass A:\n    def __init__(self, p):\n        self.c = sqlite3.connect(p)\n"
        "    def f(self):\n        self.c.commit()",
        "connection", "sqlite3",
    ),
    "annotation": (
        "from sqlalchemy.orm import Session\ndef f(s: Session | None):\n    s.commit()", "session", "sqlalchemy"
    ),
    "Depends": (
        "from fastapi import Depends\nfrom sqlalchemy.orm import sessionmaker\nS = sessionmaker()\n"
        "def get_db():\n    s = S()\n    try:\n        yield s\n    finally:\n        s.close()\n"
        "def f(s=Depends(get_db)):\n    s.commit()",
        "session", "sqlalchemy",
    ),
    "Annotated": (
        "from typing import Annotated\nfrom fastapi import Depends\nfrom sqlalchemy.orm import Session\n"
        "def get_db():\n    with Session() as s:\n        yield s\nDb = Annotated[Session, Depends(get_db)]\n"
        "def f(s: Db):\n    s.commit()",
        "session", "sqlalchemy",
    ),
    "Flask": (
        "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\ndef f():\n    db.session.commit()", "session",
        "flask",
    ),
    "own class": (
        "from sqlalchemy.orm import Session\nclass Mine(Session):\n    pass\ndef f():\n    s = Mine()\n    s.commit()",
        "session", "sqlalchemy",
    ),
    "lazy import": (
        "def f():\n    from sqlalchemy.orm import Session\n    s = Session()\n    s.commit()", "session", "sqlalchemy"
    ),
}  # fmt: skip


def committed(source: str) -> list[Resource]:
    """What each `….commit()` of a module is called on."""
    link = linkage_of({"app.py": textwrap.dedent(source) + "\n"})
    events = [event for by_place in link.heard.calls.values() for found in by_place.values() for event in found]
    return [root for event in events if event.name == "commit" and (root := receiver_of(event.func)) is not None]


@pytest.mark.parametrize(("source", "kind", "library"), USED.values(), ids=USED.keys())
def test_a_resource_is_known_by_what_made_it(source: str, kind: str, library: str) -> None:
    [found] = committed(source)

    assert (found.kind, found.library) == (kind, library)


@pytest.mark.parametrize(
    "source",
    [
        "import requests\ns = requests.Session()\ns.commit()",
        "import boto3\ns = boto3.session.Session()\ns.commit()",
        "import psycopg2\nc = psycopg2.connect('a')\nc.commit()",
        "repo.index.commit()",
    ],
)
def test_what_only_looks_like_a_resource_is_none(source: str) -> None:
    assert committed(source) == []


def test_a_session_leads_to_its_engine() -> None:
    [session] = committed(
        """
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker
        engine = create_engine("sqlite:///a.db")
        Session = sessionmaker(bind=engine)
        def f():
            with Session() as s:
                s.commit()
        """
    )

    assert session.opening.kind == "engine"
