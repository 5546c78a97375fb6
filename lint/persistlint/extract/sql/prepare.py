"""A statement made plain for sqlglot, without moving anything in it."""

from __future__ import annotations

from persistlint.extract.sql.holes import Filling
from persistlint.extract.sql.lexer import PARAM, SOFT, WORD, Token, closing

Edit = tuple[int, int, str]
"""Where, and what to put there; shorter than what stands there."""


def prepared(filling: Filling, base: int, tokens: list[Token], dialect: str) -> str:
    """A statement, which begins at offset `base` of the tokens, with what sqlglot stumbles over made plain.

    Every edit keeps the length. Placeholders become `?`, REPLACE becomes INSERT, and hints about conflicts and
    indexes, which name no column, go.
    """
    edits: list[Edit] = []
    sqlite = dialect == "sqlite"
    for index, token in enumerate(tokens):
        if token.kind in (PARAM, SOFT):
            if not filling.touches(token.start, token.end):
                edits.append((token.start, token.end, "?"))
        elif sqlite and token.kind == WORD:
            edits += _sqlite_edits(tokens, index)
    text = filling.text
    base -= len(text) - (tokens[-1].end - tokens[0].start)
    done = 0
    for start, end, replacement in edits:
        # INSERT OR REPLACE INTO: what one edit took away is not there for the next.
        if start >= done:
            text = text[: start - base] + replacement.ljust(end - start) + text[end - base :]
            done = end
    return text


def _sqlite_edits(tokens: list[Token], index: int) -> list[Edit]:
    token = tokens[index]
    following = tokens[index + 1 : index + 3]
    next_word = following[0].value if following else ""
    match token.value:
        case "REPLACE" if next_word == "INTO":
            return [(token.start, token.end, "INSERT")]
        case "OR" if index and tokens[index - 1].value in ("INSERT", "UPDATE") and following:
            return [(token.start, following[0].end, "")]
        case "INDEXED" if next_word == "BY" and len(following) == 2:
            return [(token.start, following[1].end, "")]
        case "NOT" if next_word == "INDEXED":
            return [(token.start, following[0].end, "")]
        case "DATABASE" if next_word == "(":
            return [(token.start, token.end, "F")]
        case "CAST" if next_word == "(":
            return _plain_type(tokens, index + 1)
        case "ESCAPE" if following and following[0].kind == WORD:
            end = closing(tokens, index + 2) if len(following) == 2 and following[1].value == "(" else index + 1
            return [(token.start, tokens[min(end, len(tokens) - 1)].end, "")]
        case _:
            return []


def _plain_type(tokens: list[Token], opening: int) -> list[Edit]:
    """The type of a CAST in one word; sqlglot knows fewer types than SQLite, which knows none."""
    end = closing(tokens, opening)
    for index in range(end - 1, opening, -1):
        if tokens[index].kind == WORD and tokens[index].value == "AS":
            first, last = tokens[index].end, tokens[end - 1].end
            return [(first, last, " INT")] if last - first >= len(" INT") and end - index > 2 else []
    return []
