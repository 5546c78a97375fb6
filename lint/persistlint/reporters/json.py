"""The machine-readable report. Its shape is public: keys are added, never renamed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from persistlint.facts.schema import Unresolved
from persistlint.report import Diagnostic, Report
from persistlint.reporters.summary import counts


def to_json(report: Report) -> str:
    """The whole report as one JSON object, in ASCII, keys in a fixed order."""
    document = {
        "version": 1,
        "findings": [_finding(diagnostic) for diagnostic in report.diagnostics],
        "suppressed": [
            {**_finding(one.diagnostic), "suppression": {"by": one.by, "reason": one.reason}}
            for one in report.suppressed
        ],
        "unresolved": [unresolved_entry(unresolved) for unresolved in report.unresolved],
        "notices": [{"path": notice.path, "message": notice.message} for notice in report.notices],
        "crashes": [{"part": crash.part, "error": crash.error} for crash in report.crashes],
        "summary": counts(report),
    }
    return json.dumps(document, indent=2) + "\n"


def unresolved_entry(unresolved: Unresolved) -> Mapping[str, object]:
    """One thing that could not be known, as all JSON outputs show it."""
    return {"path": unresolved.span.path, "line": unresolved.span.line, "reason": unresolved.reason}


def _finding(diagnostic: Diagnostic) -> Mapping[str, object]:
    finding = diagnostic.finding
    span = finding.at
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.value,
        "message": finding.message,
        "help": finding.help,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "related": [
            {
                "path": label.span.path,
                "line": label.span.line,
                "column": label.span.column,
                "message": label.message,
            }
            for label in finding.related
        ],
        "fingerprint": diagnostic.fingerprint,
        "data": dict(finding.data),
    }
