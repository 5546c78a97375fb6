"""The definition of today's schema that stands beside numbered scripts: a `schema.sql`, or DDL in the code."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from persistlint.facts.schema import TableFact
from persistlint.project.model import Project
from persistlint.replay.numbered import FOREIGN_FOLDERS, Script
from persistlint.replay.origins import made_by
from persistlint.source import is_test


@dataclass(frozen=True, slots=True)
class Beside:
    """The tables of one file by name; `current` where it says what the scripts lead to, and not what they begin with:
    it has a column that one of them adds."""

    tables: Mapping[str, TableFact] = field(default_factory=dict[str, TableFact])
    current: bool = False


def beside(project: Project, folders: Mapping[str, Sequence[Script]], folder: str, final: Collection[str]) -> Beside:
    """The one file beside that folder which defines most of the tables that its scripts are about.

    `final` are the tables that the scripts lead to by themselves.
    """
    scripts = {script.path for some in folders.values() for script in some}
    own = [script.path for script in folders[folder]]
    created, added = made_by(project, own)
    by_file: dict[str, dict[str, list[TableFact]]] = {}
    for table in project.tables:
        path = table.span.path
        if table.kind != "table" or table.origin != "ddl" or not table.complete or path in scripts or is_test(path):
            continue
        if path.rpartition("/")[0] != folder and not FOREIGN_FOLDERS & {part.lower() for part in path.split("/")}:
            by_file.setdefault(path, {}).setdefault(table.name.lower(), []).append(table)
    touched = {*created, *added, *final}
    found = [
        {name: _alone(some[0]) for name, some in tables.items() if len(some) == 1}
        for _, tables in sorted(by_file.items())
        if len(touched & tables.keys()) * 2 > len(touched)
    ]
    current = [tables for tables in found if any(_has(tables.get(name), added[name]) for name in added)]
    if current:
        return Beside(current[0], current=True) if len(current) == 1 else Beside()
    return Beside(found[0]) if len(found) == 1 else Beside()


def _alone(table: TableFact) -> TableFact:
    """The table with the indexes of its own file: those that scripts create may be gone again."""
    return replace(table, indexes=tuple(one for one in table.indexes if one.span.path == table.span.path))


def _has(table: TableFact | None, columns: Collection[str]) -> bool:
    return table is not None and any(table.column(name) is not None for name in columns)
