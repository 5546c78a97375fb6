"""What `init` remembers of what it wrote, so that it can tell its own words from those that people changed.

A row of a table is remembered in a comment below the table, cell by cell, a fence in the words behind its opening
marks. Both hold digests of the text: what no longer has its digest belongs to whoever changed it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

_COMMENT = r"<!-- persistlint init {0}\b.*?-->[ \t]*(?:\r\n|\r|\n)?"
_LINE = re.compile(r"^(?P<id>[A-Za-z]+[\w-]*) (?P<subject>\S+)(?P<rest>(?: \S+)*)[ \t]*\r?$", re.MULTILINE)
_MARK = re.compile(r"\binit=(?P<id>\w+)\.(?P<digest>[0-9a-f]{8})\b")
_TOLD = (
    "<!-- persistlint init {0}: what it wrote above, row by row and cell by cell.",
    "`persistlint init --update` refreshes a cell until somebody changes it; from then on it is left alone.",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its id, what it is about, the digests of its cells, and for a unit the kinds of fences written."""

    id: str
    subject: str
    cells: tuple[str, ...]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands behind the opening marks of a fence that `init` wrote: the unit that it is of, and a digest."""

    id: str
    digest: str

    def __str__(self) -> str:
        return f"init={self.id}.{self.digest}"


def cell_digest(text: str) -> str:
    """Stands for the text of a cell; white space around it and the length of runs inside do not count."""
    return _digest(" ".join(text.split()), 3)


def fence_digest(text: str) -> str:
    """Stands for the content of a fence, on whatever system its lines were saved."""
    return _digest("\n".join(line.rstrip() for line in text.splitlines()), 4)


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def mark_in(info: str) -> Mark | None:
    """The mark in the words behind a fence's opening marks."""
    match = _MARK.search(info)
    return Mark(match["id"], match["digest"]) if match else None


def comment(what: str, entries: Iterable[Entry]) -> str:
    """The comment that remembers the rows of a `matrix` or an `inventory`, with a final newline."""
    lines = [" ".join([one.id, _written(one.subject), *one.cells, *map(_written, one.kinds)]) for one in entries]
    return "\n".join([*_TOLD, *lines, "-->"]).format(what) + "\n"


def find(what: str, text: str) -> tuple[int, int] | None:
    """Where the comment stands in a document, its last newline included; None where there is none."""
    match = re.search(_COMMENT.format(what), text, re.DOTALL)
    return match.span() if match else None


def entries(what: str, text: str, cells: int) -> tuple[Entry, ...]:
    """The rows that the comment in a document remembers, each with that number of cells."""
    place = find(what, text)
    if place is None:
        return ()
    found: dict[str, Entry] = {}
    for match in _LINE.finditer(text, *place):
        words = match["rest"].split()
        if len(words) >= cells and all(re.fullmatch(r"[0-9a-f]{6}", word) for word in words[:cells]):
            kinds = tuple(unquote(word) for word in words[cells:])
            found.setdefault(match["id"], Entry(match["id"], unquote(match["subject"]), tuple(words[:cells]), kinds))
    return tuple(found.values())


def _written(words: str) -> str:
    # Two hyphens would end the comment.
    return quote(words, safe=":/").replace("-", "%2D")
