"""The unit of how transactions begin. Its block holds the clause of the main store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from persistlint.drafting import rules
from persistlint.drafting.clauses import begin_mode, store_clause
from persistlint.drafting.draft import UnitDraft
from persistlint.drafting.homes import Home, Homes
from persistlint.drafting.stores import NAMELESS, Said, named, object_of, unit_of_stores
from persistlint.drafting.words import code, listed, sentence

_BEGINS = {
    "DEFERRED": "begin deferred: they take the write lock with their first write",
    "IMMEDIATE": "begin with `BEGIN IMMEDIATE`: they take the write lock before they read",
    "EXCLUSIVE": "begin with `BEGIN EXCLUSIVE`: they keep every other connection out",
}


def transactions_unit(found: Homes, installed: Collection[str]) -> Iterator[UnitDraft]:
    """One unit, none where no database is seen to be opened."""
    homes = [home for home in found.all if home.openings]
    if homes:
        said = Said(
            invariants=sentence("; ".join(_begins_short(home) for home in homes)),
            failures="A transaction that fails is rolled back as a whole",
            prose=(*map(_begins, homes), *(text for home in homes for text in _keys_checked(home))),
            behavior=tuple(_begin_behavior(homes)),
            block=store_clause(found.main, installed),
            waiver=_waiver(homes, installed),
        )
        checks = rules.checks(rules.TRANSACTIONS, installed)
        yield unit_of_stores("transactions", "Transaction mode", homes, said, checks)


def _waiver(homes: Sequence[Home], installed: Collection[str]) -> str:
    declared = any(store_clause(home, installed) is not None for home in homes)
    return "each store that this is about declares it in its own unit." if declared else NAMELESS


def _begins(home: Home) -> str:
    mode = begin_mode(home.openings)
    if mode is not None:
        return f"Transactions on {named(home)} {_BEGINS[mode]}."
    ways = {one.begin for one in home.openings}
    if ways == {"AUTOCOMMIT"}:
        return f"Each statement on {named(home)} is a transaction of its own, unless the code begins one."
    if ways == {None}:
        return f"How transactions on {named(home)} begin is decided at run time."
    modes = sorted(mode or "a mode that is decided at run time" for mode in ways)
    return f"Transactions on {named(home)} do not all begin alike: {listed(modes)}."


def _begins_short(home: Home) -> str:
    ways = sorted({one.begin or "decided at run time" for one in home.openings})
    return f"{code(object_of(home))}: {listed(ways)}"


def _keys_checked(home: Home) -> Iterator[str]:
    checked = {one.foreign_keys for one in home.openings}
    if checked == {True}:
        yield f"Every connection to {named(home)} checks foreign keys."
    elif checked == {False} and any(table.fact.foreign_keys for table in home.own):
        yield f"No connection to {named(home)} checks foreign keys."


def _begin_behavior(homes: Sequence[Home]) -> Iterator[str]:
    modes = {one.begin for home in homes for one in home.openings}
    for mode in ("EXCLUSIVE", "IMMEDIATE"):
        if mode in modes:
            yield f"A transaction that begins {mode} waits for other writers, even where it only reads."
    if "DEFERRED" in modes:
        yield "A deferred transaction that reads before it writes fails when another one has written in between."
    if "AUTOCOMMIT" in modes:
        yield "Statements that stand by themselves are stored one by one; what comes before a failure stays."
    if not modes & {"IMMEDIATE", "EXCLUSIVE", "DEFERRED", "AUTOCOMMIT"}:
        yield "A transaction that cannot get its lock fails when the busy timeout has passed."
