"""The unit of checks, keys, unique sets and indexes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from persistlint.drafting import rules
from persistlint.drafting.declared import Declared
from persistlint.drafting.draft import UnitDraft
from persistlint.drafting.schema import sources
from persistlint.drafting.words import count, listed, sentence
from persistlint.facts.upgrades import StoreUpgrade, UpgradeStart


def constraints_unit(
    tables: Sequence[Declared], upgrades: Sequence[StoreUpgrade], installed: Collection[str]
) -> tuple[UnitDraft, ...]:
    """One unit, none where no table has a constraint or an index. `upgrades` are the paths that change tables."""
    bound = [table for table in tables if table.sql is not None and _numbers(table)]
    if not bound:
        return ()
    promises = [*rules.CONSTRAINTS, *([rules.UPGRADED] if upgrades else [])]
    prose = ["Checks, foreign keys, unique sets and indexes stand in the declarations of their tables."]
    if upgrades and not any(_loses(start) for one in upgrades for start in one.starts):
        prose.append("An upgraded database has the same ones as a fresh one.")
    totals = [sum(numbers) for numbers in zip(*(_all_numbers(table) for table in bound), strict=True)]
    said = [count(number, one, many) for number, (one, many) in zip(totals, _KINDS, strict=True) if number]
    return (
        UnitDraft(
            subject="constraints",
            title="Constraints and indexes",
            sources=sources(bound),
            objects=tuple(dict.fromkeys(name for table in bound for name in _names(table))) or ("–",),  # noqa: RUF001
            invariants=sentence(listed(said)),
            failures="A statement that breaks one fails and changes nothing",
            prose=tuple(prose),
            behavior=("A statement that breaks a constraint fails, and none of its rows is stored.",),
            checks=rules.checks(promises, installed),
            waiver="a constraint is part of its table's declaration, and a table is declared once.",
        ),
    )


def _loses(start: UpgradeStart) -> bool:
    return any(one.aspect in _ASPECTS for one in start.differences)


_ASPECTS = frozenset({"foreign-key", "unique", "index", "check"})
_KINDS = (
    ("check", "checks"),
    ("foreign key", "foreign keys"),
    ("unique set", "unique sets"),
    ("index", "indexes"),
)


def _numbers(table: Declared) -> int:
    return sum(_all_numbers(table))


def _all_numbers(table: Declared) -> tuple[int, ...]:
    fact = table.fact
    return len(fact.checks), len(fact.foreign_keys), len(fact.uniques), len(fact.indexes)


def _names(table: Declared) -> Iterator[str]:
    """The names that tell more than their column does: of constraints, and of indexes that are not on one column."""
    fact = table.fact
    for name in (*(one.name for one in fact.checks), *(one.name for one in fact.uniques)):
        if name:
            yield name
    for index in fact.indexes:
        if index.name and (len(index.columns) > 1 or index.where or index.unique):
            yield index.name
