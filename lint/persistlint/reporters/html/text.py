"""Text of linted code as HTML: never markup, never invisible."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from persistlint.reporters.paint import safe
from persistlint.source import Span


def plain(text: str) -> str:
    """The text, as text."""
    return escape(safe(text))


def rich(text: str) -> str:
    """A message: what stands in backticks as code."""
    parts = safe(text).split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in enumerate(parts))


def place(span: Span) -> str:
    """A file with its line; a long path may break behind its slashes."""
    return f'<code class="place">{plain(span.path).replace("/", "/<wbr>")}:{span.line}</code>'


def table(header: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """A table of cells that are HTML already; each cell knows its column's title, for narrow screens."""
    titles = list(header)
    head = "".join(f'<th scope="col">{plain(title)}</th>' for title in titles)
    body = "".join(
        "<tr>"
        + "".join(f'<td data-title="{plain(title)}">{cell}</td>' for title, cell in zip(titles, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
