"""How the transactions of an opening begin, how long its connections wait, what they journal and check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from persistlint.facts.stores import Hook, Opening, PragmaUse
from persistlint.project.stores.arguments import Arguments
from persistlint.source import Span

_MODES = frozenset({"DEFERRED", "IMMEDIATE", "EXCLUSIVE"})
_LEVELS_OF_SQL = frozenset({"SERIALIZABLE", "READ UNCOMMITTED", "READ_UNCOMMITTED", ""})
"""What SQLAlchemy takes besides AUTOCOMMIT: they change `read_uncommitted`, not how a transaction begins."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A begin mode, None where unknown; `first` where it is open before the first statement."""

    mode: str | None
    first: bool = False
    at: Span | None = None


def driver_level(given: Arguments, *, is_engine: bool) -> str | None:
    """What the driver itself does: `NONE` where it begins nothing, a mode, None for its default, `?` for unknown."""
    level = given.level()
    if is_engine and level in _LEVELS_OF_SQL:
        return None
    if level == "AUTOCOMMIT" or given.autocommit() is True:
        return "NONE"
    return None if level == "" else level


def begin_of(given: Arguments, hooks: Sequence[Hook], *, is_engine: bool) -> Begin:
    """How a transaction begins."""
    hooked = [hook for hook in hooks if hook.event == "begin" and hook.begins is not None]
    if hooked:
        sure = [hook for hook in hooked if hook.certain and hook.begins in _MODES]
        found = {hook.begins for hook in hooked}
        return Begin(sure[0].begins, first=True, at=sure[0].span) if sure and len(found) == 1 else Begin(None)
    setting = [hook for hook in hooks if hook.level is not None]
    if setting:
        last = setting[-1]
        if not last.certain or last.level == "?":
            return Begin(None)
        mode = "AUTOCOMMIT" if last.level == "NONE" else last.level or "DEFERRED"
        return Begin(mode, at=last.span)
    autocommit = given.autocommit()
    level = driver_level(given, is_engine=is_engine)
    if autocommit == "?" or level == "?" or (autocommit is None and given.open):
        return Begin(None)
    if autocommit is False:
        return Begin("DEFERRED", first=True)
    if level == "NONE":
        return Begin("AUTOCOMMIT")
    return Begin(level if level in _MODES else "DEFERRED" if level is None else None)


def with_own(opening: Opening, own: Opening) -> Opening:
    """An opening as a caller makes it, with what only its own function shows: calls are not followed at any depth."""
    if opening.database.dialect is None and opening.database.words is None:
        opening = replace(opening, database=own.database)
    if len(own.hooks) > len(opening.hooks):
        opening = replace(
            opening, hooks=own.hooks, begin=own.begin, begins_first=own.begins_first, begin_at=own.begin_at,
            pragmas=own.pragmas or opening.pragmas,
        )  # fmt: skip
    return opening


def with_pragmas(opening: Opening, pragmas: Iterable[PragmaUse]) -> Opening:
    """The opening with other PRAGMAs."""
    return replace(opening, pragmas=tuple(sorted(pragmas, key=lambda one: (one.span, one.name))))
