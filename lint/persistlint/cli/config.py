"""`persistlint config`: the settings in force, and where they come from."""

from __future__ import annotations

import json
from argparse import Namespace

from persistlint.cli import output
from persistlint.cli.project import locate


def config(options: Namespace) -> int:
    """Write the settings as TOML that could stand in persistlint.toml."""
    root, settings = locate(options.paths, options.config)
    lines = [f"# root: {root}", f"# settings: {settings.origin or 'none, these are the defaults'}"]
    if settings.select is not None:
        lines.append(f"select = {json.dumps(settings.select)}")
    lines.append(f"ignore = {json.dumps(settings.ignore)}")
    lines.append(f"exclude = {json.dumps(settings.exclude)}")
    lines.append(f"dialect = {json.dumps(settings.dialect)}")
    lines.append("")
    lines.append("[per-file-ignores]")
    lines += [f"{json.dumps(pattern)} = {json.dumps(names)}" for pattern, names in settings.per_file_ignores]
    output.write("\n".join(lines) + "\n")
    return 0
