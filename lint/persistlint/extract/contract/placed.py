"""Text that was taken out of a document, with the way back to its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from persistlint.facts.contract import Name
from persistlint.source import LineIndex, Span


@dataclass(frozen=True, slots=True)
class Placed:
    """`places` has line and column, in the document, of the first character of each line of `text`.

    It may have one line more: where the text goes on when it ends with a newline.
    """

    text: str
    path: str
    places: tuple[tuple[int, int], ...]

    @property
    def at(self) -> Span:
        """Where the text begins."""
        return self.span(0, min(1, len(self.text)))

    @property
    def whole(self) -> Span:
        """All of it, without the white space around it."""
        start = len(self.text) - len(self.text.lstrip())
        return self.span(start, len(self.text.rstrip()))

    def span(self, start: int, end: int) -> Span:
        """The place of the characters from `start` to `end`, at least one: the last where they lie behind the end."""
        lines = _lines(self.text)
        start = min(start, max(len(self.text.rstrip()) - 1, 0))
        line, column = self._place(lines, start)
        end_line, end_column = self._place(lines, end) if end > start else (line, column + 1)
        return Span(self.path, line, column, end_line, end_column)

    def name(self, start: int, end: int) -> Name:
        """Those characters as a word, pipes of a table's cell unescaped."""
        return Name(self.text[start:end].replace("\\|", "|"), self.span(start, end))

    def _place(self, lines: LineIndex, offset: int) -> tuple[int, int]:
        line, column = lines.position(min(offset, len(self.text)))
        if line > len(self.places):
            return self.places[-1][0] + 1, 1
        number, first = self.places[line - 1]
        return number, first + column - 1


@lru_cache(maxsize=16)
def _lines(text: str) -> LineIndex:
    # A fence is asked for the place of each of its parts.
    return LineIndex.of(text)
