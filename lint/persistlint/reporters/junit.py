"""JUnit XML: a failed test case a finding, for services that know test reports and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from persistlint.facts.schema import Unresolved
from persistlint.report import Diagnostic, Report
from persistlint.reporters.paint import safe
from persistlint.reporters.summary import sentence


def to_junit(report: Report, *, show_unresolved: bool = False) -> str:
    """One suite. Without a finding it holds one case that passed, because an empty suite is an error to some."""
    unknown = report.unresolved if show_unresolved else ()
    failures, errors, skipped = len(report.diagnostics) + len(unknown), len(report.crashes), len(report.suppressed)
    total = failures + errors + skipped or 1
    numbers = f'tests="{total}" failures="{failures}" errors="{errors}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="persistlint" {numbers}>',
        f'  <testsuite name="persistlint" {numbers} skipped="{skipped}">',
        *_cases(report),
        *(_unknown(one) for one in unknown),
        *(["    <testcase name='persistlint' classname='persistlint'/>"] if failures + errors + skipped == 0 else []),
        f"    <system-out>{_text(sentence(report))}</system-out>",
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _cases(report: Report) -> Iterator[str]:
    for one in report.diagnostics:
        finding = one.finding
        told = [f"{_where(one)}: {finding.message}"]
        told += [f"{label.span.path}:{label.span.line}: {label.message}" for label in finding.related]
        told += [f"help: {finding.help}"] if finding.help else []
        body = "\n".join(_text(line) for line in told)
        inner = f"<failure type={_value(one.severity)} message={_value(finding.message)}>{body}</failure>"
        yield f"{_opened(one)}{inner}</testcase>"
    for hidden in report.suppressed:
        message = f"{hidden.by}: {hidden.reason}" if hidden.reason else hidden.by
        yield f"{_opened(hidden.diagnostic)}<skipped message={_value(message)}/></testcase>"
    for crash in report.crashes:
        error = f"<error type='defect' message={_value(crash.error)}/>"
        yield f"    <testcase name={_value(crash.part)} classname='persistlint'>{error}</testcase>"


def _unknown(unresolved: Unresolved) -> str:
    span = unresolved.span
    file, name = _value(span.path), _value(f"unresolved at {span.path}:{span.line}:{span.column}")
    failure = f"<failure type='unresolved' message={_value(unresolved.reason)}/>"
    return f'    <testcase name={name} classname={file} file={file} line="{span.line}">{failure}</testcase>'


def _opened(one: Diagnostic) -> str:
    at = one.finding.at
    file, name = _value(at.path), _value(f"{one.rule} at {_where(one)}")
    return f'    <testcase name={name} classname={file} file={file} line="{at.line}">'


def _where(one: Diagnostic) -> str:
    at = one.finding.at
    return f"{at.path}:{at.line}:{at.column}"


def _text(text: str) -> str:
    return escape(safe(text))


def _value(text: str) -> str:
    return quoteattr(safe(text))
