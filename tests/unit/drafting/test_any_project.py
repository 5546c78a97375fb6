"""Whatever the code stores: `init` writes documents that it keeps, and an update changes no byte."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .drafted import CONTRACTS, Drafted

NAMES = st.sampled_from([
    "id", "name", "order", "select", "key", "a b", "Größe", "x|y", "select_", "_hidden", "Value", "index", "user", "`t`",
])  # fmt: skip
TYPES = ["Integer", "String(20)", "String", "Text", "Boolean", "DateTime", "Float", "Numeric(10, 2)", "JSON",
         "LargeBinary", "BigInteger", "Enum('a', 'b|c')"]  # fmt: skip
DEFAULTS = {
    "Integer": ["0", "-7", "999"], "String(20)": ["'x'", "'a \"b\" \\\\ `c`'", "''"], "Text": ["'é|ü\\n'"],
    "Boolean": ["True", "False"], "JSON": ["list", "dict", "lambda: [1]"], "Float": ["0.5", "1e6"], "DateTime": ["now"],
}  # fmt: skip
SERVER = {"Integer": ["'0'", "text('1 + 1')"], "String(20)": ["'x'", "text(\"'it''s'\")"], "Boolean": ["false()"],
          "DateTime": ["func.now()", "text('CURRENT_TIMESTAMP')"], "JSON": ["'[]'"]}  # fmt: skip


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    unique: bool
    index: bool
    default: str | None
    server: str | None
    check: int | None
    parent: int | None


@st.composite
def columns(draw: st.DrawFn) -> Column:
    kind = draw(st.sampled_from(TYPES))
    return Column(
        name=draw(NAMES),
        type=kind,
        nullable=draw(st.booleans()),
        unique=draw(st.integers(0, 5)) == 0,
        index=draw(st.integers(0, 3)) == 0,
        default=draw(st.none() | st.sampled_from(DEFAULTS.get(kind, ["None"]))),
        server=draw(st.none() | st.sampled_from(SERVER.get(kind, ["'1'"]))),
        check=draw(st.none() | st.integers(-3, 9)),
        parent=draw(st.none() | st.integers(0, 3)),
    )


@dataclass(frozen=True)
class Table:
    name: str
    columns: Sequence[Column]
    keys: int
    style: str
    base: int


TABLES = st.builds(
    Table,
    name=NAMES,
    columns=st.lists(columns(), min_size=1, max_size=5, unique_by=lambda one: one.name.lower()),
    keys=st.integers(1, 3),
    style=st.sampled_from(["declarative", "core", "sql"]),
    base=st.integers(0, 1),
)
HEAD = """\
from datetime import datetime, timezone
from sqlalchemy import *
from sqlalchemy.orm import declarative_base

Base0 = declarative_base()
Base1 = declarative_base()


def now():
    return datetime.now(timezone.utc)

"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def call(column: Column, number: int, table: Table) -> str:
    parts = [repr(column.name), column.type]
    if column.parent == 0:
        parts.append(f"ForeignKey({table.name + '.' + table.columns[0].name!r}, ondelete='CASCADE')")
    if column.check is not None:
        parts.append(f"CheckConstraint({f'{quoted(column.name)} > {column.check}'!r}, name='ck_{number}')")
    words = {"nullable": column.nullable, "unique": column.unique or None, "index": column.index or None}
    parts += [f"{key}={value}" for key, value in words.items() if value is not None]
    parts += ["primary_key=True"] if number < table.keys else []
    parts += [f"default={column.default}"] if column.default else []
    parts += [f"server_default={column.server}"] if column.server else []
    return f"Column({', '.join(parts)})"


def python(table: Table, index: int) -> str:
    made = [call(column, number, table) for number, column in enumerate(table.columns)]
    if table.style == "core":
        return f"t{index} = Table({table.name!r}, Base{table.base}.metadata, {', '.join(made)})\n"
    lines = [f"    c{number} = {text}" for number, text in enumerate(made)]
    return "\n".join([f"class T{index}(Base{table.base}):", f"    __tablename__ = {table.name!r}", *lines]) + "\n\n"


def sql(table: Table) -> str:
    parts = [
        f"{quoted(one.name)} {one.type.partition('(')[0].upper()}"
        + ("" if one.nullable else " NOT NULL")
        + (" UNIQUE" if one.unique else "")
        + (f" CHECK ({quoted(one.name)} > {one.check})" if one.check is not None else "")
        for one in table.columns
    ]
    keys = ", ".join(quoted(one.name) for one in table.columns[: table.keys])
    statement = f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)}, PRIMARY KEY ({keys}))"
    return f"import sqlite3\n\nsqlite3.connect('app.db').execute({statement!r})\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TABLES, min_size=1, max_size=4, unique_by=lambda one: one.name.lower()))
def test_documents_of_any_project(tables: Sequence[Table]) -> None:
    models = [table for table in tables if table.style != "sql"]
    files = {"app/models.py": HEAD + "".join(python(table, index) for index, table in enumerate(models))}
    files |= {f"app/store_{index}.py": sql(table) for index, table in enumerate(tables) if table.style == "sql"}
    with tempfile.TemporaryDirectory() as folder:
        project = Drafted(Path(folder), files)
        project.init()
        assert project.read(CONTRACTS).count("CREATE TABLE ") == len(tables)
        project.is_clean()
