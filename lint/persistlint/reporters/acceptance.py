"""Outcomes of acceptance checks to text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from persistlint.acceptance import Acceptance, Outcome, Status
from persistlint.report import Diagnostic
from persistlint.reporters.markdown import rich
from persistlint.reporters.paint import Paint, painter, safe

_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.NOT_CHECKED: "yellow"}
_WIDTH = max(map(len, Status))


def renderer(wanted: str, *, color: bool) -> Callable[[Acceptance], str]:
    """What turns the outcomes into one of FORMATS."""
    if wanted == "json":
        return to_json
    if wanted == "markdown":
        return to_markdown
    paint = painter(color=color)
    return lambda acceptance: to_text(acceptance, paint)


def to_text(acceptance: Acceptance, paint: Paint) -> str:
    """A line for each check, with what is behind it where it does not pass; then parity and numbers."""
    width = max((len(_label(outcome)) for outcome in acceptance.outcomes), default=0)
    lines: list[str] = []
    for outcome in acceptance.outcomes:
        status = paint(f"{outcome.status:{_WIDTH}}", _STYLES[outcome.status])
        lines.append(f"{status}  {safe(_label(outcome)):{width}}  {safe(outcome.check.text)}".rstrip())
        indent = " " * (_WIDTH + width + 4)
        lines += [f"{indent}{safe(text)}" for text in _behind(outcome)]
    lines += ["", *_end(acceptance)]
    return "\n".join(lines) + "\n"


def to_markdown(acceptance: Acceptance) -> str:
    """The same as a table."""
    lines = ["| Unit | Acceptance check | Result |", "|---|---|---|"]
    for outcome in acceptance.outcomes:
        result = "<br>".join([f"**{outcome.status}**", *map(_cell, _behind(outcome))])
        lines.append(f"| {_cell(_label(outcome))} | {_cell(outcome.check.text)} | {result} |")
    lines += ["", *(f"- {line}" for line in _end(acceptance))]
    return "\n".join(lines) + "\n"


def to_json(acceptance: Acceptance) -> str:
    """One JSON object, in ASCII. Keys are added, never renamed."""
    parity = acceptance.parity
    document = {
        "version": 1,
        "accepted": acceptance.accepted,
        "parity": None
        if parity is None
        else {"matched": parity.matched, "expected": parity.expected, "complete": parity.complete},
        "checks": [_entry(outcome) for outcome in acceptance.outcomes],
        "summary": {status.value: acceptance.count(status) for status in Status},
        "unresolved": len(acceptance.report.unresolved),
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(outcome: Outcome) -> Mapping[str, object]:
    check = outcome.check
    return {
        "label": check.label,
        "unit": check.unit,
        "text": check.text,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "rules": [name.text for name in check.rules],
        "path": check.span.path,
        "line": check.span.line,
        "findings": [
            {
                "rule": one.rule,
                "message": one.finding.message,
                "path": one.finding.at.path,
                "line": one.finding.at.line,
                "column": one.finding.at.column,
                "fingerprint": one.fingerprint,
            }
            for one in outcome.findings
        ],
    }


def _behind(outcome: Outcome) -> Iterator[str]:
    for one in outcome.findings:
        yield _line(one)
    if outcome.reason is not None:
        yield outcome.reason


def _line(one: Diagnostic) -> str:
    at = one.finding.at
    return f"{at.path}:{at.line}:{at.column}: {one.rule}: {one.finding.message}"


def _end(acceptance: Acceptance) -> Iterator[str]:
    if acceptance.parity is not None:
        yield f"matrix-to-contract {acceptance.parity}"
    total = len(acceptance.outcomes)
    parts = [f"{count} {status}" for status in Status if (count := acceptance.count(status))]
    yield f"{total} {'check' if total == 1 else 'checks'}: {', '.join(parts)}"
    unresolved = len(acceptance.report.unresolved)
    if unresolved:
        yield f"{unresolved} {'place' if unresolved == 1 else 'places'} could not be resolved"


def _label(outcome: Outcome) -> str:
    return outcome.check.label or outcome.check.unit or ""


def _cell(text: str) -> str:
    return rich(text)
