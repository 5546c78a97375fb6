"""The pair of hooks by which SQLAlchemy emits BEGIN itself, and what is missing of it.

https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl : the
`connect` hook turns the driver's own transactions off, the `begin` hook emits BEGIN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from persistlint.sdk import Hook, Opening

_CONNECTS = frozenset({"connect", "first_connect", "checkout"})


@dataclass(frozen=True, slots=True)
class Half:
    """What is there of the pair, and which other half is missing."""

    hook: Hook
    missing: Literal["begin", "connect", "autocommit"]


def half_of(opening: Opening) -> Half | None:
    """The half that an engine has; None where it has both, none, or where that cannot be known."""
    if not opening.is_engine or opening.open_arguments:
        return None
    begins = [hook for hook in opening.hooks if hook.event == "begin" and hook.begins is not None]
    levels = [hook for hook in opening.hooks if hook.event in _CONNECTS and hook.level is not None]
    if begins:
        if opening.level == "AUTOCOMMIT":
            return Half(begins[0], "autocommit")
        off = opening.level is not None or any(hook.level in ("NONE", "?") for hook in levels)
        return None if off or not begins[0].certain else Half(begins[0], "connect")
    off_hooks = [hook for hook in levels if hook.level == "NONE" and hook.certain]
    if off_hooks and opening.begin == "AUTOCOMMIT" and not opening.begins_itself:
        return Half(off_hooks[0], "begin")
    return None
