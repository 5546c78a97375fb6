"""How the transactions of an opening begin, how long its connections wait, what they journal and check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from persistlint.facts.stores import Database, Hook, Kept, Opening, PragmaUse
from persistlint.project.stores.arguments import Arguments
from persistlint.source import Span

_MOST_WORDS = 12
_CONNECTS = frozenset({"connect", "first_connect", "checkout"})
_ON = frozenset({"on", "1", "true", "yes"})
_MODES = frozenset({"DEFERRED", "IMMEDIATE", "EXCLUSIVE"})
_LEVELS_OF_SQL = frozenset({"SERIALIZABLE", "READ UNCOMMITTED", "READ_UNCOMMITTED", ""})
"""What SQLAlchemy takes besides AUTOCOMMIT: they change `read_uncommitted`, not how a transaction begins."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A begin mode, None where unknown; `first` where it is open before the first statement."""

    mode: str | None
    first: bool = False
    at: Span | None = None


UNKNOWN = Begin(None)


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


@dataclass(frozen=True, slots=True)
class Timeout:
    """What an opening's connections wait, in milliseconds; None where unknown; and what sets it."""

    values: tuple[int, ...] | None
    at: Span | None
    given: bool


def timeout_of(given: Arguments, hooks: Sequence[Hook], pragmas: Iterable[PragmaUse], *, is_engine: bool) -> Timeout:
    """The last PRAGMA that every connection runs, else what the driver is given."""
    driver = given.timeouts()
    at: Span | None = None
    found = driver
    setting = [one for hook in hooks if hook.event in _CONNECTS for one in _of(hook.pragmas, "busy_timeout")]
    sure = {hook.span: hook.certain for hook in hooks}
    # What runs on one connection of a pool is not what the others do.
    setting += [] if is_engine else list(_of(pragmas, "busy_timeout"))
    for one in setting:
        numbers = [int(value) for value in one.values if value.lstrip("-").isdecimal()]
        certain = one.certain and sure.get(one.span, True)
        if not numbers or len(numbers) != len(one.values):
            found = None
        elif certain:
            found, at = tuple(sorted(numbers)), one.span
        elif found is not None:
            found, at = tuple(sorted({*found, *numbers})), one.span
    return Timeout(found, at, bool(setting) or "timeout" in given.driver or given.open)


def _of(pragmas: Iterable[PragmaUse], name: str) -> list[PragmaUse]:
    return [one for one in pragmas if one.name == name and not one.reads]


def foreign_keys_of(
    hooks: Sequence[Hook], pragmas: Iterable[PragmaUse], *, is_engine: bool, known: bool
) -> tuple[bool | None, Span | None]:
    """Whether every connection checks foreign keys, and what says so; `known` where all hooks can be seen."""
    setting = [one for hook in hooks if hook.event in _CONNECTS for one in _of(hook.pragmas, "foreign_keys")]
    sure = all(hook.certain for hook in hooks if _of(hook.pragmas, "foreign_keys"))
    setting += [] if is_engine else list(_of(pragmas, "foreign_keys"))
    late = [one for hook in hooks if hook.event not in _CONNECTS for one in _of(hook.pragmas, "foreign_keys")]
    if late:
        return None, late[-1].span
    if not setting:
        return (False if known else None), None
    last = setting[-1]
    switched = {value in _ON for value in last.values}
    # `foreign_keys` is a silent no-op while a transaction is open.
    if len(switched) != 1 or not sure or not last.certain or last.begun not in (None, "none"):
        return None, last.span
    return switched.pop(), last.span


def with_own(opening: Opening, own: Opening) -> Opening:
    """An opening as a caller makes it, with what only its own function shows: calls are not followed at any depth."""
    target = opening.database
    if (target.dialect is None and target.words is None) or (target.file is None and own.database.file is not None):
        opening = replace(opening, database=own.database)
    if len(own.hooks) > len(opening.hooks):
        opening = replace(
            opening, hooks=own.hooks, begin=own.begin, begins_first=own.begins_first, begin_at=own.begin_at,
            pragmas=own.pragmas or opening.pragmas, timeouts=own.timeouts, timeout_at=own.timeout_at,
            timeout_given=own.timeout_given, foreign_keys=own.foreign_keys, foreign_keys_at=own.foreign_keys_at,
        )  # fmt: skip
    return opening


def united(one: Opening, other: Opening, pragmas: Iterable[PragmaUse]) -> Opening:
    """Two meetings of one opening: one engine may be met before its hooks are registered, or too deep to see them."""
    base, more = (one, other) if len(one.hooks) >= len(other.hooks) else (other, one)
    writes = {base.writes, more.writes}
    foreign_keys = base.foreign_keys if base.foreign_keys == more.foreign_keys or base.is_engine else None
    timeouts = base.timeouts if base.timeouts == more.timeouts or base.is_engine else None
    return replace(
        base,
        database=_one_database(base.database, more.database),
        pragmas=tuple(sorted(pragmas, key=lambda use: (use.span, use.name))),
        writes=True if True in writes else False if False in writes else None,
        foreign_keys=foreign_keys,
        timeouts=timeouts,
        begins_itself=base.begins_itself or more.begins_itself,
        doors=tuple(dict.fromkeys((*base.doors, *more.doors))),
        kept=_kept((*base.kept, *more.kept)),
        factories=tuple(sorted({*base.factories, *more.factories})),
        tables=tuple(sorted({*base.tables, *more.tables})),
        disposed=tuple(sorted({*base.disposed, *more.disposed}, key=lambda one: one.span)),
    )


def _one_database(one: Database, other: Database) -> Database:
    """One file as several callers name it."""
    words = {word for database in (one, other) for word in (database.words or "").split(" | ")} - {""}
    return replace(
        one,
        words=" | ".join(sorted(words)[:_MOST_WORDS]) or None,
        origins=tuple(sorted({*one.origins, *other.origins})),
        folders=tuple(sorted({*one.folders, *other.folders})),
    )


def _kept(kept: Iterable[Kept]) -> tuple[Kept, ...]:
    """Each place once: unlocked only where every way to it is, and with all that makes it ready afterwards."""
    out: dict[tuple[Span, str], Kept] = {}
    for one in kept:
        other = out.setdefault((one.span, one.where), one)
        out[one.span, one.where] = replace(
            other,
            locked=other.locked or one.locked,
            unready=tuple(dict.fromkeys((*other.unready, *one.unready))),
        )
    return tuple(out[key] for key in sorted(out))
