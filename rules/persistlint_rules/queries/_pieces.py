"""How a text was written: in one go, or put together from pieces that stand in different places."""

from __future__ import annotations

from itertools import pairwise

from persistlint.sdk import Segment, Statement

_FAR = 2
"""Lines between two pieces of one text, at most: an implicit concatenation with a comment between."""


def is_one_piece(statement: Statement, start: int, end: int) -> bool:
    """Whether the text between two offsets is written in one go, with no value put in between."""
    inside = _inside(statement, start, end)
    if not inside or inside[0].start > start or inside[-1].end < end or any(one.solid for one in inside):
        return False
    return all(one.end == other.start and _follows(one, other) for one, other in pairwise(inside))


def is_written_out(statement: Statement, start: int, end: int) -> bool:
    """Whether the text between two offsets stands where the statement does, even if as a list of lines."""
    inside = _inside(statement, start, end)
    return bool(inside) and all(
        one.path == other.path and 0 <= other.line - one.line <= _FAR and not _skips(one, other)
        for one, other in pairwise(inside)
    )


def has_empty_gap(statement: Statement, start: int, end: int) -> bool:
    """Whether an empty value was put in between two offsets or beside them.

    A name that is left of `{service}_lookup` without a service is one that the code never means to use.
    """
    inside = _inside(statement, start - 1, end + 1)
    return any(one.end == other.start and _skips(one, other) for one, other in pairwise(inside))


def _inside(statement: Statement, start: int, end: int) -> list[Segment]:
    return [one for one in statement.segments if one.end > start and one.start < end]


def _follows(one: Segment, other: Segment) -> bool:
    if one.path != other.path:
        return False
    return other.line == one.line + 1 or (other.line == one.line and 0 <= _gap(one, other) <= 1)


def _skips(one: Segment, other: Segment) -> bool:
    return one.path == other.path and one.line == other.line and not one.solid and _gap(one, other) > 1


def _gap(one: Segment, other: Segment) -> int:
    return other.column - (one.column + one.end - one.start)
