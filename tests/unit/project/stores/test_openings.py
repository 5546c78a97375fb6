"""What is known of each call that opens a database."""

from __future__ import annotations

import pytest

from persistlint.facts.stores import Opening

from ..reading import module, project_of

HOOKS = """
import sqlite3
from sqlalchemy import create_engine, event

def hooked(engine):
    @event.listens_for(engine, "connect")
    def on_connect(connection, record):
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=30000")

    @event.listens_for(engine, "begin")
    def on_begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
"""


def opening(text: str) -> Opening:
    [found] = module(text).openings
    return found


@pytest.mark.parametrize(
    ("call", "begin"),
    [
        ("sqlite3.connect('a.db')", "DEFERRED"),
        ("sqlite3.connect('a.db', isolation_level=None)", "AUTOCOMMIT"),
        ("sqlite3.connect('a.db', 5.0, 0, None)", "AUTOCOMMIT"),
        ("sqlite3.connect('a.db', isolation_level='immediate')", "IMMEDIATE"),
        ("sqlite3.connect('a.db', isolation_level=anything())", None),
        ("sqlite3.connect('a.db', **options)", None),
        ("sqlite3.connect('a.db', autocommit=True)", "AUTOCOMMIT"),
        ("sqlite3.connect('a.db', autocommit=False)", "DEFERRED"),
        ("create_engine('sqlite:///a.db')", "DEFERRED"),
        ("create_engine('sqlite:///a.db', isolation_level='AUTOCOMMIT')", "AUTOCOMMIT"),
        ("create_engine('sqlite:///a.db', isolation_level='SERIALIZABLE')", "DEFERRED"),
        ("create_engine('sqlite:///a.db', connect_args={'isolation_level': 'EXCLUSIVE'})", "EXCLUSIVE"),
        ("partial(create_engine, isolation_level='AUTOCOMMIT')('sqlite:///a.db')", "AUTOCOMMIT"),
    ],
)
def test_the_begin_mode_follows_from_the_arguments(call: str, begin: str | None) -> None:
    found = opening(
        f"import sqlite3\nfrom functools import partial\nfrom sqlalchemy import create_engine\ndb = {call}\n"
    )

    assert found.begin == begin


def test_hooks_registered_on_a_parameter_decide_the_begin_mode() -> None:
    found = opening(HOOKS + "engine = create_engine('sqlite:///a.db')\nhooked(engine)\n")

    assert (found.begin, found.begins_first) == ("IMMEDIATE", True)
    assert [(hook.event, hook.level, hook.begins) for hook in found.hooks] == [
        ("connect", "NONE", None),
        ("begin", None, "IMMEDIATE"),
    ]


def test_hooks_under_the_condition_that_also_opens_are_certain() -> None:
    found = opening(
        HOOKS
        + """
engines = {}

def get(path):
    if path not in engines:
        engine = create_engine(f"sqlite:///{path}/a.db")
        hooked(engine)
        engines[path] = engine
    return engines[path]
"""
    )

    assert found.begin == "IMMEDIATE"


def test_hooks_under_another_condition_leave_the_begin_mode_unknown() -> None:
    found = opening(HOOKS + "engine = create_engine('sqlite:///a.db')\nif wanted():\n    hooked(engine)\n")

    assert found.begin is None


def test_a_hook_on_the_engine_class_reaches_every_engine() -> None:
    found = module(
        """
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

@event.listens_for(Engine, "connect")
def pragmas(connection, record):
    connection.execute("PRAGMA foreign_keys=ON")

one = create_engine("sqlite:///a.db")
two = create_engine("sqlite:///b.db")
"""
    )

    assert [[hook.reach for hook in one.hooks] for one in found.openings] == [["class"], ["class"]]


def test_a_connection_made_through_a_helper_opens_what_its_callers_give_it() -> None:
    found = project_of(
        {
            "db.py": "import sqlite3\ndef connect(path):\n    return sqlite3.connect(path)\n",
            "a.py": "from db import connect\ndef one():\n    return connect('one.db').execute('SELECT 1')\n",
            "b.py": "from db import connect\ndef two():\n    return connect('two.db').execute('SELECT 1')\n",
        }
    ).openings

    assert [one.database.file for one in found] == ["one.db", "two.db"]


@pytest.mark.parametrize(
    ("call", "memory"),
    [
        ("sqlite3.connect(':memory:')", True),
        ("sqlite3.connect('file::memory:?cache=shared', uri=True)", True),
        ("sqlite3.connect('a.db')", False),
        ("sqlite3.connect(path)", None),
        ("create_engine('sqlite://')", True),
        ("create_engine('sqlite:///:memory:')", True),
        ("create_engine('sqlite+aiosqlite:///a.db')", False),
        ("create_engine(URL.create('sqlite', database='a.db'))", False),
        ("create_engine(URL.create('sqlite'))", True),
    ],
)
def test_databases_in_memory_are_told_from_files(call: str, memory: bool | None) -> None:
    found = opening(f"import sqlite3\nfrom sqlalchemy import URL, create_engine\ndef f(path):\n    return {call}\n")

    assert found.database.dialect == "sqlite"
    assert found.database.memory is memory


def test_a_pragma_knows_the_transaction_that_a_begin_hook_opened() -> None:
    found = opening(
        HOOKS
        + """
from sqlalchemy import text

engine = create_engine("sqlite:///a.db")
with engine.connect() as connection:
    connection.execute(text("PRAGMA journal_mode=WAL"))
hooked(engine)
with engine.connect() as connection:
    connection.execute(text("PRAGMA wal_checkpoint"))
raw = engine.raw_connection()
raw.cursor().execute("PRAGMA optimize")
"""
    )

    assert [(one.name, one.via, one.begun) for one in found.pragmas] == [
        ("journal_mode", "connection", "none"),
        ("wal_checkpoint", "connection", "IMMEDIATE"),
        ("optimize", "driver", "none"),
    ]


def test_the_driver_begins_before_the_first_write_only() -> None:
    found = opening(
        """
import sqlite3

def run():
    db = sqlite3.connect("a.db")
    db.execute("PRAGMA foreign_keys=ON")
    db.execute("INSERT INTO a VALUES (1)")
    db.execute("PRAGMA journal_mode=WAL")
    db.commit()
    db.execute("PRAGMA optimize")
"""
    )

    assert [(one.name, one.begun) for one in found.pragmas] == [
        ("foreign_keys", "none"),
        ("journal_mode", "DEFERRED"),
        ("optimize", "none"),
    ]
