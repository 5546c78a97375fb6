"""Findings that were there before: the same one in another line, in a renamed file, or under a renamed name.

A finding is looked for by what it says and where; what is left over, by less: by what it says in any file, by the text
of its line, by the lines around it. So many that were there before are at most so many that are taken out.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from persistlint.report import Diagnostic, unplaced
from persistlint.source import line_starts

Source = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Known:
    """One finding as it is remembered. `keys` tell it apart, from the most exact to the least."""

    rule: str
    path: str
    message: str
    keys: tuple[str, ...]


def known(diagnostics: Sequence[Diagnostic], source: Source) -> tuple[Known, ...]:
    """What to remember of findings; `source` gives the texts of their files."""
    lines = _Lines(source)
    return tuple(_known(diagnostic, lines) for diagnostic in diagnostics)


def match(before: Sequence[Known], now: Sequence[Known]) -> dict[int, int]:
    """Which of `now`, by its index, is which of `before`. Each is taken once."""
    matched: dict[int, int] = {}
    taken: set[int] = set()
    levels = max((len(one.keys) for one in (*before, *now)), default=0)
    for level in range(levels):
        waiting: defaultdict[str, list[int]] = defaultdict(list)
        for index in reversed(range(len(before))):
            if index not in taken and level < len(before[index].keys):
                waiting[before[index].keys[level]].append(index)
        for index, one in enumerate(now):
            if index in matched or level >= len(one.keys) or not one.keys[level]:
                continue
            candidates = waiting[one.keys[level]]
            if candidates:
                matched[index] = candidates.pop()
                taken.add(matched[index])
    return matched


def _known(diagnostic: Diagnostic, lines: _Lines) -> Known:
    finding = diagnostic.finding
    rule, path, message = diagnostic.rule, finding.at.path, unplaced(finding.message)
    # A renamed table or column changes the names in a message and leaves the words around them.
    words = re.sub(r"`[^`]*`", "`", message)
    own, around = lines.at(path, finding.at.line)
    keys = (
        diagnostic.fingerprint,
        _key("says", rule, message),
        _key("line", rule, path, words, own) if own else "",
        _key("around", rule, path, words, around) if around else "",
    )
    return Known(rule, path, finding.message, keys)


def _key(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class _Lines:
    """The lines of files, without blanks at their ends; each file is read once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._files: dict[str, tuple[str, ...]] = {}

    def at(self, path: str, line: int) -> tuple[str, str]:
        """That line, and the nearest ones above and below that are not empty."""
        lines = self._of(path)
        if not 0 < line <= len(lines):
            return "", ""
        above = next((text for text in reversed(lines[: line - 1]) if text), "")
        below = next((text for text in lines[line:] if text), "")
        return lines[line - 1], f"{above}\n{below}" if above and below else ""

    def _of(self, path: str) -> tuple[str, ...]:
        if path not in self._files:
            text = self._source(path) or ""
            starts = (*line_starts(text), len(text))
            self._files[path] = tuple(text[begin:end].strip() for begin, end in pairwise(starts))
        return self._files[path]
