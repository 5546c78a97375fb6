"""GitLab's code quality report: a JSON array with one object a finding."""

from __future__ import annotations

import json

from persistlint.report import Diagnostic, Report
from persistlint.reporters.paint import safe
from persistlint.rule import Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.ADVICE: "info"}


def to_gitlab(report: Report) -> str:
    """All findings; an empty array where there is none."""
    return json.dumps([_issue(one, report.prefix) for one in report.diagnostics], indent=2) + "\n"


def _issue(diagnostic: Diagnostic, prefix: str) -> dict[str, object]:
    at = diagnostic.finding.at
    return {
        "description": f"{diagnostic.rule}: {safe(diagnostic.finding.message)}",
        "check_name": diagnostic.rule,
        "fingerprint": diagnostic.fingerprint,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": safe(prefix + at.path),
            "lines": {"begin": at.line, "end": at.end_line},
        },
    }
