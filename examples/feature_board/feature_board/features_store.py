"""The one door to a project's `features.db`: cached engines, upgrades on open, sessions."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from feature_board.models import Base
from feature_board.sqlite import BUSY_TIMEOUT_SECONDS, Store, configure, sqlite_url
from feature_board.upgrades import upgrade

_stores: dict[Path, Store] = {}
_stores_lock = threading.Lock()


def database_path(project: Path) -> Path:
    """Where a project keeps its features and schedules."""
    return project / "features.db"


def create_database(project: Path) -> Store:
    """Open a project's database, new or old; what comes back has every table and column."""
    database = database_path(project)
    engine = create_engine(sqlite_url(database), connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    try:
        configure(engine, database)
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            upgrade(connection)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, sessionmaker(engine, expire_on_commit=False))


def get_store(project: Path) -> Store:
    """The project's open store; other threads see it only once it is complete."""
    key = project.resolve()
    with _stores_lock:
        store = _stores.get(key)
        if store is None:
            store = _stores[key] = create_database(key)
        return store


@contextmanager
def transaction(project: Path) -> Generator[Session, None, None]:
    """A session that holds the write lock from its first statement on.

    It commits at the end of the block, rolls back if the block raises, and closes either way.
    """
    with get_store(project).sessions.begin() as session:
        yield session


def dispose_engine(project: Path) -> bool:
    """Forget a project's engine and close its connections, before its file is deleted or moved."""
    with _stores_lock:
        store = _stores.pop(project.resolve(), None)
        if store is None:
            return False
        store.engine.dispose()
        return True
