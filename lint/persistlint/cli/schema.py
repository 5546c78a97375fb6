"""`persistlint schema`: what a fresh install has."""

from __future__ import annotations

from argparse import Namespace

from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import locate
from persistlint.engine import Request, read

DEFECT = 3


def schema(options: Namespace) -> int:
    """Always 0, even where something stays unknown, unless there is a defect of ours."""
    root, settings = locate(options.paths, options.config, options.dialect)
    with ProgressLine() as progress:
        use_cache = not options.no_cache
        linked = read(Request(root, options.paths, settings, options.jobs, use_cache, progress=progress))
    output.tell(linked.discovered.notices, linked.crashes)
    for _, problem in linked.problems:
        output.complain(f"{problem.at.path}:{problem.at.line}: {problem.message}")
    reported = linked.discovered.reported
    tables = tuple(table for table in linked.project.fresh if table.span.path in reported)
    unresolved = tuple(item for item in linked.project.unresolved if item.span.path in reported)
    if options.format == "json":
        from persistlint.reporters.schema_json import schema_json

        output.write(schema_json(tables, unresolved))
    else:
        from persistlint.reporters.schema_sql import schema_sql

        output.write(schema_sql(tables, unresolved))
    return DEFECT if linked.crashes else 0
