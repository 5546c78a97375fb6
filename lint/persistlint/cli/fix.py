"""`persistlint check --fix` and `--fix-diff`: carries fixes out, or shows them."""

from __future__ import annotations

from collections.abc import Callable

from persistlint import fixing
from persistlint.cli import output
from persistlint.report import Report

FINDINGS = 1


def fixed(check: Callable[[], Report], *, unsafe: bool) -> Report:
    """What is left to report. What was changed, and which files could not be, is told."""
    outcome = fixing.fix(check, unsafe=unsafe)
    for path, reason in sorted(outcome.refused.items()):
        output.complain(f"{path}: not fixed: {reason}")
    if outcome.fixed:
        number, files = outcome.fixed, len(outcome.files)
        output.complain(
            f"fixed {number} {'finding' if number == 1 else 'findings'} in {files} {'file' if files == 1 else 'files'}"
        )
    return outcome.report


def show(report: Report, *, unsafe: bool) -> int:
    """1 where there is anything to fix, as for a check that would fail without it."""
    text = fixing.preview(report, unsafe=unsafe)
    output.write(text)
    return FINDINGS if text else 0
