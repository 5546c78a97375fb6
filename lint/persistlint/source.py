"""Where things are: source files and the places inside them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file.

    `path` is relative to the project root, with forward slashes.
    Lines and columns count from 1, columns in characters; the end is exclusive.
    """

    path: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __post_init__(self) -> None:
        if self.end_line == 0:
            object.__setattr__(self, "end_line", self.line)
            object.__setattr__(self, "end_column", self.column + 1)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The decoded text of one file, newlines as they stand on disk."""

    path: str
    text: str


class LineIndex:
    """Offsets of one text to lines and columns, both counted from 1."""

    __slots__ = ("_starts",)

    def __init__(self, starts: tuple[int, ...]) -> None:
        self._starts = starts

    @classmethod
    def of(cls, text: str) -> LineIndex:
        return cls(line_starts(text))

    def position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        return self._starts[min(line, len(self._starts)) - 1] + column - 1

    def span(self, path: str, start: int, end: int) -> Span:
        line, column = self.position(start)
        end_line, end_column = self.position(max(start, end))
        return Span(path, line, column, end_line, end_column)


def line_starts(text: str) -> tuple[int, ...]:
    """The offset at which each line begins; `\\r\\n`, `\\n` and a lone `\\r` end a line, as in Python."""
    starts = [0]
    position = 0
    for line in text.splitlines(keepends=True) if _plain(text) else _python_lines(text):
        position += len(line)
        starts.append(position)
    if len(starts) > 1 and text and text[-1] not in "\r\n":
        starts.pop()
    return tuple(starts)


def _plain(text: str) -> bool:
    # str.splitlines also breaks at form feeds and Unicode separators, which end no line in Python.
    return not any(mark in text for mark in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


def _python_lines(text: str) -> list[str]:
    lines: list[str] = []
    start = 0
    length = len(text)
    index = 0
    while index < length:
        mark = text[index]
        index += 1
        if mark == "\r" and text[index : index + 1] == "\n":
            index += 1
        if mark in "\r\n":
            lines.append(text[start:index])
            start = index
    if start < length:
        lines.append(text[start:])
    return lines


def is_test(path: str) -> bool:
    """Whether a file is a test, by its name and folders: it makes databases of its own, which end with it."""
    *folders, name = path.split("/")
    return bool({"tests", "test", "testing"} & set(folders)) or name.startswith(("test_", "conftest"))
