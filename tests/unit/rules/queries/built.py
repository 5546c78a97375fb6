"""Projects built by hand: tables, statements and operations without any code around them."""

from __future__ import annotations

from persistlint.extract.sql import parse
from persistlint.facts.schema import CheckFact, ColumnFact, TableFact
from persistlint.project.model import Operation, Project, Segment, Statement
from persistlint.source import Span


def column(
    name: str, kind: str = "TEXT", *, required: bool = False, server: str | None = None, python: str | None = None
) -> ColumnFact:
    """A column; `required` is NOT NULL."""
    place = Span("schema.py", 2, 5)
    return ColumnFact(name, kind, not required, place, server_default=server, python_default=python)


def table(name: str, *columns: ColumnFact, path: str = "schema.py", checks: tuple[str, ...] = ()) -> TableFact:
    """A complete table with an `id` that SQLite fills in."""
    place = Span(path, 1, 7)
    key = ColumnFact("id", "INTEGER", nullable=False, span=place, primary_key=True)
    facts = tuple(CheckFact(check, place) for check in checks)
    return TableFact(name, "ddl", place, (key, *columns), primary_key=("id",), checks=facts)


def statement(text: str, path: str = "app.py", *, line: int = 1, via: str = "execute", **more: object) -> Statement:
    """The one statement of a text that stands in one line."""
    [sql] = parse(text)
    segment = Segment(0, len(text), path, line, 1)
    place = Span(path, line, 1, line, len(text) + 1)
    return Statement(sql, text, place, (segment,), via, **more)  # type: ignore[arg-type]


def project(
    *parts: TableFact | Statement | Operation, makers: tuple[str, ...] = (), dialect: str = "sqlite"
) -> Project:
    """A project of these parts."""
    tables = tuple(part for part in parts if isinstance(part, TableFact))
    by_name: dict[str, tuple[TableFact, ...]] = {}
    for fact in tables:
        by_name[fact.name.lower()] = (*by_name.get(fact.name.lower(), ()), fact)
    return Project(
        tables=tables,
        statements=tuple(part for part in parts if isinstance(part, Statement)),
        operations=tuple(part for part in parts if isinstance(part, Operation)),
        makers=makers,
        dialect=dialect,
        by_name=by_name,
    )
