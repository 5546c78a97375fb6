"""Whether two sets of CHECKs let the same rows in: decided by SQLite on boundary values, never by their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from persistlint.extract.sql.lexer import QUOTED, STRING, WORD, lex
from persistlint.facts.schema import CheckFact, ColumnFact
from persistlint.replay.boundaries import Cell, Row, all_rows, rows_around, values_of
from persistlint.replay.memory import Memory
from persistlint.replay.probe import Probe, UndecidableError, literal

_SAME = {"==": "=", "!=": "<>", "TRUE": "1", "FALSE": "0"}
_BASES = 4
"""Rows that both sides let in, around which others are tried where not all can be."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A row that `check` refuses although every check of the other side lets it in.

    `row` has the columns that the check names, each with its value as an SQL literal; `here` is whether the check is
    one of `ours`.
    """

    check: CheckFact
    here: bool
    row: tuple[tuple[str, str], ...]


def disagreements(
    columns: Sequence[ColumnFact], ours: Sequence[CheckFact], theirs: Sequence[CheckFact]
) -> tuple[Disagreement, ...]:
    """Where two sets of CHECKs on one table differ: at most one row for the checks of each set of columns.

    Each side counts as a whole: one CHECK in place of two is no difference. Empty where SQLite cannot tell: an
    expression that is unknown, or that it cannot evaluate, such as one with a function of the application's own.
    """
    if any(check.expression is None for check in (*ours, *theirs)):
        return ()
    found: list[Disagreement] = []
    for group in _groups(columns, ours, theirs):
        found.extend(_of_group(group))
    return tuple(found)


def same_condition(columns: Sequence[ColumnFact], first: str, second: str) -> bool:
    """Whether two conditions are true for the same rows, as far as can be told."""
    if sql_words(first) == sql_words(second):
        return True
    involved = _named(columns, f"{first} {second}")
    rows, _ = all_rows(_values(involved, [first, second]))
    try:
        with Memory() as memory:
            probe = Probe(memory, involved)
            for batch in rows:
                probe.fill(batch)
                if probe.true_for(first) != probe.true_for(second):
                    return False
    except UndecidableError:
        return False
    return True


def sql_words(expression: str) -> tuple[str, ...]:
    """An expression's words, alike for texts that differ only in case, spaces, quotes and brackets around them all."""
    tokens = lex(expression)
    words = [_SAME.get(token.value, token.value if token.kind == STRING else token.value.upper()) for token in tokens]
    while len(words) > 2 and words[0] == "(" and _closing(words) == len(words) - 1:
        words = words[1:-1]
    return tuple(words)


def columns_in(expression: str, columns: Sequence[ColumnFact]) -> tuple[str, ...]:
    """The names among `columns` that an expression names, in their order, as the columns are written."""
    return tuple(column.name for column in _named(columns, expression))


@dataclass(frozen=True, slots=True)
class _Group:
    """Checks that share columns, directly or through each other: they can be compared apart from all others."""

    columns: tuple[ColumnFact, ...]
    ours: tuple[CheckFact, ...]
    theirs: tuple[CheckFact, ...]


def _groups(columns: Sequence[ColumnFact], ours: Sequence[CheckFact], theirs: Sequence[CheckFact]) -> Iterator[_Group]:
    sets: list[set[str]] = []
    for check in (*theirs, *ours):
        joined = set(columns_in(check.expression or "", columns))
        apart = [one for one in sets if not one & joined]
        sets = [*apart, joined.union(*(one for one in sets if one & joined))]
    for names in sorted(sets, key=lambda one: [column.name in one for column in columns], reverse=True):
        yield _Group(
            tuple(column for column in columns if column.name in names),
            tuple(check for check in ours if _within(check, columns, names)),
            tuple(check for check in theirs if _within(check, columns, names)),
        )


def _within(check: CheckFact, columns: Sequence[ColumnFact], names: set[str]) -> bool:
    own = columns_in(check.expression or "", columns)
    return not names if not own else own[0] in names


def _of_group(group: _Group) -> Iterator[Disagreement]:
    ours, theirs = _distinct(group.ours), _distinct(group.theirs)
    if ours.keys() == theirs.keys():
        return
    checks = [*theirs.values(), *ours.values()]
    try:
        refused = _Search(group.columns, [check.expression or "" for check in checks], len(theirs)).run()
    except UndecidableError:
        return
    told: set[tuple[str, ...]] = set()
    for number, check in enumerate(checks):
        about = columns_in(check.expression or "", group.columns)
        row = refused.get(number)
        if row is None or about in told:
            continue
        told.add(about)
        shown = tuple((c.name, literal(v)) for c, v in zip(group.columns, row, strict=True) if c.name in about)
        yield Disagreement(check, number >= len(theirs), shown)


def _distinct(checks: Iterable[CheckFact]) -> dict[tuple[str, ...], CheckFact]:
    return {sql_words(check.expression or ""): check for check in checks}


class _Search:
    """Looks for rows that one side of `expressions`, split at `border`, refuses and the whole other side lets in."""

    def __init__(self, columns: Sequence[ColumnFact], expressions: Sequence[str], border: int) -> None:
        self._columns = columns
        self._expressions = expressions
        self._border = border
        self._found: dict[int, Row] = {}
        self._accepted: list[Row] = []

    def run(self) -> dict[int, Row]:
        """By the number of an expression: the first such row that it refuses."""
        values = _values(self._columns, self._expressions)
        rows, complete = all_rows(values)
        with Memory() as memory:
            probe = Probe(memory, self._columns)
            for batch in rows:
                self._judge(probe, batch)
            if not complete:
                step = max(1, len(self._accepted) // _BASES)
                for batch in rows_around(self._accepted[::step][:_BASES], values):
                    self._judge(probe, batch)
        return self._found

    def _judge(self, probe: Probe, rows: list[Row]) -> None:
        probe.fill(rows)
        passed = [probe.passed(text) for text in self._expressions]
        for row, verdicts in zip(rows, zip(*passed, strict=True), strict=True):
            theirs, ours = all(verdicts[: self._border]), all(verdicts[self._border :])
            if theirs and ours:
                self._accepted.append(row)
            elif theirs or ours:
                for number in range(len(verdicts)):
                    # Only the refusing side has a False, so this finds its expressions alone.
                    if not verdicts[number]:
                        self._found.setdefault(number, row)


def _values(columns: Sequence[ColumnFact], expressions: Sequence[str]) -> list[tuple[Cell, ...]]:
    named = {text: columns_in(text, columns) for text in expressions}
    found: list[tuple[Cell, ...]] = []
    for column in columns:
        own = [text for text in expressions if named[text] == (column.name,)]
        # Those that name it come first: their literals are the likelier boundaries.
        shared = sorted(set(expressions).difference(own), key=lambda text: (column.name not in named[text], text))
        found.append(values_of(column, own, shared))
    return found


def _closing(words: Sequence[str]) -> int:
    """The index of the bracket that closes the one at the beginning."""
    depth = 0
    for index, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return index
    return len(words)


def _named(columns: Sequence[ColumnFact], expression: str) -> tuple[ColumnFact, ...]:
    names = {token.value.lower() for token in lex(expression) if token.kind in (WORD, QUOTED)}
    return tuple(column for column in columns if column.name.lower() in names)
