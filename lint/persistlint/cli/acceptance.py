"""`persistlint acceptance`: pass or fail for each acceptance check of the contract documents."""

from __future__ import annotations

from argparse import Namespace

from persistlint import registry
from persistlint.acceptance import Status, evaluate
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import locate
from persistlint.engine import Request
from persistlint.reporters.acceptance import renderer

FAILED = 1
UNDECIDED = 2
DEFECT = 3


def acceptance(options: Namespace) -> int:
    """0 when all is accepted, 1 when a check fails or parity is incomplete, 2 when only something is undecided."""
    root, settings = locate(options.paths, options.config, options.dialect)
    rules = registry.load()
    with ProgressLine() as progress:
        use_cache = not options.no_cache
        result = evaluate(Request(root, options.paths, settings, options.jobs, use_cache, progress=progress), rules)
    output.tell(result.report.notices, result.report.crashes)
    output.write(renderer(options.format, color=output.wants_color())(result))
    if result.report.crashes:
        return DEFECT
    if result.accepted:
        return 0
    parity = result.parity is not None and not result.parity.complete
    return FAILED if parity or result.count(Status.FAIL) else UNDECIDED
