"""What a `[[store]]` clause can say of a database: what all of its connections have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from persistlint.drafting import toml
from persistlint.drafting.homes import Home
from persistlint.facts.clauses import StoreClause, enforcing
from persistlint.facts.stores import Opening

_MODES = frozenset({"DEFERRED", "IMMEDIATE", "EXCLUSIVE"})


def store_clause(home: Home, installed: Collection[str]) -> str | None:
    """The clause, without the keys that no installed rule enforces; None where it would say nothing."""
    keys = {key: value for key, value in store_keys(home).items() if _is_enforced(key, installed)}
    tables = [table.name for table in home.own]
    # Openings are told by their door, or by the tables that they create.
    if not home.openings or not (tables or "engine" in keys):
        return None
    return toml.clause("store", {"name": home.name, "tables": tables or None, **keys})


def store_keys(home: Home) -> dict[str, object]:
    """What is true of every opening."""
    openings = home.openings
    modes = journal_modes(openings)
    keys: dict[str, object | None] = {
        "engine": door(openings),
        "begin": begin_mode(openings),
        "busy_timeout_ms": busy_timeout(openings),
        "journal_mode": modes if modes is None or len(set(modes.values())) > 1 else modes["local"],
        "foreign_keys": True if all(one.foreign_keys is True for one in openings) else None,
        "dispose": disposer(openings),
    }
    return {key: value for key, value in keys.items() if value is not None}


def door(openings: Iterable[Opening]) -> str | None:
    """The function through which every opening comes, the nearest where there are several."""
    found = [one.doors for one in openings]
    shared = [name for name in found[0] if all(name in doors for doors in found)] if found else []
    return shared[0] if shared and _is_name(shared[0]) else None


def begin_mode(openings: Iterable[Opening]) -> str | None:
    """How all transactions begin, where that is one mode."""
    modes = {one.begin for one in openings}
    mode = next(iter(modes)) if len(modes) == 1 else None
    return mode if mode in _MODES else None


def busy_timeout(openings: Iterable[Opening]) -> int | None:
    """How long all connections wait, where that is written and one number."""
    openings = tuple(openings)
    times = {one.timeouts for one in openings}
    time = next(iter(times)) if len(times) == 1 else None
    given = any(one.timeout_given for one in openings)
    return time[0] if time is not None and len(time) == 1 and given else None


def journal_modes(openings: Iterable[Opening]) -> Mapping[str, str] | None:
    """The one mode that is asked for on local and the one on network file systems."""
    uses = [use for one in openings for use in one.all_pragmas if use.name == "journal_mode" and not use.reads]
    asked = [(where, value.upper()) for use in uses for value, where in zip(use.values, use.when, strict=True)]
    if not asked or not all(use.values for use in uses):
        return None
    found: dict[str, str] = {}
    for where in ("local", "network"):
        modes = {mode for place, mode in asked if place in ("", where)}
        if len(modes) != 1:
            return None
        found[where] = next(iter(modes))
    return found


def disposer(openings: Iterable[Opening]) -> str | None:
    """The one function that disposes of engines and is no door itself."""
    openings = tuple(openings)
    doors = {name for one in openings for name in one.doors}
    found = {one.door for opening in openings for one in opening.disposed if one.door not in doors}
    name = next(iter(found)) if len(found) == 1 else None
    return name if name is not None and _is_name(name) else None


def _is_name(function: str) -> bool:
    module, _, name = function.partition(":")
    return all(part.isidentifier() for part in (*module.split("."), *name.split(".")))


def _is_enforced(key: str, installed: Collection[str]) -> bool:
    return any(rule in installed for rule in enforcing(StoreClause).get(key, ()))
