"""What can stand where a text's unknown parts stand: same-length substitutions, so that every offset stays true."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from persistlint.extract.sql.engine import INCOMPLETE
from persistlint.extract.sql.lexer import NUMBER, OP, PARAM, SOFT, WORD, Token

_BUDGET = 240
_OPTIONS = (
    "x",
    "",
    "1",
    "=",
    "x=1",
    "(1)",
    "(x)",
    "AND x=1",
    "DESC",
    "WHERE x",
    "WHERE",
    "AND",
    "FROM x",
    "x AND x",
    ",",
    "VALUES(1)",
    "SELECT 1",
    "SET x=1",
    "DO NOTHING",
    "RENAME TO x",
)
"""From the most to the least common; the first one stands for the stand-in itself, an identifier."""

NAME = "x"


@dataclass(frozen=True, slots=True)
class Hole:
    """An unknown part: `start` and `end` in the text. A `bare` one is a stand-in, which can be left as it is."""

    start: int
    end: int
    bare: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """One way to read a statement: its text, and which holes hold something else than a name."""

    text: str
    replaced: tuple[Hole, ...] = ()
    named: tuple[Hole, ...] = ()

    def covers(self, offset: int) -> bool:
        """Whether the text at that offset is invented."""
        return any(hole.start <= offset < hole.end for hole in self.replaced)

    def touches(self, start: int, end: int) -> bool:
        """Whether anything unknown stands in that stretch of the text, a part of a longer name apart."""
        return any(hole.start < end and start < hole.end for hole in (*self.replaced, *self.named))


def find(tokens: list[Token]) -> list[Hole]:
    """The unknown parts that stand alone. A stand-in within a longer name is that name's matter."""
    holes: list[Hole] = []
    for index, token in enumerate(tokens):
        if token.kind == SOFT or token.is_hole:
            previous = tokens[index - 1] if index else None
            glued = previous is not None and previous.end == token.start and previous.kind in (NUMBER, PARAM)
            holes.append(Hole(token.start, token.end, token.kind == WORD and not glued))
        elif token.kind == PARAM and token.value[0] == ":" and index and tokens[index - 1].value == "IN":
            # SQLAlchemy's expanding parameters: a list of values in brackets.
            holes.append(Hole(token.start, token.end, bare=False))
        elif token.kind == PARAM and token.value[0] == "$" and not token.value[1:].isdigit():
            holes.append(Hole(token.start, token.end, bare=False))
    return holes


@dataclass(slots=True)
class Search:
    """Looks for a filling that SQLite can read, from left to right, and only on from what it reads so far."""

    base: int
    holes: list[Hole]
    complaint: Callable[[str], str | None]
    budget: int = _BUDGET
    furthest: tuple[int, bool] = (-1, False)
    message: str = INCOMPLETE
    """What SQLite says to the attempt that came furthest, whose text is `attempt`."""
    attempt: str = ""

    def run(self, text: str) -> Filling | None:
        return self._from(0, Filling(text))

    def _from(self, index: int, filling: Filling) -> Filling | None:
        if index == len(self.holes):
            return filling
        last = index + 1 == len(self.holes)
        until = len(filling.text) if last else self.holes[index + 1].start - self.base
        for option in _options(self.holes[index], self.base):
            filled = fill(filling, self.base, self.holes[index], option)
            if filled is None:
                continue
            if self.budget <= 0:
                return None
            self.budget -= 1
            message = self.complaint(filled.text[:until])
            if message is None or (message == INCOMPLETE and not last):
                found = self._from(index + 1, filled)
                if found is not None:
                    return found
            else:
                self._failed(index, message, filled.text)
        return None

    def _failed(self, index: int, message: str, attempt: str) -> None:
        """Keep the message of the attempt that came furthest: to which hole, and beyond it or not."""
        if (index, True) > self.furthest:
            upto = self.complaint(attempt[: self.holes[index].end - self.base])
            reached = (index, upto is None or upto == INCOMPLETE)
            if reached > self.furthest:
                self.furthest, self.message, self.attempt = reached, message, attempt


def uniform(text: str, base: int, holes: list[Hole], option: str) -> Filling:
    """Every hole filled alike, where it fits."""
    filling = Filling(text)
    for hole in holes:
        filling = fill(filling, base, hole, option) or fill(filling, base, hole, "") or filling
    return filling


def fill(filling: Filling, base: int, hole: Hole, option: str) -> Filling | None:
    """`filling` with one more hole filled; None where the option is longer than the hole."""
    length = hole.end - hole.start
    if len(option) > length:
        return None
    start, end = hole.start - base, hole.end - base
    if option == NAME:
        named = filling.text if hole.bare else filling.text[:start] + NAME * length + filling.text[end:]
        return Filling(named, filling.replaced, (*filling.named, hole))
    replacement = option.ljust(length)
    if option[:1].isalnum() and len(option) < length:
        # A stand-in may be glued to what stands before it: what is invented must not melt into that.
        replacement = (" " + option).ljust(length)
    text = filling.text[:start] + replacement + filling.text[end:]
    return Filling(text, (*filling.replaced, hole), filling.named)


def _options(hole: Hole, start: int) -> tuple[str, ...]:
    if hole.start == start:
        return ("",)  # what a statement begins with decides what it is: nothing may be invented there
    return _OPTIONS if hole.bare else ("?", *_OPTIONS)


_REGION_START = frozenset(
    {"FROM", "JOIN", "ON", "USING", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "SELECT", "SET", "VALUES", "INTO"}
    | {"BY", "RETURNING", "UPDATE", "UNION", "EXCEPT", "INTERSECT", "DELETE", "INSERT", "CONFLICT"}
)
_SOURCE_REGIONS = frozenset({"FROM", "JOIN", "ON", "USING", "SET", "UPDATE", "DELETE", "INTO"})
_OPERATORS = re.compile(r"^(?:[=<>!|+\-*/(,]+|AND|OR|NOT|IN|LIKE|IS|BETWEEN|GLOB|MATCH|SET)$")


def may_bring_sources(tokens: list[Token], holes: list[Hole]) -> bool:
    """Whether an unknown part can bring further tables into a scope: a JOIN, a list of tables, a whole tail."""
    starts = {hole.start for hole in holes}
    return any(token.start in starts and _in_source_region(tokens, index) for index, token in enumerate(tokens))


def _in_source_region(tokens: list[Token], index: int) -> bool:
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is not None and following.value == ".":
        return False
    if tokens[index].kind == PARAM:
        return False
    previous = tokens[index - 1] if index else None
    operand = previous is not None and _OPERATORS.match(previous.value) is not None
    depth = 0
    for token in reversed(tokens[:index]):
        if token.kind == OP and token.value == ")":
            depth += 1
        elif token.kind == OP and token.value == "(":
            depth = max(depth - 1, 0)
        elif depth == 0 and token.kind == WORD and token.value in _REGION_START:
            if token.value in ("ON", "USING", "SET"):
                return not operand
            return token.value in _SOURCE_REGIONS
    return False
