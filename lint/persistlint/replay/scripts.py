"""Folders of numbered `.sql` files: what a new database has once all of them have run, in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.facts.sql import Kind, SqlStatement
from persistlint.project.model import Project
from persistlint.replay.memory import Memory
from persistlint.replay.numbered import Script, folders
from persistlint.source import Span

Parse = Callable[[str, str], tuple[SqlStatement, ...]]


def final_tables(project: Project, parse: Parse) -> tuple[tuple[TableFact, ...], frozenset[Span]]:
    """The tables that numbered scripts end with, and the places of the definitions that these replace."""
    tables: list[TableFact] = []
    replaced: set[Span] = set()
    for scripts in folders(project.statements).values():
        with Memory() as memory:
            places = _run(memory, scripts)
            if places is None:
                continue
            tables.extend(_tables(memory, places, parse, project))
            replaced.update(t.span for name in places for t in project.named(name) if _within(t, scripts))
    return tuple(tables), frozenset(replaced)


def _within(table: TableFact, scripts: Sequence[Script]) -> bool:
    return any(script.path == table.span.path for script in scripts)


def _run(memory: Memory, scripts: Sequence[Script]) -> dict[str, Span] | None:
    """Where each table was last created; None where a script cannot be run."""
    places: dict[str, Span] = {}
    for script in scripts:
        for statement in script.statements:
            sql = statement.sql
            if memory.run(statement.text[sql.start : sql.end]) is not None and sql.kind not in (
                Kind.INSERT,
                Kind.UPDATE,
                Kind.DELETE,
                Kind.SELECT,
            ):
                return None
            if sql.creates is not None and sql.kind is not Kind.CREATE_INDEX:
                places[sql.creates.name.lower()] = statement.span
            if sql.alter is not None and sql.alter.action == "rename-table" and sql.alter.new_name is not None:
                places[sql.alter.new_name.lower()] = places.pop(sql.alter.table.lower(), statement.span)
    return places


def _tables(memory: Memory, places: dict[str, Span], parse: Parse, project: Project) -> list[TableFact]:
    stored = memory.stored()
    indexes = [fact for one in stored if one.kind == "index" and one.sql for fact in _created(one.sql, parse, project)]
    out: list[TableFact] = []
    for one in stored:
        if one.kind not in ("table", "view") or one.name.lower() not in places:
            continue
        for fact in _created(one.sql, parse, project):
            own = tuple(index for table in indexes if table.name.lower() == one.name.lower() for index in table.indexes)
            place = places[one.name.lower()]
            out.append(_placed(dataclasses.replace(fact, indexes=(*fact.indexes, *own)), place, memory))
    return out


def _created(sql: str, parse: Parse, project: Project) -> list[TableFact]:
    return [one.creates for one in parse(sql, project.dialect) if one.creates is not None]


def _placed(table: TableFact, place: Span, memory: Memory) -> TableFact:
    columns = tuple(dataclasses.replace(column, span=place) for column in table.columns)
    if table.kind == "virtual":
        columns = tuple(
            ColumnFact(one.name, one.type, not one.notnull, place, bool(one.key), one.default)
            for one in memory.columns(table.name)
        )
    return dataclasses.replace(
        table,
        span=place,
        columns=columns,
        foreign_keys=tuple(dataclasses.replace(one, span=place) for one in table.foreign_keys),
        uniques=tuple(dataclasses.replace(one, span=place) for one in table.uniques),
        checks=tuple(dataclasses.replace(one, span=place) for one in table.checks),
        indexes=tuple(dataclasses.replace(one, span=place) for one in table.indexes),
    )
