"""The unit of where engines come from, where they are kept and who disposes of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from persistlint.drafting import rules
from persistlint.drafting.clauses import disposer, door
from persistlint.drafting.draft import UnitDraft
from persistlint.drafting.homes import Home, Homes
from persistlint.drafting.stores import Said, elsewhere, named, object_of, unit_of_stores
from persistlint.drafting.words import code, codes, count, sentence


def lifecycle_unit(found: Homes, installed: Collection[str]) -> Iterator[UnitDraft]:
    """One unit, none where no engine is made."""
    homes = [home for home in found.all if any(one.is_engine for one in home.openings)]
    if homes:
        said = Said(
            invariants=sentence("; ".join(_lifecycle_short(home) for home in homes)),
            failures="An engine that nothing disposes of keeps its file open until the process ends",
            prose=tuple(text for home in homes for text in _lifecycle(home)),
            behavior=tuple(_lifecycle_behavior(homes)),
            waiver=elsewhere("the door", "engine", homes, installed),
        )
        checks = rules.checks(rules.LIFECYCLE, installed)
        yield unit_of_stores("lifecycle", "Engine and session lifecycle", homes, said, checks)


def _lifecycle(home: Home) -> Iterator[str]:
    name, disposes = door(home.openings), disposer(home.openings)
    opened = f"by {code(name)}" if name else _places(home)
    yield f"{sentence(named(home))} is opened {opened}."
    kept = list(dict.fromkeys(one.name for opening in home.openings for one in opening.kept))
    if kept:
        yield f"What opens it is kept in {codes(kept)} and used again."
    if disposes:
        yield f"{code(disposes)} disposes of it."


def _lifecycle_short(home: Home) -> str:
    name, disposes = door(home.openings), disposer(home.openings)
    opened = f"opened by {code(name)}" if name else f"opened {_places(home)}"
    return f"{code(object_of(home))}: {opened}" + (f", disposed of by {code(disposes)}" if disposes else "")


def _lifecycle_behavior(homes: Sequence[Home]) -> Iterator[str]:
    for home in homes:
        disposed = [one for opening in home.openings for one in opening.disposed]
        if not disposed:
            yield f"Nothing disposes of the engine of {named(home)}: it keeps the file open until the process ends."
        else:
            yield f"Once its engine is disposed of, {named(home)} can be moved or deleted."


def _places(home: Home) -> str:
    return f"at {count(len({one.span for one in home.openings}), 'place')}"
