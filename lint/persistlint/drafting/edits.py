"""Changes to one document that leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from persistlint.extract.contract.markdown import Fence, Heading, Table, blocks
from persistlint.extract.contract.placed import Placed
from persistlint.source import line_starts


@dataclass(slots=True)
class Edited:
    """A document's text with its blocks, and the changes that are wanted in it.

    New text is written with `\\n`, and gets the newlines of the document.
    """

    path: str
    text: str
    tables: list[Table] = field(default_factory=list[Table])
    fences: list[Fence] = field(default_factory=list[Fence])
    headings: list[Heading] = field(default_factory=list[Heading])
    _starts: Sequence[int] = ()
    _changes: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])

    @classmethod
    def of(cls, path: str, text: str) -> Edited:
        edited = cls(path, text)
        edited._starts = line_starts(text)
        for block in blocks(path, text):
            match block:
                case Table():
                    edited.tables.append(block)
                case Fence():
                    edited.fences.append(block)
                case Heading():
                    edited.headings.append(block)
                case _:
                    pass
        return edited

    def replace(self, start: int, end: int, new: str) -> None:
        """Have this text in place of what stands from `start` to `end`."""
        if self.text[start:end] != (written := self._with_newlines(new)):
            self._changes.append((start, end, written))

    def replace_cell(self, cell: Placed, new: str) -> None:
        """Have this text in a cell of a table."""
        [(line, column)] = cell.places
        start = self.line(line) + column - 1
        self.replace(start, start + len(cell.text), new if cell.text else f" {new} ")

    def line(self, number: int) -> int:
        """Where the line of that number begins, the first being 1; the end of the text behind the last."""
        return self._starts[number - 1] if number <= len(self._starts) else len(self.text)

    @property
    def behind_all(self) -> int:
        """The number of the line behind the last."""
        return len(self._starts) + 1

    def insert_line(self, number: int, new: str) -> None:
        """Have lines before the line of that number."""
        at = self.line(number)
        # The last line of a document may have no end.
        start = "" if at == 0 or self.text[at - 1] in "\r\n" else "\n"
        self.replace(at, at, start + new)

    def result(self) -> str:
        """The text with all changes."""
        out: list[str] = []
        at = 0
        for start, end, new in sorted(self._changes, key=lambda change: change[:2]):
            out += [self.text[at:start], new]
            at = end
        return "".join([*out, self.text[at:]])

    def _with_newlines(self, new: str) -> str:
        return new.replace("\n", "\r\n") if "\r\n" in self.text else new
