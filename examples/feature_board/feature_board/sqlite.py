"""What every connection of both stores obeys: how it begins, waits, journals and checks keys."""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_SECONDS = 30

NETWORK_FILESYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "fuse.sshfs", "fuse.smbnetfs"})


class JournalModeError(RuntimeError):
    """SQLite kept another journal mode than the one this file system needs."""


@dataclass(frozen=True, slots=True)
class Store:
    """One open database: its engine, and the factory of its sessions."""

    engine: Engine
    sessions: sessionmaker[Session]


def sqlite_url(database: Path) -> URL:
    """The address of a database file, whatever characters its path holds."""
    return URL.create("sqlite", database=database.as_posix())


def configure(engine: Engine, database: Path) -> None:
    """Give a new engine its journal mode, then the hooks that every later connection runs."""
    _set_journal_mode(engine, database)

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing: `on_begin` does
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA busy_timeout=30000")
            cursor.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_journal_mode(engine: Engine, database: Path) -> None:
    network = is_network_path(database)
    connection = engine.raw_connection()
    connection.detach()  # made before the hooks, so the pool must never see it again
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    with closing(connection), closing(connection.cursor()) as cursor:
        while True:
            try:
                cursor.execute("PRAGMA journal_mode=DELETE" if network else "PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError as error:
                # Of two processes that switch the mode at once, SQLite refuses one without a wait.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        answer = cursor.fetchone()
    if answer != (("delete" if network else "wal"),):
        raise JournalModeError(f"{database}: asked for a journal mode, got {answer}")


def is_network_path(path: Path) -> bool:
    """Whether `path` is on a network file system, where WAL cannot share its memory."""
    if sys.platform == "win32":
        import ctypes

        root = path.resolve().anchor
        drive_remote = 4
        return root.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(root) == drive_remote
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    except OSError:
        return False
    return filesystem_type(path, mounts) in NETWORK_FILESYSTEMS


def filesystem_type(path: Path, mounts: str) -> str | None:
    """The type of the innermost mount that holds `path`; of two on one place, the later counts."""
    resolved = path.resolve()
    innermost, found = -1, None
    for line in mounts.splitlines():
        _device, place, kind, *_options = line.split(" ")
        mount_point = Path(place.replace("\\040", " "))
        depth = len(mount_point.parts)
        if depth >= innermost and resolved.is_relative_to(mount_point):
            innermost, found = depth, kind
    return found
