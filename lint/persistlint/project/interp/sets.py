"""Sets and sequences as wholes: what two have in common, whether they are equal, which comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from persistlint.project.interp.values import Const, Items, Member, Text, Value, known

Same = Callable[[Value, Value], "bool | None"]
"""Whether two elements are equal; None where that cannot be known."""


def joined(left: Items, right: Items, same: Same, most: int) -> Items:
    """What is in one of them or in both."""
    items = [*left.items, *(one for one in right.items if not within(left.items, one, same))]
    return Items(left.kind, items[:most], open=left.open or right.open or len(items) > most)


def common(left: Items, right: Items, same: Same) -> Items:
    """`left & right`."""
    verdicts = [_held(right, one, same) for one in left.items]
    items = [one for one, verdict in zip(left.items, verdicts, strict=True) if verdict]
    return Items(left.kind, items, open=left.open or None in verdicts)


def without(left: Items, right: Items, same: Same) -> Items:
    """`left - right`."""
    verdicts = [_held(right, one, same) for one in left.items]
    items = [one for one, verdict in zip(left.items, verdicts, strict=True) if verdict is False]
    return Items(left.kind, items, open=left.open or None in verdicts)


def within(items: Sequence[Value], wanted: Value, same: Same) -> bool | None:
    """Whether a value is among others."""
    verdicts = [same(one, wanted) for one in items]
    return True if any(verdicts) else None if None in verdicts else False


def covers(whole: Items, part: Items, same: Same) -> bool | None:
    """`whole >= part`, of sets."""
    verdicts = [_held(whole, one, same) for one in part.items]
    if False in verdicts:
        return False
    return None if None in verdicts or part.open else True


def equal(left: Items, right: Items, same: Same) -> bool | None:
    """`left == right`: element by element, whatever the order where they are sets."""
    if left.kind != right.kind:
        return False if {left.kind, right.kind} <= {"set", "list", "tuple"} else None
    if left.kind == "set":
        both = covers(left, right, same), covers(right, left, same)
        return False if False in both else None if None in both else True
    if left.open or right.open:
        return None
    if len(left.items) != len(right.items):
        return False
    verdicts = [same(one, other) for one, other in zip(left.items, right.items, strict=True)]
    return False if False in verdicts else None if None in verdicts else True


def key(value: Value) -> Any:
    """What a value is ordered by; of one that is not known, something that compares with nothing."""
    match value:
        case Member(value=own):
            return key(own)
        case Const(value=int() | float() as number):
            return number
        case Text() if (whole := known(value)) is not None:
            return whole
        case Items(open=False) if value.kind != "set":
            return tuple(map(key, value.items))
        case _:
            return object()


def order(values: Sequence[Any]) -> list[int] | None:
    """The positions of what values are ordered by in their order; None where it cannot be known."""
    try:
        return sorted(range(len(values)), key=lambda index: values[index])
    except TypeError:
        return None


def _held(container: Items, wanted: Value, same: Same) -> bool | None:
    verdict = within(container.items, wanted, same)
    return None if verdict is False and container.open else verdict
