"""`persistlint report`: one HTML page about a project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from persistlint import registry
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, requested
from persistlint.overview import overview
from persistlint.reporters.html import to_html

DEFECT = 3
STDOUT = Path("-")


def report(target: Target, file: Path) -> int:
    """0 whatever is found, 3 when a rule failed. `-` as the file is stdout."""
    rules = registry.load()
    with ProgressLine() as progress:
        shown = overview(replace(requested(target), progress=progress), rules)
    output.tell(shown.report.notices, shown.report.crashes)
    page = to_html(shown)
    if file == STDOUT:
        output.write(page)
    else:
        output.save(page, file)
        output.write(f"{file}\n")
    return DEFECT if shown.report.crashes else 0
