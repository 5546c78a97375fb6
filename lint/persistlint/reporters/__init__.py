"""Report -> str, one module a format. Colour, width and the escaping of foreign text are decided here only."""

from __future__ import annotations

from enum import StrEnum

from persistlint.report import Report


class Format(StrEnum):
    """How `check` writes its report."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"


def render(report: Report, wanted: Format, *, show_unresolved: bool = False, color: bool = False) -> str:
    """The report in that format, with a newline at its end."""
    if wanted is Format.JSON:
        from persistlint.reporters.json import to_json

        return to_json(report)
    from persistlint.reporters.lines import concise, text

    if wanted is Format.CONCISE:
        return concise(report, show_unresolved=show_unresolved)
    return text(report, show_unresolved=show_unresolved, color=color)
