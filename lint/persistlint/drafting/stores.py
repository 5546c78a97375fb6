"""What units about the connections of stores have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from persistlint.drafting.clauses import store_clause, store_keys
from persistlint.drafting.draft import Block, Check, Source, UnitDraft
from persistlint.drafting.homes import Home
from persistlint.drafting.words import code

NAMELESS = "a clause knows connections by their one door or by the tables that they create, and neither is seen here."
"""Why there is no clause about connections of which something is known."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a unit; `block` is its clause, `waiver` why there is none."""

    invariants: str
    failures: str
    prose: tuple[str, ...]
    behavior: tuple[str, ...]
    waiver: str
    block: str | None = None


def unit_of_stores(subject: str, title: str, homes: Sequence[Home], said: Said, checks: tuple[Check, ...]) -> UnitDraft:
    """A unit about databases and the places where they are opened."""
    paths = sorted({one.span.path for home in homes for one in home.openings})
    return UnitDraft(
        subject=subject,
        title=title,
        sources=tuple(Source(path, "engines and connections") for path in paths),
        objects=tuple(object_of(home) for home in homes),
        invariants=said.invariants,
        failures=said.failures,
        prose=said.prose,
        behavior=said.behavior,
        checks=checks,
        blocks=(Block("toml contract", said.block),) if said.block is not None else (),
        waiver=None if said.block is not None else said.waiver,
    )


def elsewhere(what: str, key: str, homes: Sequence[Home], installed: Collection[str]) -> str:
    """Why a unit about one key of store clauses has no block of its own."""
    if any(f"\n{key} =" in (store_clause(home, installed) or "") for home in homes):
        return f"{what} is the key `{key}` of the stores that declare it."
    if any(key in store_keys(home) for home in homes):
        clauses = any(store_clause(home, installed) is not None for home in homes)
        return f"no installed rule holds the code to {what}." if clauses else NAMELESS
    return f"{what} is not known to be the same for all connections, so that no clause can promise it."


def object_of(home: Home) -> str:
    """A store as the matrix names it."""
    return home.file or home.name


def named(home: Home) -> str:
    """A store as a sentence names it."""
    return code(home.file) if home.file is not None else f"the store {code(home.name)}"
