"""The exemplary example, run on real SQLite files: it keeps every promise of its contract."""

from __future__ import annotations

import importlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import tomllib
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("pydantic")

# Another copy of the example can be tried: one that was broken and fixed again.
EXAMPLE = Path(os.environ.get("FEATURE_BOARD", Path(__file__).parents[2] / "examples" / "feature_board"))

# Table -> column -> (declared type, NOT NULL, database default), from the reference contract.
Columns = dict[str, tuple[str, bool, str | None]]

FEATURES: Columns = {
    "id": ("INTEGER", True, None),
    "priority": ("INTEGER", True, None),
    "category": ("VARCHAR(100)", True, None),
    "name": ("VARCHAR(255)", True, None),
    "description": ("TEXT", True, None),
    "steps": ("JSON", True, None),
    "passes": ("BOOLEAN", True, None),
    "in_progress": ("BOOLEAN", True, "0"),
    "dependencies": ("JSON", False, None),
    "needs_human_input": ("BOOLEAN", True, "0"),
    "human_input_request": ("JSON", False, None),
    "human_input_response": ("JSON", False, None),
}
SCHEDULES: Columns = {
    "id": ("INTEGER", True, None),
    "project_name": ("VARCHAR(50)", True, None),
    "start_time": ("VARCHAR(5)", True, None),
    "duration_minutes": ("INTEGER", True, None),
    "days_of_week": ("INTEGER", True, None),
    "enabled": ("BOOLEAN", True, None),
    "yolo_mode": ("BOOLEAN", True, None),
    "model": ("VARCHAR(50)", False, None),
    "created_at": ("DATETIME", True, None),
    "max_concurrency": ("INTEGER", True, "3"),
    "crash_count": ("INTEGER", True, "0"),
}
SCHEDULE_OVERRIDES: Columns = {
    "id": ("INTEGER", True, None),
    "schedule_id": ("INTEGER", True, None),
    "override_type": ("VARCHAR(10)", True, None),
    "expires_at": ("DATETIME", True, None),
    "created_at": ("DATETIME", True, None),
}
CONVERSATIONS: Columns = {
    "id": ("INTEGER", True, None),
    "project_name": ("VARCHAR(100)", True, None),
    "title": ("VARCHAR(200)", False, None),
    "created_at": ("DATETIME", False, None),
    "updated_at": ("DATETIME", False, None),
}
CONVERSATION_MESSAGES: Columns = {
    "id": ("INTEGER", True, None),
    "conversation_id": ("INTEGER", True, None),
    "role": ("VARCHAR(20)", True, None),
    "content": ("TEXT", True, None),
    "timestamp": ("DATETIME", False, None),
}
FEATURES_STORE = {
    "features": FEATURES,
    "schedules": SCHEDULES,
    "schedule_overrides": SCHEDULE_OVERRIDES,
}
ASSISTANT_STORE = {
    "conversations": CONVERSATIONS,
    "conversation_messages": CONVERSATION_MESSAGES,
}

INDEXES = {
    "features": {
        "ix_features_id": ("id",),
        "ix_features_priority": ("priority",),
        "ix_features_passes": ("passes",),
        "ix_features_in_progress": ("in_progress",),
        "ix_features_needs_human_input": ("needs_human_input",),
        "ix_feature_status": ("passes", "in_progress", "needs_human_input"),
    },
    "schedules": {
        "ix_schedules_id": ("id",),
        "ix_schedules_project_name": ("project_name",),
        "ix_schedules_enabled": ("enabled",),
    },
    "schedule_overrides": {"ix_schedule_overrides_id": ("id",)},
    "conversations": {
        "ix_conversations_id": ("id",),
        "ix_conversations_project_name": ("project_name",),
    },
    "conversation_messages": {
        "ix_conversation_messages_id": ("id",),
        "ix_conversation_messages_conversation_id": ("conversation_id",),
    },
}
FOREIGN_KEYS = {
    "features": [],
    "schedules": [],
    "schedule_overrides": [("schedule_id", "schedules", "id", "CASCADE")],
    "conversations": [],
    "conversation_messages": [("conversation_id", "conversations", "id", "NO ACTION")],
}

# The oldest features database: before flags, dependencies, human input, limits and overrides.
OLDEST = """
CREATE TABLE features (
    id INTEGER NOT NULL, priority INTEGER NOT NULL, category VARCHAR(100) NOT NULL,
    name VARCHAR(255) NOT NULL, description TEXT NOT NULL, steps JSON NOT NULL,
    passes BOOLEAN NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX ix_features_id ON features (id);
CREATE INDEX ix_features_priority ON features (priority);
CREATE INDEX ix_features_passes ON features (passes);
CREATE TABLE schedules (
    id INTEGER NOT NULL, project_name VARCHAR(50) NOT NULL, start_time VARCHAR(5) NOT NULL,
    duration_minutes INTEGER NOT NULL, days_of_week INTEGER NOT NULL, enabled BOOLEAN NOT NULL,
    yolo_mode BOOLEAN NOT NULL, model VARCHAR(50), created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT ck_schedule_duration CHECK (duration_minutes >= 1 AND duration_minutes <= 1440),
    CONSTRAINT ck_schedule_days CHECK (days_of_week >= 0 AND days_of_week <= 127)
);
CREATE INDEX ix_schedules_id ON schedules (id);
CREATE INDEX ix_schedules_project_name ON schedules (project_name);
CREATE INDEX ix_schedules_enabled ON schedules (enabled);
"""
SEED = """
INSERT INTO features VALUES (1, 10, 'core', 'Log in', 'A user logs in', '["open", "type"]', 1);
INSERT INTO features VALUES (2, 20, 'core', 'Log out', '', '[]', 0);
INSERT INTO schedules VALUES
    (1, 'demo', '09:30', 60, 31, 1, 0, NULL, '2025-01-01 00:00:00.000000');
"""

