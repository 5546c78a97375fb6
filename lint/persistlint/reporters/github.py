"""Workflow commands of GitHub Actions: each finding becomes an annotation beside its line."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.report import Report
from persistlint.reporters.paint import safe
from persistlint.reporters.summary import sentence
from persistlint.rule import Severity
from persistlint.source import Span

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def to_github(report: Report, *, show_unresolved: bool = False) -> str:
    """A command a finding, each with its place in words as well, for the log; then the summary."""
    return "\n".join([*_commands(report, show_unresolved=show_unresolved), sentence(report)]) + "\n"


def _commands(report: Report, *, show_unresolved: bool) -> Iterator[str]:
    for one in report.diagnostics:
        finding = one.finding
        told = [f"{_where(finding.at)}: {finding.message}"]
        told += [f"{_where(label.span)}: {label.message}" for label in finding.related]
        told += [f"help: {finding.help}"] if finding.help else []
        yield _command(_COMMANDS[one.severity], report.prefix, finding.at, f"persistlint ({one.rule})", told)
    if show_unresolved:
        for item in report.unresolved:
            told = [f"{_where(item.span)}: {item.reason}"]
            yield _command("notice", report.prefix, item.span, "persistlint (unresolved)", told)


def _command(name: str, prefix: str, at: Span, title: str, told: list[str]) -> str:
    properties = {"title": title, "file": prefix + at.path, "line": at.line, "endLine": at.end_line}
    if at.line == at.end_line:
        # Columns of an annotation are columns of one line.
        properties |= {"col": at.column, "endColumn": at.end_column}
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {written}::{'%0A'.join(_data(line) for line in told)}"


def _where(span: Span) -> str:
    return f"{span.path}:{span.line}:{span.column}"


def _data(text: str) -> str:
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
