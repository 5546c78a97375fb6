"""Markdown to the few kinds of blocks that contracts consist of. The only home of markdown-it-py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from persistlint.extract.contract.placed import Placed
from persistlint.source import line_starts

_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    title: Placed


@dataclass(frozen=True, slots=True)
class Fence:
    """`info` is what stands behind the opening marks; `closed` is False where the document ends inside."""

    info: Placed
    content: Placed
    closed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` without the header; a row has as many cells as are written, which may be fewer or more than titles."""

    header: tuple[Placed, ...]
    rows: tuple[tuple[Placed, ...], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`item` is whether it is the first paragraph of a list's item."""

    text: Placed
    item: bool


Block = Heading | Fence | Table | Paragraph


def blocks(path: str, text: str) -> Iterator[Block]:
    """The blocks of a document in order, those inside quotes and lists too, tables only outside of them.

    HTML comments are blanked out. Any text is a document.
    """
    source = _Source(path, text)
    tokens = _parser().parse(text)
    for index, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                yield Heading(int(token.tag[1:]), source.inline(tokens[index + 1]))
            case "fence":
                yield source.fence(token)
            case "table_open" if token.level == 0:
                yield source.table(token)
            case "paragraph_open":
                item = index > 0 and tokens[index - 1].type == "list_item_open"
                yield Paragraph(source.inline(tokens[index + 1]), item)
            case _:
                pass


@cache
def _parser() -> MarkdownIt:
    # What stands inside a line is read by us: its tokens have no places.
    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


class _Source:
    """The lines of a document, as markdown-it counts them."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        starts = (*line_starts(text), len(text))
        # markdown-it reads NUL as the replacement character.
        self._lines = [text[a:b].rstrip("\r\n").replace("\0", "\ufffd") for a, b in pairwise(starts)]

    def inline(self, token: Token) -> Placed:
        first = token.map[0] if token.map else 0
        lines = token.content.split("\n")
        places = tuple((first + index + 1, self._column(first + index, line)) for index, line in enumerate(lines))
        return Placed(_without_comments(token.content), self._path, places)

    def fence(self, token: Token) -> Fence:
        first, last = token.map or [0, 1]
        opening = self._line(first)
        info = token.info.strip()
        column = opening.rfind(info) + 1 if info else len(opening)
        lines = token.content.split("\n")
        places = tuple((first + index + 2, self._column(first + 1 + index, line)) for index, line in enumerate(lines))
        content = Placed(token.content, self._path, places)
        # An unclosed fence has its last line of content where a closed one has its closing marks.
        closed = last - first - 1 > len(lines) - 1
        return Fence(Placed(info, self._path, ((first + 1, max(1, column)),)), content, closed)

    def table(self, token: Token) -> Table:
        first, last = token.map or [0, 2]
        rows = tuple(self._cells(number) for number in range(first + 2, last))
        return Table(self._cells(first), tuple(row for row in rows if row))

    def _cells(self, number: int) -> tuple[Placed, ...]:
        line = _without_comments(self._line(number))
        ends = [match.start() for match in re.finditer(r"(?<!\\)\|", line)]
        edges = list(zip([0, *(end + 1 for end in ends)], [*ends, len(line)], strict=True))
        if edges and not line[slice(*edges[0])].strip():
            edges.pop(0)
        if edges and not line[slice(*edges[-1])].strip():
            edges.pop()
        return tuple(self._cell(number, line, start, end) for start, end in edges)

    def _cell(self, number: int, line: str, start: int, end: int) -> Placed:
        text = line[start:end]
        column = start + len(text) - len(text.lstrip()) + 1 if text.strip() else start + 1
        return Placed(text.strip(), self._path, ((number + 1, column),))

    def _line(self, number: int) -> str:
        return self._lines[number] if 0 <= number < len(self._lines) else ""

    def _column(self, number: int, part: str) -> int:
        """Where that part of a line begins; containers (quotes, lists) stand before it."""
        line = self._line(number)
        if line.endswith(part):
            return len(line) - len(part) + 1
        return max(line.find(part.strip()), 0) + 1


def _without_comments(text: str) -> str:
    """The text with HTML comments replaced by as many blanks."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text) if "<!--" in text else text
