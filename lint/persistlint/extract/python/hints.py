"""What a function body may hold, judged by names alone: whether it is worth decoding later."""

from __future__ import annotations

import re

from persistlint.facts import code

ALEMBIC = frozenset({"op", "batch_op"})

_EXECUTE = frozenset({
    "execute", "executemany", "executescript", "exec_driver_sql", "execute_sql", "text", "DDL", "read_sql",
    "read_sql_query",
})  # fmt: skip
_TABLES = frozenset({
    "Table", "Column", "mapped_column", "create_all", "Index", "map_imperatively", "mapper", "append_column",
    "append_constraint", "declarative_base", "add_is_dependent_on", "to_sql",
})  # fmt: skip
_RESOURCES = frozenset({
    "create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config", "connect", "dispose",
    "close", "commit", "rollback", "begin", "begin_nested", "sessionmaker", "async_sessionmaker", "scoped_session",
    "Session", "AsyncSession", "listen", "listens_for", "unlink", "rename", "rmtree", "move", "SQLAlchemy", "cursor",
    "backup", "copyfile", "copy2", "copytree", "add", "add_all", "merge", "delete", "flush", "refresh", "expunge",
    "query", "scalars", "scalar", "raw_connection", "bulk_save_objects",
    "bulk_insert_mappings", "bulk_update_mappings", "enter_context", "enter_async_context", "Depends", "init_app",
    "closing", "aclosing",
})  # fmt: skip
_FILES = frozenset({"os", "shutil"})
_BY_MODULE = frozenset({"remove", "replace", "copy"})
"""Names that strings, lists and dicts have too: they count on `os` and `shutil`, or with arguments those never take."""
_LEAD = r"[\s(;]*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*"
_SHOUTED = re.compile(
    _LEAD
    + r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|REPLACE|WITH|BEGIN|COMMIT|ROLLBACK|END|VACUUM|ANALYZE"
    r"|ATTACH|DETACH|SAVEPOINT|RELEASE|REINDEX|EXPLAIN|VALUES)\b",
    re.DOTALL,
)
# In lower case the first word alone is English as often as SQL: "Update the cache", "select a file".
_SPOKEN = re.compile(
    _LEAD + r"(?:select\s.*\sfrom\s|select\s+[\w*]+\s*(?:\(|\Z)|insert\s+(?:or\s+\w+\s+)?into\s|update\s+\S+\s+set\s"
    r"|delete\s+from\s|create\s+(?:temp\w*\s+)?(?:table|unique|index|trigger|view|virtual)\s|alter\s+table\s"
    r"|drop\s+(?:table|index|view|trigger)\s|pragma\s+\w|replace\s+into\s|with\s.*\sas\s*\("
    r"|(?:begin|commit|rollback|end|vacuum|savepoint|release|reindex|analyze)(?:\s+\w+){0,2}\s*;?\s*\Z)",
    re.IGNORECASE | re.DOTALL,
)


def of_call(func: code.Expr, count: int) -> code.Hint:
    """What a call of `func` with `count` arguments suggests."""
    if isinstance(func, code.Attr):
        name = func.name
    elif isinstance(func, code.Name):
        name = func.id
    else:
        return code.Hint.NONE
    hint = code.Hint.NONE
    if name in _EXECUTE:
        hint |= code.Hint.EXECUTE
    if name in _TABLES:
        hint |= code.Hint.TABLES
    if name in _RESOURCES or (name in _BY_MODULE and _is_of_files(func, name, count)):
        hint |= code.Hint.RESOURCES
    return hint


def _is_of_files(func: code.Expr, name: str, count: int) -> bool:
    if isinstance(func, code.Attr) and isinstance(func.base, code.Name) and func.base.id in _FILES:
        return True
    # `path.replace(target)`, `scoped.remove()`
    return (name == "replace" and count == 1) or (name == "remove" and count == 0)


def of_text(value: str) -> code.Hint:
    """Whether a string begins as SQL does."""
    return code.Hint.SQL if _SHOUTED.match(value) or _SPOKEN.match(value) else code.Hint.NONE
