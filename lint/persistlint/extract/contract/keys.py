"""Where each key of a TOML text stands. tomllib says what the values are, and nothing about places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Keys from the top; numbers count the tables of an array: `("store", 0, "journal_mode", "local")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{1,2}(?!"))?|\'\'\'.*?\'\'\'(?:\'{1,2}(?!\'))?|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]*")


def key_places(text: str) -> dict[Path, tuple[int, int]]:
    """From each key, header and array's table to its start and end in a text that tomllib could read.

    A key's stretch is the whole `key = value`, a header's is `[[name]]`.
    """
    return _Scanner(text).places()


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    found: dict[Path, tuple[int, int]] = field(default_factory=dict[Path, tuple[int, int]])
    counts: dict[Path, int] = field(default_factory=dict[Path, int])

    def places(self) -> dict[Path, tuple[int, int]]:
        table: Path = ()
        while self._skip() < len(self.text):
            before = self.at
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._assignment(table)
            if self.at == before:
                break
        return self.found

    def _header(self) -> Path:
        start = self.at
        double = self.text.startswith("[[", start)
        self.at += 2 if double else 1
        path = self._inside(self._key())
        self._skip()
        self.at += 2 if double else 1
        if double:
            index = self.counts.get(path, -1) + 1
            self.counts[path] = index
            path = (*path, index)
        self.found.setdefault(path, (start, self.at))
        return path

    def _inside(self, key: Path) -> Path:
        """The key, with the number of the array's table that it goes on in."""
        path: Path = ()
        for index, part in enumerate(key):
            path = (*path, part)
            if path in self.counts and index < len(key) - 1:
                path = (*path, self.counts[path])
        return path

    def _assignment(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._key())
        self._skip()
        self.at += 1  # the equals sign
        self._value(path)
        self.found.setdefault(path, (start, self.at))

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip()
            match = _KEY.match(self.text, self.at)
            if match is None:
                return tuple(parts)
            self.at = match.end()
            word = match[0]
            parts.append(word[1:-1] if word[0] in "\"'" else word)
            self._skip_blanks()
            if self.text[self.at : self.at + 1] != ".":
                return tuple(parts)
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip()
        match self.text[self.at : self.at + 1]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                match = _STRING.match(self.text, self.at)
                self.at = match.end() if match else self.at + 1
            case _:
                match = _BARE.match(self.text, self.at)
                word = match[0].rstrip() if match else ""
                self.at += len(word)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip() < len(self.text) and self.text[self.at] != "]":
            start = self.at
            self._value((*path, index))
            self.found.setdefault((*path, index), (start, self.at))
            index += 1
            self._skip()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.at == start:
                return
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip() < len(self.text) and self.text[self.at] != "}":
            start = self.at
            self._assignment(path)
            self._skip()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.at == start:
                return
        self.at += 1

    def _skip(self) -> int:
        """Go past white space, newlines and comments."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _skip_blanks(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
