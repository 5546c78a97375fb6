"""Which other databases a file talks to, and what else may create tables for it, by what it imports."""

from __future__ import annotations

from persistlint.facts import code

_FOREIGN = frozenset({
    "psycopg", "psycopg2", "asyncpg", "pg8000", "pymysql", "MySQLdb", "aiomysql", "asyncmy", "mysql", "duckdb",
    "snowflake", "clickhouse_connect", "clickhouse_driver", "pyodbc", "cx_Oracle", "oracledb", "cassandra", "trino",
    "prestodb", "pyhive", "pymssql", "databricks", "redshift_connector", "pyspark", "google.cloud.bigquery",
    "singlestoredb", "pyathena", "couchbase", "ibis", "deltalake", "surrealdb", "hologres", "lancedb", "pymilvus",
    "boto3", "pandasql", "mariadb", "impala", "vertica_python", "teradatasql", "dremio", "clickzetta", "pyobvector",
})  # fmt: skip

_OURS = frozenset({"sqlite3", "aiosqlite", "apsw", "sqlalchemy", "sqlmodel", "flask_sqlalchemy", "alembic"})
_MAKERS = frozenset({
    "sqlite_utils", "peewee", "playhouse", "peewee_migrate", "pony", "tortoise", "django", "dataset", "piccolo",
    "ormar", "orator", "edgy", "saffier", "pypika_tortoise", "sqlorm", "ponyorm", "storm", "sqlobject", "gino",
})  # fmt: skip


def foreign(body: code.Block) -> tuple[str, ...]:
    """Drivers of other databases that a module imports, in order of name."""
    names = _imported(body)
    found = {name for name in names if name in _FOREIGN or name.partition(".")[0] in _FOREIGN}
    dialects = {name.split(".")[2] for name in names if name.startswith("sqlalchemy.dialects.")}
    return tuple(sorted({name.partition(".")[0] for name in found} | (dialects - {"sqlite"})))


def is_elsewhere(body: code.Block) -> bool:
    """Whether a module talks to other databases, and to no SQLite."""
    roots = {name.partition(".")[0] for name in _imported(body)}
    return bool(foreign(body)) and not roots & _OURS


def makers(body: code.Block) -> frozenset[str]:
    """Libraries that a module imports and that create tables in ways that are not read."""
    return frozenset(root for name in _imported(body) if (root := name.partition(".")[0]) in _MAKERS)


def _imported(body: code.Block) -> set[str]:
    names: set[str] = set()
    stack: list[code.Stmt] = list(body)
    while stack:
        stmt = stack.pop()
        match stmt:
            case code.Import(names=aliases):
                names.update(alias.name for alias in aliases)
            case code.ImportFrom(module=module, level=0, names=aliases):
                names.add(module)
                names.update(f"{module}.{alias.name}" for alias in aliases)
            case code.Try(body=inner, handlers=handlers):
                stack.extend(inner)
                for handler in handlers:
                    stack.extend(handler.body)
            case code.If(body=inner, orelse=orelse):
                stack.extend((*inner, *orelse))
            case _:
                pass
    return names
