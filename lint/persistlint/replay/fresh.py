"""What a fresh install has."""

from __future__ import annotations

from persistlint.facts.schema import TableFact
from persistlint.project.model import Project
from persistlint.replay.scripts import Parse, final_tables


def fresh_tables(project: Project, parse: Parse) -> tuple[TableFact, ...]:
    """The definitions of a fresh install's tables, by place: those of the project, but for a folder of numbered scripts
    what its last script leaves behind instead of each step on the way."""
    final, replaced = final_tables(project, parse)
    kept = [table for table in project.tables if table.span not in replaced]
    return tuple(sorted([*kept, *final], key=lambda table: (table.span, table.name)))
