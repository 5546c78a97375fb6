"""Whether a function gives back what it is given, in another form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from persistlint.project.interp.values import Attribute, Choice, Gap, Made, Operation, Text, Value
from persistlint.project.stores.database import words

_DEEPEST_PART = 5
_OUTSIDE = re.compile(r"\{[^{}]*\}")
"""What is not known of a path in words."""
_CONVERSIONS = frozenset({"encode", "decode"})
"""What only changes how a path is written, even where nothing is known of it."""


def hands_on(value: Value, given: set[int]) -> bool:
    """Whether a result is what the function was given, in another form: `normalized(path)` is any path."""
    if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name in _CONVERSIONS:
        return True
    said = words(value) or ""
    return not _OUTSIDE.sub("", said).strip("/. ") and any(id(one) in given for one in _within(value, 0))


def _within(value: Value, depth: int) -> Iterator[Value]:
    yield value
    parts: Iterable[Value] = ()
    match value:
        case Made(func=func, args=args, kwargs=kwargs):
            parts = (func, *args, *kwargs.values())
        case Attribute(base=base):
            parts = (base,)
        case Operation(operands=operands):
            parts = operands
        case Choice(options=options):
            parts = options
        case Text(parts=pieces):
            parts = (piece.value for piece in pieces if isinstance(piece, Gap))
        case _:
            pass
    for part in parts if depth < _DEEPEST_PART else ():
        yield from _within(part, depth + 1)
