"""The numbers at the end of every report; what stayed unknown is always one of them."""

from __future__ import annotations

from collections.abc import Mapping

from persistlint.report import Report
from persistlint.rule import Severity


def counts(report: Report) -> Mapping[str, int]:
    """How much of what there is."""
    return {
        "findings": len(report.diagnostics),
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "advice": report.count(Severity.ADVICE),
        "suppressed": len(report.suppressed),
        "unchanged": report.unchanged,
        "unresolved": len(report.unresolved),
        "crashes": len(report.crashes),
        "files": report.files,
    }


def sentence(report: Report) -> str:
    """`2 errors, 1 warning in 14 files; 3 places could not be resolved.`"""
    numbers = counts(report)
    parts = [
        _number(numbers["errors"], "error", "errors"),
        _number(numbers["warnings"], "warning", "warnings"),
        _number(numbers["advice"], "piece of advice", "pieces of advice"),
    ]
    found = ", ".join(part for part in parts if part) or "no findings"
    files = _number(report.files, "file", "files") or "0 files"
    unresolved = _number(numbers["unresolved"], "place", "places")
    return "; ".join(
        [
            f"{found} in {files}",
            *([f"{numbers['suppressed']} suppressed"] if numbers["suppressed"] else []),
            *([f"{numbers['unchanged']} were there before"] if numbers["unchanged"] else []),
            *([f"{unresolved} could not be resolved"] if unresolved else []),
        ]
    )


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""