# Column -> values that its CHECK must take, and values that it must refuse.
CHECKS = {
    "duration_minutes": ((1, 1440), (0, 1441)),
    "days_of_week": ((0, 127), (-1, 128)),
    "max_concurrency": ((1, 5), (0, 6)),
    "crash_count": ((0, 1000), (-1,)),
}

FULL_ENTRY = {
    "id": 7,
    "priority": 3,
    "category": "reports",
    "name": "Print",
    "description": "On paper",
    "steps": ["open", "print"],
    "passes": True,
    "in_progress": True,
    "dependencies": [1, 2],
    "needs_human_input": True,
    "human_input_request": {"prompt": "Which printer?"},
    "human_input_response": {"printer": "first"},
}


@pytest.fixture(scope="module")
def board() -> Iterator[SimpleNamespace]:
    """The example's modules that need no web framework, imported from its own folder."""
    sys.path.insert(0, str(EXAMPLE))
    names = (
        "assistant_store",
        "conversations",
        "documents",
        "features_store",
        "models",
        "scheduling",
        "schemas",
        "sqlite",
    )
    try:
        yield SimpleNamespace(**{name: importlib.import_module(f"feature_board.{name}") for name in names})
    finally:
        sys.path.remove(str(EXAMPLE))
        for name in [name for name in sys.modules if name.split(".")[0] == "feature_board"]:
            del sys.modules[name]


@pytest.fixture
def project(board: SimpleNamespace, tmp_path: Path) -> Iterator[Path]:
    """An empty project folder, closed again after the test."""
    folder = tmp_path / "demo"
    folder.mkdir()
    yield folder
    board.features_store.dispose_engine(folder)
    board.assistant_store.dispose_engine(folder)


@pytest.fixture
def old_project(project: Path) -> Path:
    """A project whose features database is as old as can be, with rows."""
    run_script(project / "features.db", OLDEST + SEED)
    return project


def run_script(database: Path, script: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script)


def query(database: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def schema_of(database: Path) -> dict[str, Any]:
    """What SQLite says of a database, column order included; a CHECK is its name and its words."""
    tables = query(database, "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        table: {
            "columns": [
                (name, declared, bool(not_null), default, key)
                for _, name, declared, not_null, default, key in query(database, f"PRAGMA table_info({table})")
            ],
            "indexes": sorted(
                (name, unique, partial, index_columns(database, name))
                for _, name, unique, _, partial in query(database, f"PRAGMA index_list({table})")
            ),
            "foreign_keys": sorted(row[2:] for row in query(database, f"PRAGMA foreign_key_list({table})")),
            "checks": sorted(re.findall(r"CONSTRAINT (\w+)\s+CHECK \(([^()]*)\)", sql)),
            "unnamed checks": len(re.findall(r"CHECK", sql)) - len(re.findall(r"CONSTRAINT \w+\s+CHECK", sql)),
        }
        for table, sql in tables
    }


def index_columns(database: Path, index: str) -> tuple[str, ...]:
    return tuple(name for *_, name in query(database, f"PRAGMA index_info({index})"))


def is_refused(database: Path, sql: str) -> bool:
    """Whether a CHECK refuses a statement; nothing is kept either way."""
    with closing(sqlite3.connect(database)) as connection:
        try:
            connection.execute(sql)
        except sqlite3.IntegrityError as error:
            return "CHECK constraint failed" in str(error)
        finally:
            connection.rollback()
    return False


def schedule_insert(column: str, value: int) -> str:
    values = {
        "project_name": "'demo'",
        "start_time": "'09:30'",
        "duration_minutes": "60",
        "days_of_week": "127",
        "enabled": "1",
        "yolo_mode": "0",
        "created_at": "'2025-01-01 00:00:00'",
        column: str(value),
    }
    return f"INSERT INTO schedules ({', '.join(values)}) VALUES ({', '.join(values.values())})"


class TestFreshDatabase:
    def test_features_store_has_the_reference_columns(self, board: SimpleNamespace, project: Path) -> None:
        board.features_store.get_store(project)

        schema = schema_of(project / "features.db")

        assert {
            table: {name: (kind, required, default) for name, kind, required, default, _ in columns}
            for table, columns in ((t, s["columns"]) for t, s in schema.items())
        } == FEATURES_STORE

    def test_assistant_store_has_the_reference_columns(self, board: SimpleNamespace, project: Path) -> None:
        board.assistant_store.get_store(project)

        schema = schema_of(project / "assistant.db")

        assert {
            table: {name: (kind, required, default) for name, kind, required, default, _ in columns}
            for table, columns in ((t, s["columns"]) for t, s in schema.items())
        } == ASSISTANT_STORE

    def test_every_table_has_id_as_its_primary_key_and_the_reference_indexes_and_keys(
        self, board: SimpleNamespace, project: Path
    ) -> None:
        board.features_store.get_store(project)
        board.assistant_store.get_store(project)

        schema = schema_of(project / "features.db") | schema_of(project / "assistant.db")

        for table, facts in schema.items():
            assert [name for name, *_, key in facts["columns"] if key] == ["id"]
            assert {name: columns for name, _, _, columns in facts["indexes"]} == INDEXES[table]
            assert not any(unique for _, unique, _, _ in facts["indexes"])
            assert [
                (column, target, key, on_delete) for target, column, key, _, on_delete, _ in facts["foreign_keys"]
            ] == FOREIGN_KEYS[table]

    def test_python_defaults_are_those_of_the_reference(self, board: SimpleNamespace, project: Path) -> None:
        models = board.models
        before = datetime.now(UTC)
        with board.features_store.transaction(project) as session:
            feature = models.Feature(category="c", name="n", description="d", steps=[])
            schedule = models.Schedule(project_name="demo", start_time="00:00", duration_minutes=1)
            session.add_all([feature, schedule])
            session.flush()

            assert (feature.priority, feature.passes, feature.in_progress) == (999, False, False)
            assert (feature.needs_human_input, feature.dependencies) == (False, None)
            assert (schedule.days_of_week, schedule.enabled, schedule.yolo_mode) == (
                127,
                True,
                False,
            )
            assert (schedule.model, schedule.max_concurrency, schedule.crash_count) == (None, 3, 0)
            assert before <= schedule.created_at <= datetime.now(UTC)

    def test_an_absent_json_value_is_null_and_not_the_text_null(self, board: SimpleNamespace, project: Path) -> None:
        with board.features_store.transaction(project) as session:
            session.add(board.models.Feature(category="c", name="n", description="d", steps=[], dependencies=None))

        rows = query(project / "features.db", "SELECT dependencies FROM features")

        assert rows == [(None,)]


