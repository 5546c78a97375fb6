"""`persistlint schema`: what a fresh install has."""

from __future__ import annotations

from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, locate
from persistlint.engine import Request, read

DEFECT = 3


def schema(target: Target, format_: str) -> int:
    """Always 0, even where something stays unknown, unless there is a defect of ours."""
    root, settings = locate(target.paths, target.config, target.dialect)
    with ProgressLine() as progress:
        linked = read(Request(root, target.paths, settings, target.jobs, target.use_cache, progress=progress))
    output.tell(linked.discovered.notices, linked.crashes)
    for _, problem in linked.problems:
        output.complain(f"{problem.at.path}:{problem.at.line}: {problem.message}")
    reported = linked.discovered.reported
    tables = tuple(table for table in linked.project.fresh if table.span.path in reported)
    unresolved = tuple(item for item in linked.project.unresolved if item.span.path in reported)
    if format_ == "json":
        from persistlint.reporters.schema_json import schema_json

        output.write(schema_json(tables, unresolved))
    else:
        from persistlint.reporters.schema_sql import schema_sql

        output.write(schema_sql(tables, unresolved))
    return DEFECT if linked.crashes else 0
