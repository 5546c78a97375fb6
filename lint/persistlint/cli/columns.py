"""`persistlint columns`: where each column is written, read, exported, imported, copied, accepted and shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, locate
from persistlint.engine import Request, read
from persistlint.errors import UserError, did_you_mean
from persistlint.reporters.columns import by_table, columns_text
from persistlint.reporters.columns_json import columns_json

DEFECT = 3


def columns(target: Target, format_: str, table: str | None) -> int:
    """Always 0, even where something stays unknown, unless there is a defect of ours."""
    root, settings = locate(target.paths, target.config, target.dialect)
    with ProgressLine() as progress:
        linked = read(Request(root, target.paths, settings, target.jobs, target.use_cache, progress=progress))
    output.tell(linked.discovered.notices, linked.crashes)
    for _, problem in linked.problems:
        output.complain(f"{problem.at.path}:{problem.at.line}: {problem.message}")
    tables = by_table(linked.project.ledger, linked.project.tables)
    if table is not None:
        chosen = tuple(one for one in tables if one.name.lower() == table.lower())
        if not chosen:
            raise UserError(f"there is no table `{table}`{did_you_mean(table, [one.name for one in tables])}")
        tables = chosen
    if format_ == "json":
        output.write(columns_json(tables))
    else:
        output.write(columns_text(tables, color=output.wants_color(), places=table is not None))
    return DEFECT if linked.crashes else 0


def table_and_paths(words: Sequence[str], table: str | None) -> tuple[str | None, list[Path]]:
    """The table and the paths among the words: what is no file or folder is a table. UserError for two tables."""
    paths = [Path(word) for word in words if Path(word).exists()]
    tables = [word for word in words if not Path(word).exists()]
    if table is not None:
        tables.append(table)
    if len(tables) > 1:
        raise UserError(f"`{tables[0]}` and `{tables[1]}` are no files; show one table at a time")
    return (tables[0] if tables else None), paths
