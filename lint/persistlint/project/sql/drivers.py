"""Which other databases a file talks to, by the drivers that it imports."""

from __future__ import annotations

from persistlint.facts import code

_FOREIGN = frozenset({
    "psycopg", "psycopg2", "asyncpg", "pg8000", "pymysql", "MySQLdb", "aiomysql", "asyncmy", "mysql", "duckdb",
    "snowflake", "clickhouse_connect", "clickhouse_driver", "pyodbc", "cx_Oracle", "oracledb", "cassandra", "trino",
    "prestodb", "pyhive", "pymssql", "databricks", "redshift_connector", "pyspark", "google.cloud.bigquery",
    "singlestoredb", "pyathena", "couchbase", "ibis", "deltalake", "surrealdb", "hologres", "lancedb", "pymilvus",
    "boto3", "pandasql", "impala", "vertica_python", "teradatasql", "dremio", "clickzetta", "pyobvector",
})  # fmt: skip


def foreign(body: code.Block) -> tuple[str, ...]:
    """Drivers of other databases that a module imports, in order of name."""
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
    found = {name for name in names if name in _FOREIGN or name.partition(".")[0] in _FOREIGN}
    dialects = {name.rpartition(".")[2] for name in names if name.startswith("sqlalchemy.dialects.")}
    return tuple(sorted({name.partition(".")[0] for name in found} | (dialects - {"sqlite"})))
