"""Which functions and classes of which library make which kind of resource, by their dotted names.

The names are those of the public documentation of each library (docs.python.org/3/library/sqlite3.html,
aiosqlite.omnilib.dev, docs.sqlalchemy.org, sqlmodel.tiangolo.com, flask-sqlalchemy.palletsprojects.com).
"""

from __future__ import annotations

SQLITE_MODULES = frozenset({
    "sqlite3", "sqlite3.dbapi2", "_sqlite3", "pysqlite2.dbapi2", "pysqlite3", "pysqlite3.dbapi2", "sqlcipher3",
    "sqlcipher3.dbapi2", "pysqlcipher3.dbapi2",
})  # fmt: skip
"""Modules with the interface of sqlite3."""

CONNECT = frozenset({*(f"{module}.connect" for module in SQLITE_MODULES), "aiosqlite.connect"})
CONNECTIONS = frozenset({
    *(f"{module}.Connection" for module in SQLITE_MODULES), "aiosqlite.Connection", "aiosqlite.core.Connection",
    "sqlalchemy.engine.Connection", "sqlalchemy.Connection", "sqlalchemy.engine.base.Connection",
    "sqlalchemy.ext.asyncio.AsyncConnection", "sqlalchemy.ext.asyncio.engine.AsyncConnection",
    "sqlalchemy.future.Connection",
})  # fmt: skip
CURSORS = frozenset({*(f"{module}.Cursor" for module in SQLITE_MODULES), "aiosqlite.Cursor"})

ENGINE_MAKERS = frozenset({
    "create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config",
})  # fmt: skip
ENGINES = frozenset({"Engine", "AsyncEngine"})
FACTORIES = frozenset({"sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session"})
SESSIONS = frozenset({"Session", "AsyncSession"})
LIBRARIES = frozenset({"sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask_sqlalchemy_lite"})
"""Top-level modules in which the four sets above mean what they say; `requests.Session` is another thing."""
FLASK = frozenset({"flask_sqlalchemy.SQLAlchemy", "flask_sqlalchemy_lite.SQLAlchemy"})


def in_library(name: str, wanted: frozenset[str]) -> bool:
    """Whether a dotted name is one of `wanted`, of one of the libraries."""
    top, _, rest = name.partition(".")
    return top in LIBRARIES and rest.rpartition(".")[2] in wanted