class TestUpgrade:
    def test_the_oldest_database_ends_equal_to_a_fresh_one(
        self, board: SimpleNamespace, old_project: Path, tmp_path: Path
    ) -> None:
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        board.features_store.create_database(fresh).engine.dispose()

        board.features_store.get_store(old_project)

        assert schema_of(old_project / "features.db") == schema_of(fresh / "features.db")

    def test_a_database_with_features_alone_ends_equal_to_a_fresh_one(
        self, board: SimpleNamespace, project: Path, tmp_path: Path
    ) -> None:
        run_script(project / "features.db", OLDEST.split("CREATE TABLE schedules", 1)[0])
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        board.features_store.create_database(fresh).engine.dispose()

        board.features_store.get_store(project)

        assert schema_of(project / "features.db") == schema_of(fresh / "features.db")

    @pytest.mark.parametrize("age", ["fresh", "oldest"])
    @pytest.mark.parametrize("column", CHECKS)
    def test_checks_take_and_refuse_the_same_values(
        self, board: SimpleNamespace, project: Path, age: str, column: str
    ) -> None:
        database = project / "features.db"
        if age == "oldest":
            run_script(database, OLDEST + SEED)
        board.features_store.get_store(project)
        allowed, refused = CHECKS[column]

        assert not any(is_refused(database, schedule_insert(column, value)) for value in allowed)
        assert all(is_refused(database, schedule_insert(column, value)) for value in refused)

    def test_old_rows_keep_their_values_and_get_the_defaults(self, board: SimpleNamespace, old_project: Path) -> None:
        with board.features_store.transaction(old_project) as session:
            feature = session.get_one(board.models.Feature, 1)
            schedule = session.get_one(board.models.Schedule, 1)

            assert (feature.name, feature.steps, feature.passes) == (
                "Log in",
                ["open", "type"],
                True,
            )
            assert (feature.in_progress, feature.needs_human_input) == (False, False)
            assert (feature.dependencies, feature.human_input_request) == (None, None)
            assert (schedule.max_concurrency, schedule.crash_count) == (3, 0)

    def test_null_flags_of_old_rows_become_false(self, board: SimpleNamespace, project: Path) -> None:
        nullable = OLDEST.replace("passes BOOLEAN NOT NULL", "passes BOOLEAN, in_progress BOOLEAN")
        row = "INSERT INTO features VALUES (1, 1, 'c', 'n', 'd', '[]', NULL, NULL);"
        run_script(project / "features.db", nullable + row)

        board.features_store.get_store(project)

        assert query(project / "features.db", "SELECT passes, in_progress, needs_human_input FROM features") == [
            (0, 0, 0)
        ]

    def test_opening_again_changes_nothing(self, board: SimpleNamespace, old_project: Path) -> None:
        database = old_project / "features.db"
        board.features_store.get_store(old_project)
        board.features_store.dispose_engine(old_project)
        once = (
            query(database, "SELECT type, name, sql FROM sqlite_master"),
            query(database, "SELECT * FROM features"),
        )

        board.features_store.get_store(old_project)

        assert once == (
            query(database, "SELECT type, name, sql FROM sqlite_master"),
            query(database, "SELECT * FROM features"),
        )

    def test_a_failed_upgrade_leaves_the_old_database_whole(self, board: SimpleNamespace, old_project: Path) -> None:
        from sqlalchemy.exc import OperationalError

        database = old_project / "features.db"
        run_script(database, "CREATE TABLE ix_feature_status (id INTEGER)")
        before = query(database, "SELECT type, name, sql FROM sqlite_master")

        with pytest.raises(OperationalError, match="ix_feature_status"):
            board.features_store.get_store(old_project)

        assert query(database, "SELECT type, name, sql FROM sqlite_master") == before

    @pytest.mark.parametrize("age", ["new", "oldest"])
    def test_threads_may_open_at_once(self, board: SimpleNamespace, tmp_path: Path, age: str) -> None:
        def open_apart(folder: Path, start: threading.Barrier) -> None:
            start.wait()
            board.features_store.create_database(folder).engine.dispose()

        with ThreadPoolExecutor(4) as pool:
            for attempt in range(10):  # the first switch to WAL is the narrow place
                folder = tmp_path / str(attempt)
                folder.mkdir()
                if age == "oldest":
                    run_script(folder / "features.db", OLDEST + SEED)
                start = threading.Barrier(4)
                for opened in [pool.submit(open_apart, folder, start) for _ in range(4)]:
                    opened.result()

    @pytest.mark.parametrize("age", ["new", "oldest"])
    def test_processes_may_open_at_once(self, project: Path, age: str) -> None:
        if age == "oldest":
            run_script(project / "features.db", OLDEST + SEED)
        script = (
            "import sys; from pathlib import Path; from feature_board import features_store;"
            "sys.stdin.readline(); features_store.get_store(Path(sys.argv[1]))"
        )
        openers = [
            subprocess.Popen(
                [sys.executable, "-c", script, str(project)],
                env={**os.environ, "PYTHONPATH": str(EXAMPLE)},
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("\n")
            opener.stdin.flush()

        complaints = [opener.communicate(timeout=60)[1] for opener in openers]

        assert [opener.returncode for opener in openers] == [0] * 4, complaints


class TestConnections:
    def test_a_session_holds_the_write_lock_from_its_first_read_on(self, board: SimpleNamespace, project: Path) -> None:
        from sqlalchemy import text

        with (
            board.features_store.transaction(project) as session,
            closing(sqlite3.connect(project / "features.db", timeout=0)) as other,
        ):
            session.execute(text("SELECT 1"))

            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                other.execute("BEGIN IMMEDIATE")

    @pytest.mark.parametrize("store", ["features_store", "assistant_store"])
    def test_every_transaction_begins_with_begin_immediate(
        self, board: SimpleNamespace, project: Path, store: str
    ) -> None:
        from sqlalchemy import text

        said: list[str] = []
        engine = getattr(board, store).get_store(project).engine
        with closing(engine.raw_connection()) as connection:
            connection.dbapi_connection.set_trace_callback(said.append)
        with getattr(board, store).transaction(project) as session:
            session.execute(text("SELECT 1"))

        assert said == ["BEGIN IMMEDIATE", "SELECT 1", "COMMIT"]

    @pytest.mark.parametrize("store", ["features_store", "assistant_store"])
    def test_every_pooled_connection_waits_and_checks_foreign_keys(
        self, board: SimpleNamespace, project: Path, store: str
    ) -> None:
        engine = getattr(board, store).get_store(project).engine
        connections = [engine.raw_connection() for _ in range(3)]
        seen = [
            (
                connection.dbapi_connection.isolation_level,
                connection.dbapi_connection.execute("PRAGMA busy_timeout").fetchone(),
                connection.dbapi_connection.execute("PRAGMA foreign_keys").fetchone(),
            )
            for connection in connections
        ]
        for connection in connections:
            connection.close()

        assert seen == [(None, (30000,), (1,))] * 3

    def test_the_busy_timeout_does_not_rest_on_the_driver_alone(self, board: SimpleNamespace, project: Path) -> None:
        from sqlalchemy import create_engine

        database = project / "features.db"
        engine = create_engine(board.sqlite.sqlite_url(database), connect_args={"timeout": 1})
        board.sqlite.configure(engine, database)
        with engine.connect() as connection:
            waits = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        engine.dispose()

        assert waits == 30_000

    @pytest.mark.parametrize("store", ["features_store", "assistant_store"])
    def test_a_local_database_is_in_wal_mode(self, board: SimpleNamespace, project: Path, store: str) -> None:
        module = getattr(board, store)
        module.get_store(project)

        assert query(module.database_path(project), "PRAGMA journal_mode") == [("wal",)]

    @pytest.mark.skipif(not Path("/proc/self/mounts").exists(), reason="needs Linux mounts")
    def test_a_network_database_is_in_delete_mode(
        self, board: SimpleNamespace, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
        here = board.sqlite.filesystem_type(project, mounts)
        monkeypatch.setattr(board.sqlite, "NETWORK_FILESYSTEMS", frozenset({here}))

        board.features_store.get_store(project)

        assert query(project / "features.db", "PRAGMA journal_mode") == [("delete",)]

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/data/board", "ext4"),
            ("/data/share/board", "nfs4"),
            ("/data/sharedlib/board", "ext4"),
            ("/data/two words/board", "cifs"),
            ("/data/share/local/board", "ext4"),
        ],
    )
    def test_the_innermost_mount_decides(self, board: SimpleNamespace, path: str, kind: str) -> None:
        mounts = (
            "server:/x /data/share nfs4 rw 0 0\n"
            "//server/y /data/two\\040words cifs rw 0 0\n"
            "/dev/sdb /data/share/local ext4 rw 0 0\n"
            "/dev/sda / ext4 rw 0 0\n"
        )

        assert board.sqlite.filesystem_type(Path(path), mounts) == kind

    def test_a_refused_journal_mode_is_an_error(self, board: SimpleNamespace, project: Path) -> None:
        from sqlalchemy import create_engine

        in_memory = create_engine("sqlite://")  # SQLite answers "memory", whatever it is asked

        with pytest.raises(board.sqlite.JournalModeError, match="memory"):
            board.sqlite.configure(in_memory, project / "features.db")

        in_memory.dispose()

    def test_concurrent_read_modify_write_loses_nothing(self, board: SimpleNamespace, project: Path) -> None:
        store_a_schedule(board, project)

        def crash(_: int) -> None:
            with board.features_store.transaction(project) as session:
                board.scheduling.record_crash(session.get_one(board.models.Schedule, 1))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(crash, range(40)))

        assert query(project / "features.db", "SELECT crash_count FROM schedules") == [(40,)]


