"""How many findings each rule has, most first: what to begin with on an old code base."""

from __future__ import annotations

import json
from collections import Counter

from persistlint.report import Report
from persistlint.reporters.summary import sentence


def statistics(report: Report) -> str:
    """`12  error    unknown-column  what the rule reports`, a line a rule; then the summary."""
    rules = {rule.name: rule for rule in report.rules}
    counted = _counted(report)
    number = max((len(str(count)) for _, _, count in counted), default=0)
    width = max((len(name) for name, _, _ in counted), default=0)
    lines = [
        f"{count:{number}}  {severity:7}  {name:{width}}  {rules[name].summary if name in rules else ''}".rstrip()
        for name, severity, count in counted
    ]
    return "\n".join([*lines, sentence(report)]) + "\n"


def statistics_json(report: Report) -> str:
    """The same as one JSON object."""
    entries = [{"rule": name, "severity": severity, "count": count} for name, severity, count in _counted(report)]
    return json.dumps({"version": 1, "statistics": entries}, indent=2) + "\n"


def _counted(report: Report) -> list[tuple[str, str, int]]:
    counts = Counter((one.rule, one.severity.value) for one in report.diagnostics)
    return [
        (name, severity, count) for (name, severity), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
