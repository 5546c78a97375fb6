"""Names in messages: which one was meant, and several of them in a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches


def close_to(name: str, candidates: Collection[str]) -> str | None:
    """The candidate that a name was most likely meant to be, None where there is none."""
    lowered = {candidate.lower(): candidate for candidate in sorted(candidates)}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def listed(names: Sequence[str]) -> str:
    """``a`, `b` and `c``."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def is_slip_of(name: str, meant: str) -> bool:
    """Whether two different names are one letter apart: one more, one less, another one, two in the other order."""
    one, other = sorted((name.lower(), meant.lower()), key=len)
    if len(other) - len(one) == 1:
        return any(other[:at] + other[at + 1 :] == one for at in range(len(other)))
    if len(other) != len(one):
        return False
    differ = [at for at in range(len(one)) if one[at] != other[at]]
    if len(differ) == 2:
        first, second = differ
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return len(differ) == 1
