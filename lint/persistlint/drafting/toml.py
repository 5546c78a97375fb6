"""Clauses as the TOML of a contract."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import cast

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class NoTomlError(ValueError):
    """A value that TOML has no words for."""


def clause(name: str, keys: Mapping[str, object]) -> str:
    """`[[name]]` with its keys, those of a value None left out."""
    lines = [f"{key} = {value(one)}" for key, one in keys.items() if one is not None]
    return "\n".join([f"[[{name}]]", *lines]) + "\n"


def fence(clauses: Sequence[str]) -> str:
    """Clauses as one text."""
    return "\n".join(clauses)


def value(one: object) -> str:
    """A value as TOML. Raises NoTomlError."""
    match one:
        case bool():
            return "true" if one else "false"
        case int():
            return str(one)
        case float() if math.isfinite(one):
            return repr(one)
        case str():
            return _string(one)
        case list():
            return f"[{', '.join(value(item) for item in cast('Sequence[object]', one))}]"
        case dict():
            items = cast("Mapping[object, object]", one).items()
            return "{ " + ", ".join(f"{_key(key)} = {value(item)}" for key, item in items) + " }" if items else "{}"
        case _:
            raise NoTomlError(f"{one!r}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise NoTomlError(f"{key!r}")
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    if any("\ud800" <= mark <= "\udfff" for mark in text):
        raise NoTomlError(repr(text))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match[0]):04x}", escaped) + '"'