def store_a_schedule(board: SimpleNamespace, project: Path) -> None:
    """Store one schedule that runs on Mondays from 23:00 to 01:00."""
    with board.features_store.transaction(project) as session:
        session.add(
            board.models.Schedule(project_name="demo", start_time="23:00", duration_minutes=120, days_of_week=1)
        )


class TestLifecycle:
    def test_one_engine_serves_a_project_however_it_is_spelled(self, board: SimpleNamespace, project: Path) -> None:
        store = board.features_store.get_store(project)

        assert board.features_store.get_store(project / ".." / project.name) is store

    def test_a_session_that_raises_keeps_nothing_and_gives_its_connection_back(
        self, board: SimpleNamespace, project: Path
    ) -> None:
        def fail_halfway() -> None:
            with board.features_store.transaction(project) as session:
                session.add(board.models.Feature(category="c", name="n", description="d", steps=[]))
                session.flush()
                raise KeyError

        with pytest.raises(KeyError):
            fail_halfway()

        assert query(project / "features.db", "SELECT count(*) FROM features") == [(0,)]
        assert board.features_store.get_store(project).engine.pool.checkedout() == 0

    @pytest.mark.parametrize("store", ["features_store", "assistant_store"])
    def test_dispose_closes_every_connection_and_forgets_the_engine(
        self, board: SimpleNamespace, project: Path, store: str
    ) -> None:
        module = getattr(board, store)
        with module.transaction(project):
            pass
        before = module.get_store(project)
        wal = Path(f"{module.database_path(project)}-wal")
        was_open = wal.exists()

        disposed = module.dispose_engine(project)

        assert (was_open, disposed, wal.exists()) == (True, True, False)
        assert not module.dispose_engine(project)
        assert module.get_store(project) is not before

    @pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux file descriptors")
    def test_a_store_that_failed_to_open_leaves_no_file_open(self, board: SimpleNamespace, old_project: Path) -> None:
        from sqlalchemy.exc import OperationalError

        database = old_project / "features.db"
        run_script(database, "CREATE TABLE ix_feature_status (id INTEGER)")
        with pytest.raises(OperationalError):
            board.features_store.get_store(old_project)

        held = [str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]

        assert not [path for path in held if path.startswith(str(database))]

    def test_a_store_that_failed_to_open_is_not_cached(self, board: SimpleNamespace, project: Path) -> None:
        (project / "features.db").write_text("not a database, but long enough to be read as one")
        with pytest.raises(sqlite3.DatabaseError):
            board.features_store.get_store(project)
        (project / "features.db").unlink()

        board.features_store.get_store(project)

        assert set(schema_of(project / "features.db")) == set(FEATURES_STORE)

    def test_deleting_a_schedule_deletes_its_overrides(self, board: SimpleNamespace, project: Path) -> None:
        store_a_schedule(board, project)
        with board.features_store.transaction(project) as session:
            session.add(
                board.models.ScheduleOverride(schedule_id=1, override_type="stop", expires_at=datetime.now(UTC))
            )
        with board.features_store.transaction(project) as session:
            session.delete(session.get_one(board.models.Schedule, 1))

        assert query(project / "features.db", "SELECT * FROM schedule_overrides") == []


