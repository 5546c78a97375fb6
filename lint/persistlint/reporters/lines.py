"""Reports for people: one line a finding, or each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.report import Diagnostic, Report
from persistlint.reporters.paint import Paint, painter, safe, safe_path
from persistlint.reporters.snippets import Snippets
from persistlint.reporters.summary import sentence
from persistlint.rule import Severity

_COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.ADVICE: "bold blue"}


def concise(report: Report, *, show_unresolved: bool = False) -> str:
    """`path:line:col: severity[rule] message`, then a summary."""
    lines = [
        f"{_place(diagnostic)}: {diagnostic.severity}[{diagnostic.rule}] {safe(diagnostic.finding.message)}"
        for diagnostic in report.diagnostics
    ]
    return _joined([*lines, *_unresolved(report, show=show_unresolved), sentence(report)])


def text(report: Report, *, show_unresolved: bool = False, color: bool = False) -> str:
    """Each finding with its source, the other side of the disagreement, and what to do; then a summary."""
    paint = painter(color=color)
    snippets = Snippets(report.source, paint)
    lines: list[str] = []
    for diagnostic in report.diagnostics:
        lines += [*_finding(diagnostic, snippets, paint), ""]
    listed = list(_unresolved(report, show=show_unresolved))
    return _joined([*lines, *listed, *([""] if listed else []), paint(sentence(report), "bold")])


def _finding(diagnostic: Diagnostic, snippets: Snippets, paint: Paint) -> Iterator[str]:
    finding = diagnostic.finding
    style = _COLORS[diagnostic.severity]
    yield paint(f"{diagnostic.severity}[{diagnostic.rule}]", style) + paint(f": {safe(finding.message)}", "bold")
    spans = [finding.at, *(label.span for label in finding.related)]
    width = max(len(str(snippets.last_line(span))) for span in spans)
    margin = " " * width
    yield f"{margin}{paint('-->', 'blue')} {_place(diagnostic)}"
    yield from snippets.show(finding.at, width, "^", style)
    for label in finding.related:
        place = f"{safe(label.span.path)}:{label.span.line}:{label.span.column}"
        yield f"{margin}{paint(':::', 'blue')} {place}: {safe(label.message)}"
        yield from snippets.show(label.span, width, "-", "blue")
    if finding.help:
        yield f"{margin} {paint('=', 'blue')} {paint('help:', 'bold')} {safe(finding.help)}"


def _unresolved(report: Report, *, show: bool) -> Iterator[str]:
    if show:
        for unresolved in report.unresolved:
            place = f"{safe_path(unresolved.span.path)}:{unresolved.span.line}:{unresolved.span.column}"
            yield f"{place}: unresolved: {safe(unresolved.reason)}"


def _place(diagnostic: Diagnostic) -> str:
    at = diagnostic.finding.at
    return f"{safe_path(at.path)}:{at.line}:{at.column}"


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
