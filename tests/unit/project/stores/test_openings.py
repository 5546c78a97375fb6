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


def test_openings_of_one_file_are_one_store() -> None:
    found = project_of(
        {
            "paths.py": "def database_path(project):\n    return project / 'board.db'\n",
            "app.py": "from sqlalchemy import create_engine\nfrom paths import database_path\n"
            "def engine(folder):\n    return create_engine(f'sqlite:///{database_path(folder)}')\n",
            "tool.py": "import sqlite3\nfrom paths import database_path\n"
            "def rows(project):\n    return sqlite3.connect(database_path(project))\n",
            "other.py": "import sqlite3\ndef cache(project):\n    return sqlite3.connect(project / 'cache.db')\n",
        }
    ).stores

    assert [(one.name, len(one.openings)) for one in found] == [("board.db", 2), ("cache.db", 1)]


def test_a_folder_that_two_files_share_makes_them_no_store() -> None:
    found = project_of(
        {
            "paths.py": "def path_of(project, name):\n    return project / name\n",
            "app.py": "import sqlite3\nfrom paths import path_of\n"
            "def one(project, name):\n    return sqlite3.connect(path_of(project, 'a.db'))\n"
            "def two(project, name):\n    return sqlite3.connect(path_of(project, name))\n",
        }
    ).stores

    assert len(found) == 2


@pytest.mark.parametrize(
    ("call", "timeouts"),
    [
        ("sqlite3.connect('a.db')", (5000,)),
        ("sqlite3.connect('a.db', timeout=0)", (0,)),
        ("sqlite3.connect('a.db', 2.5)", (2500,)),
        ("sqlite3.connect('a.db', timeout=configured())", None),
        ("create_engine('sqlite:///a.db', connect_args={'timeout': 30})", (30000,)),
        ("create_engine('sqlite:///a.db', connect_args=configured())", None),
    ],
)
def test_the_driver_timeout_is_the_busy_timeout(call: str, timeouts: tuple[int, ...] | None) -> None:
    found = opening(f"import sqlite3\nfrom sqlalchemy import create_engine\ndb = {call}\n")

    assert found.timeouts == timeouts


def test_the_connect_hook_outweighs_the_driver_timeout() -> None:
    found = opening(HOOKS + "engine = create_engine('sqlite:///a.db', connect_args={'timeout': 5})\nhooked(engine)\n")

    assert found.timeouts == (30000,)


def test_a_journal_mode_is_known_with_the_file_system_that_chooses_it() -> None:
    found = opening(
        """
import sqlite3

def db(path):
    connection = sqlite3.connect(path / "a.db")
    mode = "DELETE" if is_network_path(path) else "WAL"
    connection.execute(f"PRAGMA journal_mode={mode}")
    return connection
"""
    )

    [pragma] = found.pragmas
    assert dict(zip(pragma.values, pragma.when, strict=True)) == {"delete": "network", "wal": "local"}
    assert not pragma.answered


CACHE = """
import threading
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

_engines = {}
_lock = threading.Lock()
"""


def test_a_cached_engine_is_kept_under_the_lock_that_is_held() -> None:
    found = opening(
        CACHE
        + """
def get(key):
    with _lock:
        if key not in _engines:
            _engines[key] = create_engine(f"sqlite:///{key}/a.db")
        return _engines[key]
"""
    )

    [kept] = found.kept
    assert (kept.where, kept.locked, kept.checked, kept.seen_outside) == ("cache", True, True, None)


def test_what_makes_an_engine_ready_after_it_was_stored_is_known() -> None:
    found = opening(
        CACHE
        + """
_engine = None
_sessions = None

def get():
    global _engine, _sessions
    if _engine is None:
        with _lock:
            if _engine is None:
                _engine = create_engine("sqlite:///a.db")
                _sessions = sessionmaker(bind=_engine)
    return _engine
"""
    )

    [kept] = found.kept
    assert kept.where == "global"
    assert kept.locked
    assert kept.seen_outside is not None
    assert [one.what for one in kept.unready] == ["factory"]


def test_an_answer_that_a_hook_fetches_from_its_cursor_is_read() -> None:
    found = opening(
        """
from sqlalchemy import create_engine, event

engine = create_engine("sqlite:///a.db")

@event.listens_for(engine, "connect")
def on_connect(connection, record):
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_mode=WAL")
    row = cursor.fetchone()
"""
    )

    assert [(one.name, one.answered) for one in found.all_pragmas] == [("foreign_keys", False), ("journal_mode", True)]
