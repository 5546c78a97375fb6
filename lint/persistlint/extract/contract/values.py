"""What the values of clauses may be: each reader takes a TOML value and gives what it means, or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import cast

from persistlint.errors import did_you_mean

Reader = Callable[[object], object]
"""Raises ValueError with the end of a sentence that begins with the key: `must be a string, not a number`."""

_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_JOURNAL_MODES = ("WAL", "DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF")


def string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {kind(value)}")
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"must be a list of strings, not {kind(value)}")
    items = cast("list[object]", value)
    wrong = next((item for item in items if not isinstance(item, str)), None)
    if wrong is not None:
        raise ValueError(f"must be a list of strings, and holds {kind(wrong)}")
    return tuple(item for item in items if isinstance(item, str))


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {kind(value)}")
    return value


def milliseconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number of milliseconds, not {kind(value)}")
    if value < 0:
        raise ValueError("must not be negative")
    return value


def function(value: object) -> str:
    text = string(value)
    if not _FUNCTION.fullmatch(text):
        raise ValueError(f"must name a function as `package.module:function`, not `{text}`")
    return text


def one_of(*known: str) -> Callable[[object], str]:
    """A reader of one of those words, in any case."""

    def read(value: object) -> str:
        text = string(value)
        found = next((word for word in known if word.lower() == text.lower()), None)
        if found is None:
            hint = did_you_mean(text, known) or f"; there are {_listed(known)}"
            raise ValueError(f"cannot be `{text}`{hint}")
        return found

    return read


journal_mode = one_of(*_JOURNAL_MODES)


def literal(value: object) -> str:
    """Python's source text of the value."""
    if isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in cast('list[object]', value))}]"
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        return f"{{{', '.join(f'{key!r}: {literal(item)}' for key, item in table.items())}}}"
    raise ValueError(f"must be a number, a string, true, false, a list or a table, not {kind(value)}")


def kind(value: object) -> str:
    """What a value is, in words."""
    if isinstance(value, bool):
        return "true or false"
    kinds = ((str, "a string"), (int, "a number"), (float, "a number"), (list, "a list"), (dict, "a table"))
    return next((name for one, name in kinds if isinstance(value, one)), "a date or time")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
