"""The ids of units and artifacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_NUMBER = re.compile(r"\d{1,9}")


def unit_id(number: int) -> str:
    """`D01`."""
    return f"D{number:02}"


def artifact_id(number: int) -> str:
    """`ART-0001`."""
    return f"ART-{number:04}"


def highest(ids: Iterable[str]) -> int:
    """The highest number that is in use; 0 where none is."""
    return max((int(match[0]) for one in ids if (match := _NUMBER.search(one))), default=0)


def with_ids(paths: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """An id for each path: the one that it has, else the next that is free."""
    number = highest(known.values())
    out = dict(known)
    for path in paths:
        if path not in out:
            number += 1
            out[path] = artifact_id(number)
    return out
