"""What only a newer SQLite than this one can do to constraints, carried out by a rebuild of the table.

https://sqlite.org/lang_altertable.html: since 3.53.0. Rows are tested as that SQLite tests them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from persistlint.extract.sql.quoting import quoted
from persistlint.facts.schema import CheckFact, TableFact
from persistlint.replay.ddl import create_index, create_table
from persistlint.replay.memory import Memory
from persistlint.source import Span

_NAME = r"(?:\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|\w+)"
_HEAD = rf"\s*ALTER\s+TABLE\s+(?:{_NAME}\.)?(?P<table>{_NAME})\s+"
_ADD = re.compile(
    rf"{_HEAD}ADD\s+CONSTRAINT\s+(?P<name>{_NAME})\s+CHECK\s*\((?P<check>.*)\)\s*;?\s*$", re.IGNORECASE | re.DOTALL
)
_DROP = re.compile(rf"{_HEAD}DROP\s+CONSTRAINT\s+(?P<name>{_NAME})\s*;?\s*$", re.IGNORECASE | re.DOTALL)
_NULL = re.compile(
    rf"{_HEAD}ALTER\s+(?:COLUMN\s+)?(?P<column>{_NAME})\s+(?P<verb>SET|DROP)\s+NOT\s+NULL\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_NOWHERE = Span("", 1, 1)


def altered_table(statement: str) -> str | None:
    """The table whose constraints a statement alters as only SQLite 3.53 can; None for any other statement."""
    match = _ADD.match(statement) or _DROP.match(statement) or _NULL.match(statement)
    return None if match is None else _bare(match["table"])


def carry_out(memory: Memory, statement: str, table: TableFact) -> str | None:
    """Do it by a rebuild; what SQLite would say where it fails, else None."""
    new = _changed(table, statement)
    if isinstance(new, str):
        return new
    temporary = f"persistlint {table.name}"
    triggers = [one.sql for one in memory.stored() if one.kind == "trigger" and one.table.lower() == table.name.lower()]
    columns = ", ".join(quoted(one.name) for one in table.columns if not one.generated)
    copy = f"INSERT INTO {quoted(temporary)} ({columns}) SELECT {columns} FROM {quoted(table.name)}"  # noqa: S608
    for step in (create_table(replace(new, name=temporary)), copy):
        error = memory.run(step)
        if error is not None:
            memory.run(f"DROP TABLE IF EXISTS {quoted(temporary)}")
            return error.replace(temporary, table.name)
    memory.run(f"DROP TABLE {quoted(table.name)}")
    memory.run(f"ALTER TABLE {quoted(temporary)} RENAME TO {quoted(table.name)}")
    for step in (*(create_index(new, index) for index in new.indexes), *triggers):
        memory.run(step)
    return None


def _changed(table: TableFact, statement: str) -> TableFact | str:
    if (match := _ADD.match(statement)) is not None:
        check = CheckFact(match["check"].strip(), _NOWHERE, _bare(match["name"]))
        return replace(table, checks=(*table.checks, check))
    if (match := _DROP.match(statement)) is not None:
        name = _bare(match["name"])
        kept = tuple(one for one in table.checks if (one.name or "").lower() != name.lower())
        return replace(table, checks=kept) if len(kept) < len(table.checks) else f"no such constraint: {name}"
    match = _NULL.match(statement)
    name = "" if match is None else _bare(match["column"])
    column = table.column(name)
    if match is None or column is None:
        return f"no such column: {name}"
    changed = replace(column, nullable=match["verb"].upper() == "DROP")
    return replace(table, columns=tuple(changed if one is column else one for one in table.columns))


def _bare(name: str) -> str:
    return name.strip('"`[]')
