"""GitLab's code quality report: a JSON array with one object a finding."""

from __future__ import annotations

import hashlib
import json

from persistlint.facts.schema import Unresolved
from persistlint.report import Diagnostic, Report
from persistlint.reporters.paint import safe
from persistlint.rule import Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.ADVICE: "info"}


def to_gitlab(report: Report, *, show_unresolved: bool = False) -> str:
    """All findings; an empty array where there is none."""
    issues = [_issue(one, report.prefix) for one in report.diagnostics]
    if show_unresolved:
        issues += [_unknown(one, report.prefix, number) for number, one in enumerate(report.unresolved)]
    return json.dumps(issues, indent=2) + "\n"


def _unknown(unresolved: Unresolved, prefix: str, number: int) -> dict[str, object]:
    span = unresolved.span
    identity = f"{span.path}\n{unresolved.reason}\n{number}".encode("utf-8", "surrogatepass")
    return {
        "description": f"unresolved: {safe(unresolved.reason)}",
        "check_name": "unresolved",
        "fingerprint": hashlib.blake2b(identity, digest_size=16).hexdigest(),
        "severity": "info",
        "location": {"path": safe(prefix + span.path), "lines": {"begin": span.line, "end": span.end_line}},
    }


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
