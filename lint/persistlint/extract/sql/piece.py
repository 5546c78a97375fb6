"""A readable statement, or a statement within one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from persistlint.extract.sql.cursor import Cursor
from persistlint.extract.sql.engine import Engine
from persistlint.extract.sql.holes import Filling
from persistlint.extract.sql.kinds import kind_of
from persistlint.extract.sql.lexer import Token
from persistlint.facts.sql import Kind


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is the whole text, as written; `filling` the statement alone, with something in place of the unknown."""

    text: str
    tokens: list[Token]
    kind: Kind
    filling: Filling
    dialect: str
    engine: Engine | None
    """None where the statement is not SQLite's."""
    in_depth: bool = True
    """Whether its syntax tree is worth the time."""

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def cursor(self) -> Cursor:
        return Cursor(self.text, self.tokens)

    def part(self, tokens: list[Token], lead: str = "") -> Piece:
        """The piece of just these tokens (not none), with `lead` put before them in the filled text."""
        start, end = tokens[0].start - self.start, tokens[-1].end - self.start
        filling = replace(self.filling, text=lead + self.filling.text[start:end])
        return replace(self, tokens=tokens, kind=kind_of(tokens), filling=filling)
