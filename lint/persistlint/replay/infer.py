"""The oldest schema that a project's own upgrades show: what is fresh, without what some upgrade adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from persistlint.facts.schema import TableFact
from persistlint.project.model import Statement
from persistlint.replay.ddl import create_index, create_table


def added_columns(statements: Iterable[Statement]) -> dict[str, set[str]]:
    """By table: the columns that an ALTER TABLE of the project adds, all in lower case."""
    out: dict[str, set[str]] = {}
    for statement in statements:
        alter = statement.sql.alter
        if alter is not None and alter.action == "add-column" and alter.column is not None:
            out.setdefault(alter.table.lower(), set()).add(alter.column.strip("\"`'[]").lower())
    return out


def baseline(tables: Iterable[TableFact], added: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Statements that make the older schema: without the added columns, and without the indexes and constraints that
    mention them. `create_all` never alters an existing table, so this plus the upgrades is what an old user has."""
    out: list[str] = []
    for table in tables:
        if table.kind != "table":
            continue
        old = without(table, added.get(table.name.lower(), set()))
        if old.columns:
            out.append(create_table(old))
            out.extend(create_index(old, index) for index in old.indexes)
    return tuple(out)


def without(table: TableFact, gone: set[str]) -> TableFact:
    """The table without those columns, named in lower case, and without what mentions them."""
    if not gone:
        return table

    def stays(columns: Iterable[str]) -> bool:
        return not any(word in gone for column in columns for word in _words(column))

    return replace(
        table,
        columns=tuple(one for one in table.columns if one.name.lower() not in gone),
        primary_key=tuple(name for name in table.primary_key if name.lower() not in gone),
        foreign_keys=tuple(one for one in table.foreign_keys if stays(one.columns)),
        uniques=tuple(one for one in table.uniques if stays(one.columns)),
        checks=tuple(one for one in table.checks if one.expression is None or stays((one.expression,))),
        indexes=tuple(one for one in table.indexes if stays(one.columns)),
    )


def renamed_column(table: TableFact, old: str, new: str) -> TableFact:
    """The same table with a column, and what mentions it by its name, under another name."""

    def swap(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    return replace(
        table,
        columns=tuple(replace(one, name=new) if one.name == old else one for one in table.columns),
        primary_key=swap(table.primary_key),
        foreign_keys=tuple(replace(one, columns=swap(one.columns)) for one in table.foreign_keys),
        uniques=tuple(replace(one, columns=swap(one.columns)) for one in table.uniques),
        indexes=tuple(replace(one, columns=swap(one.columns)) for one in table.indexes),
    )


def _words(text: str) -> set[str]:
    return {word.lower() for word in "".join(c if c.isalnum() or c == "_" else " " for c in text).split()}
