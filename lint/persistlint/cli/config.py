"""`persistlint config`: the settings in force, and where they come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from persistlint.cli import output
from persistlint.cli.project import locate
from persistlint.settings import setting_names


def config(paths: Sequence[Path], file: Path | None) -> int:
    """Write the settings as TOML that could stand in persistlint.toml; what is not set is left out."""
    root, settings = locate(paths, file)
    lines = [f"# root: {root}", f"# settings: {settings.origin or 'none, these are the defaults'}"]
    for name in setting_names():
        value = getattr(settings, name.replace("-", "_"))
        if value is not None and name != "per-file-ignores":
            # Strings, numbers and lists of strings are written alike in JSON and TOML.
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    lines += ["", "[per-file-ignores]"]
    lines += [
        f"{json.dumps(pattern, ensure_ascii=False)} = {json.dumps(names)}"
        for pattern, names in settings.per_file_ignores
    ]
    output.write("\n".join(lines) + "\n")
    return 0
