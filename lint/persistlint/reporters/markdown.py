"""Markdown for the summary of a CI job. Names from linted code are text in it, never markup."""

from __future__ import annotations

import re

from persistlint.report import Diagnostic, Report
from persistlint.reporters.paint import safe
from persistlint.reporters.summary import sentence
from persistlint.source import Span

# `:100:` is a picture on GitHub.
_MARKUP = re.compile(r"[^\w .,;:=(){}/+?'-]|^[-+=]|:(?=//|[\w+-]+:)|www(?=\.)|_", re.IGNORECASE)
"""What could mean something to Markdown, to HTML or to a service that links names and numbers."""


def to_markdown(report: Report, *, show_unresolved: bool = False) -> str:
    """A heading with the numbers, then a table with one row a finding."""
    lines = [f"### persistlint: {sentence(report)}"]
    if report.diagnostics:
        lines += ["", "| Severity | Rule | Where | What |", "|---|---|---|---|"]
        lines += [_row(one, report.prefix) for one in report.diagnostics]
    if show_unresolved and report.unresolved:
        lines += ["", "| Where | What could not be resolved |", "|---|---|"]
        lines += [f"| {_where(report.prefix, one.span)} | {rich(one.reason)} |" for one in report.unresolved]
    return "\n".join(lines) + "\n"


def rich(text: str) -> str:
    """A message as Markdown in one line: what stands in backticks as code, all else as it is."""
    parts = safe(text).split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(_tagged(part) if number % 2 else plain(part) for number, part in enumerate(parts))


def plain(text: str) -> str:
    """The text, with whatever could be markup spelled as entities."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", safe(text))


def _row(one: Diagnostic, prefix: str) -> str:
    finding = one.finding
    told = [rich(finding.message)]
    told += [
        f"{_code(f'{prefix}{label.span.path}:{label.span.line}')} {rich(label.message)}" for label in finding.related
    ]
    told += [f"help: {rich(finding.help)}"] if finding.help else []
    return f"| {one.severity} | {_code(one.rule)} | {_where(prefix, finding.at)} | {'<br>'.join(told)} |"


def _where(prefix: str, span: Span) -> str:
    return _code(f"{prefix}{span.path}:{span.line}")


def _code(text: str) -> str:
    return _tagged(safe(text))


def _tagged(text: str) -> str:
    return f"<code>{plain(text)}</code>" if text else "<code>&#8203;</code>"