class TestScheduling:
    @pytest.mark.parametrize(
        ("now", "open_"),
        [
            (datetime(2025, 1, 6, 22, 59, tzinfo=UTC), False),
            (datetime(2025, 1, 6, 23, 0, tzinfo=UTC), True),
            (datetime(2025, 1, 7, 0, 59, tzinfo=UTC), True),
            (datetime(2025, 1, 7, 1, 0, tzinfo=UTC), False),
            (datetime(2025, 1, 7, 23, 30, tzinfo=UTC), False),
        ],
    )
    def test_a_monday_window_runs_past_midnight(
        self, board: SimpleNamespace, project: Path, now: datetime, open_: bool
    ) -> None:
        store_a_schedule(board, project)
        with board.features_store.transaction(project) as session:
            schedule = session.get_one(board.models.Schedule, 1)

            assert board.scheduling.should_run(session, schedule, now) is open_

    def test_an_override_decides_until_it_expires(self, board: SimpleNamespace, project: Path) -> None:
        store_a_schedule(board, project)
        within = datetime(2025, 1, 6, 23, 30, tzinfo=UTC)
        ends = within + timedelta(minutes=10)
        with board.features_store.transaction(project) as session:
            session.add(board.models.ScheduleOverride(schedule_id=1, override_type="stop", expires_at=ends))
            session.flush()
            schedule = session.get_one(board.models.Schedule, 1)

            assert not board.scheduling.should_run(session, schedule, within)
            assert board.scheduling.should_run(session, schedule, ends)

    def test_a_new_window_counts_crashes_from_zero(self, board: SimpleNamespace, project: Path) -> None:
        store_a_schedule(board, project)
        with board.features_store.transaction(project) as session:
            schedule = session.get_one(board.models.Schedule, 1)
            board.scheduling.record_crash(schedule)
            board.scheduling.start_window(session, schedule)

        assert query(project / "features.db", "SELECT crash_count FROM schedules") == [(0,)]


class TestDocuments:
    def test_export_and_import_keep_every_column(self, board: SimpleNamespace, project: Path, tmp_path: Path) -> None:
        copy = tmp_path / "copy"
        copy.mkdir()
        (project / "feature_list.json").write_text(json.dumps([FULL_ENTRY]))
        board.documents.import_features(project)
        exported = board.documents.export_features(project)
        exported.rename(copy / "feature_list.json")

        board.documents.import_features(copy)
        again = board.documents.export_features(copy)
        board.features_store.dispose_engine(copy)

        assert FULL_ENTRY.keys() == FEATURES.keys()
        assert json.loads(again.read_text()) == [FULL_ENTRY]

    def test_missing_keys_get_defaults_from_the_position(self, board: SimpleNamespace, project: Path) -> None:
        (project / "feature_list.json").write_text('[{}, {"name": "Second"}]')

        count = board.documents.import_features(project)

        assert count == 2
        assert query(
            project / "features.db",
            "SELECT id, priority, category, name, description, steps, passes, in_progress,"
            " needs_human_input, dependencies FROM features",
        ) == [
            (1, 1, "uncategorized", "Feature 1", "", "[]", 0, 0, 0, None),
            (2, 2, "uncategorized", "Second", "", "[]", 0, 0, 0, None),
        ]

    def test_the_imported_file_becomes_a_timestamped_backup(self, board: SimpleNamespace, project: Path) -> None:
        (project / "feature_list.json").write_text("[{}]")

        board.documents.import_features(project)
        [backup] = project.glob("feature_list.json*")

        assert backup.read_text() == "[{}]"
        assert re.fullmatch(r"feature_list\.json\.backup\.\d{8}_\d{6}", backup.name)

    def test_an_earlier_backup_is_never_overwritten(self, board: SimpleNamespace, project: Path) -> None:
        now = datetime.now(UTC)
        earlier = [project / f"feature_list.json.backup.{now + timedelta(seconds=s):%Y%m%d_%H%M%S}" for s in range(30)]
        for backup in earlier:
            backup.write_text("earlier")
        (project / "feature_list.json").write_text("[{}]")

        board.documents.import_features(project)

        assert {backup.read_text() for backup in earlier} == {"earlier"}
        assert len(list(project.glob("feature_list.json.backup.*"))) == 31

    def test_a_failed_rename_is_a_warning_and_the_rows_stay(
        self,
        board: SimpleNamespace,
        project: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def refuse(self: Path, target: Path) -> Path:
            raise PermissionError(13, "refused")

        (project / "feature_list.json").write_text("[{}]")
        monkeypatch.setattr(Path, "rename", refuse)

        count = board.documents.import_features(project)

        assert count == 1
        assert "imported, but not renamed" in caplog.text
        assert query(project / "features.db", "SELECT count(*) FROM features") == [(1,)]

    def test_a_second_import_is_skipped_and_leaves_the_file(self, board: SimpleNamespace, project: Path) -> None:
        source = project / "feature_list.json"
        source.write_text("[{}]")
        board.documents.import_features(project)
        source.write_text("[{}, {}]")

        count = board.documents.import_features(project)

        assert (count, source.exists()) == (0, True)
        assert query(project / "features.db", "SELECT count(*) FROM features") == [(1,)]

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            '{"name": "not a list"}',
            "[1]",
            '[{}, {"id": 1}]',
            '[{}, {"name": null, "passes": "perhaps"}]',
            '[{}, {"nmae": "a typo"}]',
            '[{}, {"id": 99999999999999999999}]',
            '[{}, {"category": "' + "c" * 101 + '"}]',
        ],
    )
    def test_a_bad_list_is_named_and_changes_nothing(self, board: SimpleNamespace, project: Path, text: str) -> None:
        source = project / "feature_list.json"
        source.write_text(text)
        board.features_store.get_store(project)

        with pytest.raises(board.documents.FeatureImportError, match=r"feature_list\.json"):
            board.documents.import_features(project)

        assert source.read_text() == text
        assert query(project / "features.db", "SELECT count(*) FROM features") == [(0,)]

    def test_no_list_means_no_import(self, board: SimpleNamespace, project: Path) -> None:
        assert board.documents.import_features(project) == 0

    def test_export_is_ordered_by_priority_and_id(self, board: SimpleNamespace, project: Path) -> None:
        entries = [{"id": 3, "priority": 1}, {"id": 2, "priority": 2}, {"id": 1, "priority": 1}]
        (project / "feature_list.json").write_text(json.dumps(entries))
        board.documents.import_features(project)

        exported = board.documents.export_features(project)

        assert exported.name == "feature_list_export.json"
        assert [entry["id"] for entry in json.loads(exported.read_text())] == [1, 3, 2]


