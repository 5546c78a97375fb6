"""What a mutant is: lines of the example that are replaced, and the rules that must say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `first` to `last` of a file, counted from 1, are replaced; `last` before `first` inserts before `first`."""

    path: str
    first: int
    last: int
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mutant:
    """`owners` are the rules that report it, all of them and no others; empty for a change that breaks no promise."""

    name: str
    edits: tuple[Edit, ...]
    owners: frozenset[str]


class Text:
    """A file of the example, and edits of it."""

    def __init__(self, root: Path, path: str) -> None:
        self.path = path
        self.lines = tuple((root / path).read_text(encoding="utf-8").splitlines())

    def find(self, start: str, after: int = 1) -> int:
        """The number of the first line, from `after` on, that begins with a text."""
        found = (number for number in range(after, len(self.lines) + 1) if self.line(number).startswith(start))
        number = next(found, None)
        assert number is not None, f"no line of {self.path} begins with {start!r}"
        return number

    def line(self, number: int) -> str:
        return self.lines[number - 1]

    def replace(self, number: int, old: str, new: str) -> Edit:
        """Another text for the one place where `old` stands in a line."""
        line = self.line(number)
        assert line.count(old) == 1, f"{old!r} stands {line.count(old)} times in {self.path}:{number}"
        return Edit(self.path, number, number, (line.replace(old, new),))

    def drop(self, first: int, last: int | None = None) -> Edit:
        """Without these lines."""
        return Edit(self.path, first, first if last is None else last)

    def insert(self, before: int, *lines: str) -> Edit:
        """With lines more."""
        return Edit(self.path, before, before - 1, lines)


def applied(lines: Sequence[str], edits: Iterable[Edit]) -> tuple[str, ...]:
    """The lines of one file after its edits. No two edits touch the same line."""
    result = list(lines)
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        result[edit.first - 1 : edit.last] = edit.lines
    return tuple(result)


def mutant(name: str, edits: Edit | Sequence[Edit], *owners: str) -> Mutant:
    """A mutant with its owners."""
    return Mutant(name, (edits,) if isinstance(edits, Edit) else tuple(edits), frozenset(owners))
