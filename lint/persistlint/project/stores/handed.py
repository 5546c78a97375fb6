"""Whether a function gives back what it is given, in another form."""

from __future__ import annotations

from persistlint.project.interp.values import Attribute, Chunk, External, Gap, Made, Text, Value

_DEEPEST = 8
_CONVERSIONS = frozenset({"encode", "decode"})
"""What only changes how a path is written, even where nothing is known of it."""


def hands_on(value: Value, given: set[int]) -> bool:
    """Whether a result is one of the values with these identities, in another form: `normalized(path)` is any path.

    What joins it to a folder or a name makes another path of it.
    """
    inner: Value | None = value
    for _ in range(_DEEPEST):
        if inner is None or id(inner) in given:
            return inner is not None
        match inner:
            case Made(func=Attribute(name=name)) if name in _CONVERSIONS:
                return True
            case Made(func=Attribute(base=base), args=[], kwargs=kwargs) if not kwargs:
                inner = base
            case Made(func=External(), args=[only]):
                inner = only
            case Text(parts=parts):
                inner = _only(parts)
            case _:
                return False
    return False


def _only(parts: tuple[Chunk | Gap, ...]) -> Value | None:
    said = [part for part in parts if not isinstance(part, Chunk) or part.text]
    return said[0].value if len(said) == 1 and isinstance(said[0], Gap) else None
