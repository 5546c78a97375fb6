"""Pieces of source code with their line numbers, and marks under what is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise

from persistlint.reporters.paint import Paint, safe
from persistlint.source import Span, line_starts

_LINES = 4
"""How many lines of a longer span are shown."""
_WIDTH = 160
"""Longer lines are cut around what is marked."""


class Snippets:
    """Shows spans of the project's files; each file is read once. A file that is gone has no snippets."""

    def __init__(self, source: Callable[[str], str | None], paint: Paint) -> None:
        self._source = source
        self._paint = paint
        self._lines: dict[str, tuple[str, ...]] = {}

    def last_line(self, span: Span) -> int:
        """The number of the last line that is shown of the span."""
        return min(self._end(span), span.line + _LINES - 1)

    def show(self, span: Span, width: int, mark: str, style: str) -> Iterator[str]:
        """The span's lines, each with the marked part underlined; `width` is for the line numbers."""
        lines = self._of(span.path)
        if not 0 < span.line <= len(lines):
            return
        bar = self._paint("|", "blue")
        yield f"{' ' * width} {bar}"
        last = min(self.last_line(span), len(lines))
        for number in range(span.line, last + 1):
            line = lines[number - 1]
            start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
            end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
            shown, before, marked = _cut(line, min(start, len(line)), min(max(end, start + 1), len(line) + 1))
            yield f"{self._paint(f'{number:>{width}}', 'blue')} {bar} {shown}".rstrip()
            if marked and line.strip():
                yield f"{' ' * width} {bar} {' ' * before}{self._paint(mark * marked, style)}"
        if last < self._end(span):
            yield f"{' ' * width} {bar} ..."

    def _end(self, span: Span) -> int:
        # A span that ends before the first character of a line holds nothing of it.
        return span.end_line - 1 if span.end_column <= 1 and span.end_line > span.line else span.end_line

    def _of(self, path: str) -> tuple[str, ...]:
        if path not in self._lines:
            text = self._source(path) or ""
            starts = (*line_starts(text), len(text))
            self._lines[path] = tuple(text[a:b].rstrip("\r\n") for a, b in pairwise(starts))
        return self._lines[path]


def _cut(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The line as shown, how far the mark stands from its left, and how long the mark is."""
    first = max(0, start - _WIDTH // 2) if len(line) > _WIDTH else 0
    last = min(len(line), first + _WIDTH)
    left = "..." if first else ""
    right = "..." if last < len(line) else ""
    before, marked, after = line[first:start], line[start : min(end, last)], line[min(end, last) : last]
    shown = left + _expand(before) + _expand(marked) + _expand(after) + right
    beyond = 1 if end > len(line) and not marked else 0
    return shown, len(left) + _columns(_expand(before)), _columns(_expand(marked)) + beyond


def _expand(text: str) -> str:
    return safe(text.replace("\t", "    "))


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_wide(char) for char in text)


def _wide(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