class TestConversations:
    def test_the_first_user_message_names_the_conversation(self, board: SimpleNamespace, project: Path) -> None:
        talk = board.conversations.begin_conversation(project)
        board.conversations.add_message(project, talk, "system", "Be brief.")
        board.conversations.add_message(project, talk, "user", "Why? " * 100)
        board.conversations.add_message(project, talk, "user", "And how?")

        [conversation] = board.conversations.list_conversations(project)

        assert conversation.title == ("Why? " * 100)[:200]
        assert conversation.updated_at > conversation.created_at
        assert [turn.role for turn in board.conversations.list_messages(project, talk)] == [
            "system",
            "user",
            "user",
        ]

    def test_a_forgotten_conversation_takes_its_messages_along(self, board: SimpleNamespace, project: Path) -> None:
        talk = board.conversations.begin_conversation(project)
        board.conversations.add_message(project, talk, "user", "Hello")

        board.conversations.forget_conversation(project, talk)

        assert query(project / "assistant.db", "SELECT * FROM conversation_messages") == []

    def test_a_message_needs_its_conversation(self, board: SimpleNamespace, project: Path) -> None:
        from sqlalchemy.exc import NoResultFound

        with pytest.raises(NoResultFound):
            board.conversations.add_message(project, 1, "user", "Hello")


@pytest.fixture
def projects(board: SimpleNamespace) -> Any:
    """The module that opens, deletes and moves projects."""
    pytest.importorskip("fastapi")
    return importlib.import_module("feature_board.projects")


