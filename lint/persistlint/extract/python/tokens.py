"""Places for a libcst tree, found by walking the source's own tokens beside it.

libcst keeps no offsets in its nodes, and its PositionProvider prints the whole tree again to find them, which costs
twice the parse. A tree's leaves stand in source order, so one pass of a regular expression over the text and a cursor
that each leaf moves forward give the same offsets for a fraction of that.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<string>[rRbBuUfFtT]{0,3}(?:
        \"\"\"(?:[^\\]|\\.)*?\"\"\"
      | '''(?:[^\\]|\\.)*?'''
      | "(?:[^"\\\r\n]|\\(?:\r\n|.))*"
      | '(?:[^'\\\r\n]|\\(?:\r\n|.))*'
    ))
  | (?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[\w]*)
  | (?P<name>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)

_KEYWORDS = frozenset(
    [
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
    ]
)
"""Never leaves of the tree. `True`, `False` and `None` are leaves, and so are soft keywords used as names."""

_REACH = 400
"""How far ahead a leaf is looked for before its place is taken to be where the cursor stands."""

# Between two leaves there are only operators, keywords, brackets, blanks and comments.
_CLOSERS = {mark: re.compile(r"(?:[\s,:\\]|\#[^\r\n]*)*" + re.escape(mark)) for mark in ")]}"}
_OPENERS = {
    mark: re.compile(rf"(?:[^\#{re.escape(mark[0])}]|\#[^\r\n]*)*" + re.escape(mark)) for mark in ("(", "[", "{", "...")
}


class Cursor:
    """Walks the tokens of one text; each `take` moves forward to the leaf of that text."""

    __slots__ = ("_at", "_end", "_ends", "_index", "_starts", "_text", "_words")

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        self._text = text
        self._end = len(text) if end is None else end
        self._at = start
        self._tokenise(start)

    def _tokenise(self, start: int) -> None:
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for match in _TOKEN.finditer(self._text, start, self._end):
            word = match.group()
            if match.lastgroup == "comment":
                continue
            if word in _KEYWORDS:
                continue
            words.append(word)
            starts.append(match.start())
            ends.append(match.end())
        self._words = words
        self._starts = starts
        self._ends = ends
        self._index = 0

    @property
    def at(self) -> int:
        """The end of the last leaf taken."""
        return self._at

    def take(self, word: str) -> int:
        """Move past the next token that is `word`; its offset. Where there is none near, stay."""
        words = self._words
        index = self._index
        limit = min(len(words), index + _REACH)
        while index < limit:
            if words[index] == word:
                self._index = index + 1
                self._at = self._ends[index]
                return self._starts[index]
            index += 1
        return self._at

    def take_prefix(self, prefix: str) -> int:
        """Move past the next token that begins with `prefix`; its offset."""
        index = self._find(prefix)
        if index is None:
            return self._at
        self._index = index + 1
        self._at = self._ends[index]
        return self._starts[index]

    def find_prefix(self, prefix: str) -> int:
        """The offset of the next token that begins with `prefix`, without moving."""
        index = self._find(prefix)
        return self._at if index is None else self._starts[index]

    def _find(self, prefix: str) -> int | None:
        limit = min(len(self._words), self._index + _REACH)
        return next((index for index in range(self._index, limit) if self._words[index].startswith(prefix)), None)

    def open(self, mark: str) -> int:
        """Move past the next `mark` (an opening bracket or an ellipsis) before the next leaf; the offset behind it."""
        limit = self._starts[self._index] if self._index < len(self._starts) else self._end
        match = _OPENERS[mark].match(self._text, self._at, limit)
        if match is not None:
            self._at = match.end()
        return self._at

    def close(self, mark: str) -> int:
        """Move past the closing bracket that comes next; the offset behind it."""
        match = _CLOSERS[mark].match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return self._at

    def move_to(self, offset: int) -> None:
        """Move forward to `offset`, where an f-string ends."""
        starts = self._starts
        index = self._index
        while index < len(starts) and starts[index] < offset:
            index += 1
        self._index = index
        self._at = max(self._at, offset)
        if index and self._ends[index - 1] > offset:
            # Quotes within quotes (Python 3.12) were taken for the ends of strings.
            self._tokenise(offset)
