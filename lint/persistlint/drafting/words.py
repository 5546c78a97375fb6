"""How documents speak: names as code, lists, numbers, titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def code(name: str) -> str:
    """A name as a code span, whatever it holds."""
    text = " ".join(name.split())
    if "`" not in text:
        return f"`{text}`"
    marks = "`" * (max(len(run) for run in re.findall("`+", text)) + 1)
    return f"{marks} {text} {marks}"


def codes(names: Sequence[str]) -> str:
    """Names as code spans, as a sentence lists them."""
    return listed([code(name) for name in names])


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things: `no check`, `one check`, `two checks`, `13 checks`."""
    said = _SMALL[number] if number < len(_SMALL) else str(number)
    return f"{said} {one if number in (0, 1) else many or one + 's'}"


def sentence(text: str) -> str:
    """With a capital letter, unless it begins with code."""
    return text[:1].upper() + text[1:]


def title(name: str, what: str) -> str:
    """`schedule_overrides` and `schema` to `Schedule overrides schema`."""
    words = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", name)).split()
    return sentence(" ".join([*words, what]))
