"""Reading a statement token by token."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.extract.sql.lexer import OP, PARAM, SOFT, WORD, Token, closing, is_name, name_of
from persistlint.facts.sql import hole
from persistlint.source import Span

UNNAMED = hole(9999)
"""The name of what a placeholder stands for where a name belongs."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the statement has it, perhaps behind a schema's."""

    name: str
    start: int
    end: int
    schema: str | None = None


@dataclass(slots=True)
class Cursor:
    """A place in a statement's tokens. Nothing here moves on failure."""

    text: str
    tokens: list[Token]
    index: int = 0

    def peek(self, ahead: int = 0) -> Token | None:
        at = self.index + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """The keyword or operator there; `""` where there is none, or a quoted name."""
        token = self.peek(ahead)
        return token.value if token is not None and token.kind in (WORD, OP) else ""

    def step(self, count: int = 1) -> None:
        """Step over so many tokens, to the end at most."""
        self.index = min(self.index + count, len(self.tokens))

    def behind(self) -> int:
        """Where the last token that was stepped over ends."""
        return self.tokens[self.index - 1].end

    def take(self, *words: str) -> bool:
        """Step over these words, where they are next."""
        if all(self.word(ahead) == word for ahead, word in enumerate(words)):
            self.index += len(words)
            return True
        return False

    def any_of(self, *words: str) -> str:
        """Step over whichever of the words is next; `""` for none."""
        found = self.word()
        if found and found in words:
            self.index += 1
            return found
        return ""

    def take_hole(self) -> bool:
        """Step over an unknown part."""
        token = self.peek()
        if token is not None and (token.is_hole or token.kind == SOFT):
            self.index += 1
            return True
        return False

    def name(self) -> Name | None:
        """Step over a name with or without a schema."""
        token = self.peek()
        if token is None or not _can_name(token):
            return None
        self.index += 1
        follower = self.peek(1)
        if self.word() == "." and follower is not None and _can_name(follower):
            self.index += 2
            return Name(self.said(follower), follower.start, follower.end, self.said(token))
        return Name(self.said(token), token.start, token.end)

    def said(self, token: Token) -> str:
        return UNNAMED if token.kind in (SOFT, PARAM) else name_of(self.text, token)

    def brackets(self) -> list[Token] | None:
        """Step over a bracketed group; the tokens in it."""
        if self.word() != "(":
            return None
        end = closing(self.tokens, self.index)
        inside = self.tokens[self.index + 1 : end]
        self.index = min(end + 1, len(self.tokens))
        return inside

    def rest(self) -> list[Token]:
        return self.tokens[self.index :]

    def source(self, tokens: list[Token]) -> str:
        """The text from the first of the tokens to the last."""
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""


def span_of(start: int, end: int) -> Span:
    """How a place in a SQL text is written in facts."""
    return Span("", 1, start + 1, 1, end + 1)


def _can_name(token: Token) -> bool:
    return is_name(token) or token.kind in (SOFT, PARAM)
