"""`persistlint acceptance`: pass or fail for each acceptance check of the contract documents."""

from __future__ import annotations

from dataclasses import replace

from persistlint import registry
from persistlint.acceptance import Status, evaluate
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, requested
from persistlint.reporters.acceptance import renderer

FAILED = 1
UNDECIDED = 2
DEFECT = 3


def acceptance(target: Target, format_: str) -> int:
    """0 when all is accepted, 1 when a check fails or parity is incomplete, 2 when only something is undecided."""
    rules = registry.load()
    with ProgressLine() as progress:
        result = evaluate(replace(requested(target), progress=progress), rules)
    output.tell(result.report.notices, result.report.crashes)
    output.write(renderer(format_, color=output.wants_color())(result))
    if result.report.crashes:
        return DEFECT
    if result.accepted:
        return 0
    parity = result.parity is not None and not result.parity.complete
    return FAILED if parity or result.count(Status.FAIL) else UNDECIDED
