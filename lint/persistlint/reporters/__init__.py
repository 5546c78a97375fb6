"""Report -> str, one module a format. Colour, width and the escaping of foreign text are decided here only."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from persistlint.report import Report


class Format(StrEnum):
    """How `check` writes its report."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    MARKDOWN = "markdown"


def render(report: Report, wanted: Format, *, show_unresolved: bool = False, color: bool = False) -> str:
    """The report in that format, with a newline at its end."""
    match wanted:
        case Format.TEXT:
            from persistlint.reporters.lines import text

            return text(report, show_unresolved=show_unresolved, color=color)
        case Format.CONCISE:
            from persistlint.reporters.lines import concise

            return concise(report, show_unresolved=show_unresolved)
        case Format.JSON:
            from persistlint.reporters.json import to_json

            return to_json(report)
        case Format.SARIF:
            from persistlint.reporters.sarif import to_sarif

            return to_sarif(report, show_unresolved=show_unresolved)
        case Format.GITHUB:
            from persistlint.reporters.github import to_github

            return to_github(report, show_unresolved=show_unresolved)
        case Format.GITLAB:
            from persistlint.reporters.gitlab import to_gitlab

            return to_gitlab(report, show_unresolved=show_unresolved)
        case Format.JUNIT:
            from persistlint.reporters.junit import to_junit

            return to_junit(report, show_unresolved=show_unresolved)
        case Format.MARKDOWN:
            from persistlint.reporters.markdown import to_markdown

            return to_markdown(report, show_unresolved=show_unresolved)
        case _:
            assert_never(wanted)
