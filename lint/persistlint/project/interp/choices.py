"""Values that may be one of several."""

from __future__ import annotations

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Const,
    External,
    Items,
    Made,
    Text,
    Unknown,
    Value,
    known,
)

_MOST_OPTIONS = 6
_MOST_COMPARED = 64


def choose(*options: Value | None) -> Value:
    """One of these; what is the same counts once, and too many become unknown."""
    if len(options) == 1 and options[0] is not None:
        return options[0]
    flat: list[Value] = []
    for option in options:
        for value in option.options if isinstance(option, Choice) else (option,):
            if value is not None and not any(_same(value, other) for other in flat):
                flat.append(value)
        if len(flat) > _MOST_COMPARED:
            flat = _fewer(flat)
            if len(flat) > _MOST_OPTIONS:
                return Unknown("too many possible values")
    if len(flat) > _MOST_OPTIONS:
        flat = _fewer(flat)
        if len(flat) > _MOST_OPTIONS:
            return Unknown("too many possible values")
    if not flat:
        return Unknown("nothing is assigned")
    return flat[0] if len(flat) == 1 else Choice(tuple(flat))


def _fewer(values: list[Value]) -> list[Value]:
    """Of texts that read the same but are written at different places, and of what one call made, only the first."""
    out: list[Value] = []
    seen: set[str] = set()
    for value in values:
        whole = known(value) if isinstance(value, Text) else None
        if (whole is None or whole not in seen) and not any(same_site(value, other) for other in out):
            out.append(value)
        if whole is not None:
            seen.add(whole)
    return out


def same_site(left: Value, right: Value) -> bool:
    """Whether two values were made by the same call, or by the same calls in one tuple.

    A function that is interpreted for each of its callers makes its engine anew each time: it is one engine.
    """
    match left, right:
        case Made(), Made():
            return left.loc == right.loc and bool(left.loc.path)
        case Items(), Items():
            pairs = zip(left.items, right.items, strict=False)
            return 0 < len(left.items) == len(right.items) < _MOST_OPTIONS and all(same_site(a, b) for a, b in pairs)
        case _:
            return False


def _same(left: Value, right: Value) -> bool:
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    match left, right:
        case Const(), Const():
            return type(left.value) is type(right.value) and left.value == right.value
        case Text(), Text():
            return left.parts == right.parts
        case External(), External():
            return left.name == right.name
        case Unknown(), Unknown():
            return left.parameter == right.parameter
        case Attribute(), Attribute():
            return left.name == right.name and left.base is right.base
        case _:
            return False
