"""Facts to the DDL that SQLite accepts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from persistlint.extract.sql.quoting import quoted
from persistlint.facts.schema import CheckFact, ColumnFact, ForeignKeyFact, IndexFact, TableFact

_LITERAL = re.compile(
    r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|0x[0-9a-f]+|x?'(?:[^']|'')*'"
    r"|null|true|false|current_(?:time|date|timestamp)",
    re.IGNORECASE,
)


UNKNOWN_DEFAULT = "'persistlint: a default that is not known'"
UNKNOWN_CONDITION = "'persistlint: a condition that is not known' IS NOT NULL"
"""Stands for a DEFAULT that there is, but that cannot be known."""


def create_table(table: TableFact) -> str:
    """The CREATE TABLE of a definition; CHECKs that are not known are left out."""
    inline_key = _autoincremented(table)
    parts = [column_definition(column, inline_key=inline_key is column) for column in table.columns]
    if table.primary_key and inline_key is None:
        parts.append(f"PRIMARY KEY {_names(table.primary_key)}")
    parts += [_named(unique.name) + f"UNIQUE {_names(unique.columns)}" for unique in table.uniques]
    parts += [_foreign_key(key) for key in table.foreign_keys]
    parts += [_check(check) for check in table.checks if check.expression is not None]
    options = [text for text, on in (("WITHOUT ROWID", table.without_rowid), ("STRICT", table.strict)) if on]
    body = ",\n  ".join(parts)
    return f"CREATE TABLE {quoted(table.name)} (\n  {body}\n)" + (f" {', '.join(options)}" if options else "")


def _autoincremented(table: TableFact) -> ColumnFact | None:
    if len(table.primary_key) != 1:
        return None
    column = table.column(table.primary_key[0])
    return column if column is not None and column.autoincrement and (column.type or "").upper() == "INTEGER" else None


def column_definition(column: ColumnFact, *, inline_key: bool = False) -> str:
    """One column of a CREATE TABLE or ADD COLUMN, without its keys and checks."""
    words = [quoted(column.name)]
    if column.type:
        # `!JSONB`: a type that SQLAlchemy's dialect refuses, which SQLite itself would take.
        words.append(column.type.removeprefix("!").partition(" COLLATE ")[0])
    if inline_key:
        words.append("PRIMARY KEY AUTOINCREMENT")
    if not column.nullable:
        words.append("NOT NULL")
    default = column.server_default
    if default is not None and default != "?" and not column.generated:
        words.append(f"DEFAULT {bracketed(default)}")
    if column.collation:
        words.append(f"COLLATE {quoted(column.collation)}")
    return " ".join(words)


def bracketed(text: str) -> str:
    """What stands behind DEFAULT: a literal as it is, an expression in brackets."""
    stripped = text.strip()
    return stripped if _LITERAL.fullmatch(stripped) or _is_bracketed(stripped) else f"({stripped})"


def _is_bracketed(text: str) -> bool:
    """Whether the bracket that opens at the start closes at the end, and not before."""
    depth = 0
    for match in re.finditer(r"'(?:[^']|'')*'|[()]", text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return text.startswith("(") and match.end() == len(text)
    return False


def _foreign_key(key: ForeignKeyFact) -> str:
    target = f"{quoted(key.table)} {_names(key.references)}" if key.references else quoted(key.table)
    actions = "".join(
        f" ON {event} {action}" for event, action in (("DELETE", key.ondelete), ("UPDATE", key.onupdate)) if action
    )
    return f"{_named(key.name)}FOREIGN KEY {_names(key.columns)} REFERENCES {target}{actions}"


def _check(check: CheckFact) -> str:
    return f"{_named(check.name)}CHECK ({check.expression})"


def create_index(table: TableFact, index: IndexFact) -> str:
    """The CREATE INDEX of one of its indexes."""
    unique = "UNIQUE " if index.unique else ""
    known = {column.name.lower() for column in table.columns}
    columns = ", ".join(quoted(column) if column.lower() in known else column for column in index.columns)
    condition = UNKNOWN_CONDITION if index.where == "?" else index.where
    where = f" WHERE {condition}" if condition else ""
    name = index.name or "_".join(["ix", table.name, *index.columns])
    return f"CREATE {unique}INDEX {quoted(name)} ON {quoted(table.name)} ({columns}){where}"


def _named(name: str | None) -> str:
    return f"CONSTRAINT {quoted(name)} " if name else ""


def _names(names: Sequence[str]) -> str:
    return f"({', '.join(quoted(name) for name in names)})"
