"""From a text to its statements: who reads each one, SQLite, sqlglot or the words alone, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from types import TracebackType
from typing import Self

from persistlint.extract.sql import glot, holes
from persistlint.extract.sql.engine import INCOMPLETE, Engine
from persistlint.extract.sql.facts import describe
from persistlint.extract.sql.foreign import dialect_of
from persistlint.extract.sql.holes import Filling, Hole, Search
from persistlint.extract.sql.kinds import kind_of
from persistlint.extract.sql.lexer import OP, WORD, Token, lex
from persistlint.extract.sql.piece import Piece
from persistlint.extract.sql.prepare import prepared
from persistlint.extract.sql.split import split
from persistlint.facts.sql import Kind, SqlStatement

_MAX_TEXT = 4_000_000
"""More characters than that are no text that anybody wrote."""
_DEEP = 400_000
"""What begins behind so many characters of a text, likely a dump, is only read as far as SQLite itself reads it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who could read a statement: as what text, in which dialect; or why nobody could."""

    filling: Filling
    dialect: str
    foreign: bool = False
    problem: str | None = None
    problem_at: int = 0
    unknown: bool = False


class Reader:
    """Reads one text. Holds the private database while it does."""

    def __init__(self, text: str, dialect: str) -> None:
        self._text = text
        self._dialect = dialect
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            self._engine.close()

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = Engine()
        return self._engine

    def statements(self) -> Iterator[SqlStatement]:
        if len(self._text) > _MAX_TEXT:
            yield SqlStatement(Kind.UNKNOWN, 0, len(self._text), problem="too long to be read")
            return
        text = _speakable(self._text)
        for tokens in split(lex(text, self._dialect)):
            yield self._statement(text, tokens)

    def _statement(self, text: str, tokens: list[Token]) -> SqlStatement:
        start, end = tokens[0].start, tokens[-1].end
        kind = kind_of(tokens)
        verdict = self._judge(_unescaped(text[start:end], tokens), tokens, kind)
        if verdict.problem is not None:
            failed = Kind.UNKNOWN if verdict.unknown else Kind.UNREADABLE
            return SqlStatement(failed, start, end, problem=verdict.problem, problem_at=verdict.problem_at)
        engine = self.engine if verdict.dialect == "sqlite" else None
        statement = describe(
            Piece(text, tokens, kind, verdict.filling, verdict.dialect, engine, in_depth=start < _DEEP)
        )
        return replace(statement, foreign_dialect=verdict.dialect) if verdict.foreign else statement

    def _judge(self, text: str, tokens: list[Token], kind: Kind) -> Verdict:
        found = holes.find(tokens)
        base = tokens[0].start
        if self._dialect != "sqlite":
            return self._judge_other(text, base, tokens, found)
        search = Search(base, found, self.engine.complaint)
        filling = search.run(text) if found else Filling(text)
        message = search.message if filling is None else None if found else self.engine.complaint(text)
        if filling is not None and message is None:
            return Verdict(filling, "sqlite")
        message = message or INCOMPLETE
        at = self._problem_at(search.attempt or text, message, tokens)
        blamed = _is_blamed(tokens, found, at)
        if glot.readable(text, tokens) and not blamed:
            for candidate in _guesses(text, base, found):
                readied = prepared(candidate, base, tokens, "")
                dialect = dialect_of(readied, tokens, kind, message, at, guessed=bool(found))
                if dialect is not None:
                    return Verdict(candidate, dialect, foreign=True)
        if blamed:
            message = "an unknown part stands where nothing that it can be fits"
        unknown = _partly_known(tokens, found)
        return Verdict(Filling(text), "sqlite", problem=message, problem_at=at, unknown=unknown)

    def _judge_other(self, text: str, base: int, tokens: list[Token], found: list[Hole]) -> Verdict:
        plain = Filling(text)
        if not glot.readable(text, tokens):
            return Verdict(plain, self._dialect)
        candidates = _guesses(text, base, found)
        if found and (filled := Search(base, found, self.engine.complaint).run(text)) is not None:
            candidates.append(filled)
        for candidate in candidates:
            readied = prepared(candidate, base, tokens, self._dialect)
            if glot.accepts(readied, self._dialect, commands=True):
                return Verdict(candidate, self._dialect)
        problem = f"{self._dialect} cannot read it"
        unknown = _partly_known(tokens, found)
        return Verdict(plain, self._dialect, problem=problem, problem_at=base, unknown=unknown)

    def _problem_at(self, text: str, message: str, tokens: list[Token]) -> int:
        """Where SQLite's message points: the first token that it cannot go on with."""
        start, end = tokens[0].start, tokens[-1].end
        opening = message.find('"')
        if opening < 0:
            return end if message == INCOMPLETE else start
        near = message[opening + 1 : message.rfind('"')]
        at = text.find(near)
        for _ in range(50):
            if at < 0:
                return start
            if self.engine.complaint(text[: at + len(near)]) == message:
                return start + at
            at = text.find(near, at + 1)
        return start


def _guesses(text: str, base: int, found: list[Hole]) -> list[Filling]:
    """The likeliest fillings, where SQLite is of no help."""
    return [holes.uniform(text, base, found, option) for option in (holes.NAME, "", "1")] if found else [Filling(text)]


def _is_blamed(tokens: list[Token], found: list[Hole], at: int) -> bool:
    """Whether what SQLite cannot go on with is an unknown part, or the bracket that closes behind it."""
    ends = {hole.end for hole in found}
    closed = any(before.end in ends and token.start == at and token.value == ")" for before, token in pairwise(tokens))
    return closed or any(hole.start <= at < hole.end for hole in found)


def _partly_known(tokens: list[Token], found: list[Hole]) -> bool:
    return bool(found) or any("__HOLE" in token.value for token in tokens if token.kind == WORD)


def _unescaped(text: str, tokens: list[Token]) -> str:
    """A statement with the `%%` of %-formatting as `%`, unless it stands in a string, where it is right either way."""
    for token in tokens:
        if token.kind == OP and token.value == "%%":
            at = token.start - tokens[0].start
            text = f"{text[:at]}% {text[at + 2 :]}"
    return text


def _speakable(text: str) -> str:
    """The text with what SQLite cannot be told about replaced, character by character."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\ufffd" if "\ud800" <= mark <= "\udfff" or mark == "\0" else mark for mark in text)