class TestProjects:
    def test_opening_upgrades_and_imports(self, projects: Any, project: Path) -> None:
        run_script(project / "features.db", OLDEST)
        (project / "feature_list.json").write_text("[{}]")

        projects.open_project(project)

        assert query(project / "features.db", "SELECT in_progress FROM features") == [(0,)]

    def test_a_bad_list_does_not_keep_a_project_closed(
        self, projects: Any, project: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (project / "feature_list.json").write_text("{")

        projects.open_project(project)

        assert "not imported" in caplog.text
        assert (project / "feature_list.json").exists()

    def test_deleting_leaves_no_database_file_and_a_new_start(
        self, board: SimpleNamespace, projects: Any, project: Path
    ) -> None:
        (project / "feature_list.json").write_text("[{}]")
        projects.open_project(project)

        projects.delete_databases(project)

        assert [path.name for path in project.iterdir() if ".db" in path.name] == []
        assert board.documents.export_features(project).read_text() == "[]"

    def test_a_moved_project_keeps_its_rows(self, board: SimpleNamespace, projects: Any, project: Path) -> None:
        (project / "feature_list.json").write_text(json.dumps([FULL_ENTRY]))
        projects.open_project(project)
        target = project.with_name("moved")

        projects.move_project(project, target)
        exported = board.documents.export_features(target)
        projects.close_project(target)

        assert json.loads(exported.read_text()) == [FULL_ENTRY]


@pytest.fixture
def client(board: SimpleNamespace, project: Path) -> Iterator[Any]:
    """The example's API over one project called demo."""
    pytest.importorskip("fastapi")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which HTTP client Starlette likes best is its own matter
        try:
            from fastapi.testclient import TestClient
        except RuntimeError as error:  # what Starlette raises when there is none
            pytest.skip(str(error))
    app = importlib.import_module("feature_board.app")
    with TestClient(app.create_app(project.parent)) as test_client:
        yield test_client


FEATURES_URL = "/api/projects/demo/features"
SCHEDULES_URL = "/api/projects/demo/schedules"
NEW_FEATURE = {"category": "core", "name": "Log in", "description": "d", "steps": ["open"]}
NEW_SCHEDULE = {"start_time": "09:30", "duration_minutes": 60}


class TestApi:
    def test_a_feature_keeps_every_field_of_its_request(self, client: Any) -> None:
        request = {**NEW_FEATURE, "priority": 5, "dependencies": [4]}

        response = client.post(FEATURES_URL, json=request)

        assert response.status_code == 201
        assert response.json() == {
            **request,
            "id": 1,
            "passes": False,
            "in_progress": False,
            "needs_human_input": False,
            "human_input_request": None,
            "human_input_response": None,
        }
        assert client.get(FEATURES_URL).json() == [response.json()]

    def test_a_feature_patch_stores_every_field_it_can_carry(self, board: SimpleNamespace, client: Any) -> None:
        client.post(FEATURES_URL, json=NEW_FEATURE)
        change = {key: value for key, value in FULL_ENTRY.items() if key != "id"}

        response = client.patch(f"{FEATURES_URL}/1", json=change)

        assert change.keys() == board.schemas.FeaturePatch.model_fields.keys()
        assert response.json() == {**change, "id": 1}
        assert client.get(FEATURES_URL).json() == [response.json()]

    def test_a_schedule_keeps_every_field_of_its_request(self, board: SimpleNamespace, client: Any) -> None:
        request = {
            "start_time": "23:59",
            "duration_minutes": 1440,
            "days_of_week": 64,
            "enabled": False,
            "yolo_mode": True,
            "model": "large",
            "max_concurrency": 5,
        }

        response = client.post(SCHEDULES_URL, json=request)

        assert request.keys() == board.schemas.ScheduleCreate.model_fields.keys()
        assert response.status_code == 201
        assert response.json() | {"id": 1, "project_name": "demo", "crash_count": 0} | request == (response.json())
        assert client.get(SCHEDULES_URL).json() == [response.json()]

    def test_a_schedule_patch_stores_every_field_it_can_carry(self, board: SimpleNamespace, client: Any) -> None:
        created = client.post(SCHEDULES_URL, json={**NEW_SCHEDULE, "model": "large"}).json()
        change = {
            "start_time": "00:00",
            "duration_minutes": 1,
            "days_of_week": 0,
            "enabled": False,
            "yolo_mode": True,
            "model": None,
            "max_concurrency": 1,
        }

        response = client.patch(f"{SCHEDULES_URL}/1", json=change)

        assert change.keys() == board.schemas.SchedulePatch.model_fields.keys()
        assert response.json() == created | change

    @pytest.mark.parametrize("url", [FEATURES_URL, SCHEDULES_URL])
    def test_deleting_twice_is_not_found(self, client: Any, url: str) -> None:
        client.post(url, json=NEW_FEATURE if url == FEATURES_URL else NEW_SCHEDULE)

        codes = [client.delete(f"{url}/1").status_code for _ in range(2)]

        assert codes == [204, 404]
        assert client.get(url).json() == []

    def test_a_deleted_feature_leaves_the_dependencies_of_others(self, client: Any) -> None:
        client.post(FEATURES_URL, json=NEW_FEATURE)
        client.post(FEATURES_URL, json={**NEW_FEATURE, "dependencies": [1, 9]})

        client.delete(f"{FEATURES_URL}/1")

        assert client.get(FEATURES_URL).json()[0]["dependencies"] == [9]

    def test_null_is_refused_exactly_where_the_column_is_not_null(self, board: SimpleNamespace, client: Any) -> None:
        client.post(FEATURES_URL, json=NEW_FEATURE)
        client.post(SCHEDULES_URL, json=NEW_SCHEDULE)
        outcome = {
            (url, field): client.patch(f"{url}/1", json={field: None}).status_code
            for url, patch in (
                (FEATURES_URL, board.schemas.FeaturePatch),
                (SCHEDULES_URL, board.schemas.SchedulePatch),
            )
            for field in patch.model_fields
        }

        columns = {FEATURES_URL: FEATURES, SCHEDULES_URL: SCHEDULES}

        assert outcome == {(url, field): 422 if columns[url][field][1] else 200 for url, field in outcome}

    def test_bounds_are_those_of_the_database(self, client: Any) -> None:
        fields = {field: values for field, values in CHECKS.items() if field != "crash_count"}
        outcome = {
            (field, value): client.post(SCHEDULES_URL, json={**NEW_SCHEDULE, field: value})
            for field, (allowed, refused) in fields.items()
            for value in (*allowed, *refused)
        }

        assert {key for key, response in outcome.items() if response.status_code == 201} == {
            (field, value) for field, (allowed, _) in fields.items() for value in allowed
        }
        assert {response.status_code for response in outcome.values()} == {201, 422}

    @pytest.mark.parametrize(
        ("url", "request_"),
        [
            (FEATURES_URL, {**NEW_FEATURE, "owner": "nobody stores this"}),
            (FEATURES_URL, {**NEW_FEATURE, "category": "c" * 101}),
            (FEATURES_URL, {**NEW_FEATURE, "name": "n" * 256}),
            (FEATURES_URL, {**NEW_FEATURE, "priority": 2**63}),
            (SCHEDULES_URL, {**NEW_SCHEDULE, "crash_count": 1}),
            (SCHEDULES_URL, {**NEW_SCHEDULE, "model": "m" * 51}),
            (SCHEDULES_URL, {**NEW_SCHEDULE, "start_time": "24:00"}),
        ],
    )
    def test_what_the_table_cannot_hold_is_refused(self, client: Any, url: str, request_: dict[str, Any]) -> None:
        response = client.post(url, json=request_)

        assert response.status_code == 422

    def test_an_override_is_stored_in_utc(self, client: Any, project: Path) -> None:
        client.post(SCHEDULES_URL, json=NEW_SCHEDULE)
        request = {"override_type": "stop", "expires_at": "2030-01-01T02:00:00+02:00"}

        response = client.post(f"{SCHEDULES_URL}/1/overrides", json=request)

        assert response.status_code == 201
        assert query(project / "features.db", "SELECT expires_at FROM schedule_overrides") == [
            ("2030-01-01 00:00:00.000000",)
        ]

    def test_an_unknown_project_or_row_is_not_found(self, client: Any) -> None:
        codes = [
            client.get("/api/projects/other/features").status_code,
            client.patch(f"{FEATURES_URL}/9", json={}).status_code,
            client.post(
                f"{SCHEDULES_URL}/9/overrides",
                json={"override_type": "stop", "expires_at": "2030-01-01T00:00:00Z"},
            ).status_code,
        ]

        assert codes == [404, 404, 404]

    def test_export_and_reset(self, client: Any, project: Path) -> None:
        client.post(FEATURES_URL, json=NEW_FEATURE)

        exported = client.post(f"{FEATURES_URL}/export").json()
        reset = client.delete("/api/projects/demo/databases").status_code

        assert len(json.loads((project / exported).read_text())) == 1
        assert (reset, client.get(FEATURES_URL).json()) == (204, [])


SURFACES = EXAMPLE / ".planning" / "specs" / "surfaces"


def contract_sections() -> dict[str, str]:
    """Unit -> its section of the contracts document."""
    text = (SURFACES / "DATA-PERSISTENCE-CONTRACTS.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {section[:3]: section for section in sections if re.match(r"D\d\d ", section)}


def blocks(kind: str) -> list[str]:
    return [
        block
        for section in contract_sections().values()
        for block in re.findall(rf"^```{kind}\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    ]


def matrix_rows() -> list[list[str]]:
    text = (SURFACES / "DATA-PERSISTENCE-MATRIX.md").read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"^\| D[0-9]{2} \|", line)
    ]


class TestContractDocuments:
    def test_the_declared_schema_is_the_fresh_one(self, board: SimpleNamespace, project: Path, tmp_path: Path) -> None:
        board.features_store.get_store(project)
        board.assistant_store.get_store(project)
        run_script(tmp_path / "declared.db", "".join(blocks("sql contract")))

        fresh = schema_of(project / "features.db") | schema_of(project / "assistant.db")

        assert schema_of(tmp_path / "declared.db") == fresh

    @pytest.mark.parametrize("start", ["features", "schedules", "both"])
    def test_each_declared_baseline_upgrades_to_the_declared_schema(
        self, board: SimpleNamespace, project: Path, tmp_path: Path, start: str
    ) -> None:
        oldest = [block for block in blocks("sql baseline") if start in {"both", block.split()[2]}]
        run_script(project / "features.db", "".join(oldest))
        run_script(tmp_path / "declared.db", "".join(blocks("sql contract")))

        board.features_store.get_store(project)
        declared = schema_of(tmp_path / "declared.db")

        assert len(oldest) == (2 if start == "both" else 1)
        assert schema_of(project / "features.db") == {table: declared[table] for table in FEATURES_STORE}

    def test_every_function_that_a_block_names_exists(self, board: SimpleNamespace) -> None:
        clauses = [tomllib.loads(block) for block in blocks("toml contract")]
        named = {
            value
            for clause in clauses
            for entries in clause.values()
            for entry in entries
            for value in entry.values()
            if isinstance(value, str) and ":" in value
        }

        assert len(named) == 8
        assert all(
            callable(getattr(importlib.import_module(module), function))
            for module, function in (name.split(":") for name in named)
        )

    def test_every_column_that_came_later_has_its_upgrade(self) -> None:
        upgrades = [
            (entry["table"], entry["column"])
            for block in blocks("toml contract")
            for entry in tomllib.loads(block).get("upgrade", [])
        ]
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript("".join(blocks("sql baseline")))
            later = [
                (table, column)
                for table in ("features", "schedules")
                for column in FEATURES_STORE[table]
                if column not in {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
            ]

        assert upgrades == later

    def test_matrix_and_contracts_have_the_same_twelve_units(self) -> None:
        units = [f"D{number:02}" for number in range(1, 13)]

        assert [row[0] for row in matrix_rows()] == units
        assert list(contract_sections()) == units

    def test_every_artifact_is_in_the_inventory_and_exists(self) -> None:
        text = (SURFACES.parent / "INVENTORY.md").read_text(encoding="utf-8")
        inventory = re.findall(r"^\| (ART-\d{4}) \| (\S+) \|", text, flags=re.MULTILINE)
        used = [tuple(artifact.split(" ")) for row in matrix_rows() for artifact in row[2].split("; ")]

        assert set(used) == set(inventory)
        assert all((EXAMPLE / path).is_file() for _, path in inventory)

    def test_a_unit_names_the_objects_of_its_row(self) -> None:
        sections = contract_sections()
        absent = [
            (unit, name)
            for unit, _, _, objects, *_ in matrix_rows()
            for name in re.findall(r"`([^`]+)`", objects)
            if name not in sections[unit]
        ]

        assert absent == []

    def test_every_unit_has_a_block_or_says_why_not_and_its_sections(self) -> None:
        for unit, section in contract_sections().items():
            assert ("contract\n" in section) != ("No contract block applies: " in section), unit
            assert "### Failure and edge behavior\n" in section, unit
            assert re.search(rf"### Acceptance Checks\n\n(- \[ \] {unit}: .*`[a-z-]+`\n)+", section), unit

    @pytest.mark.parametrize(
        "words",
        [
            *FEATURES_STORE,
            *ASSISTANT_STORE,
            "feature_list.json",
            "BEGIN IMMEDIATE",
            "busy_timeout",
            "journal mode",
            "WAL",
            "DELETE",
            "backup",
            "Acceptance Checks",
            "SURF-03",
            "12/12",
            "matrix-to-contract",
            "migration",
            "lifecycle",
            "pass/fail",
        ],
    )
    def test_the_contracts_say(self, words: str) -> None:
        assert words in (SURFACES / "DATA-PERSISTENCE-CONTRACTS.md").read_text(encoding="utf-8")
