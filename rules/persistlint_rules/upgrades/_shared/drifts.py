"""The differences between fresh and upgraded databases that were replayed for certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.sdk import Difference, Label, Project, Span, StoreUpgrade, UpgradeStart

_WORD = re.compile(r"\w+")
Data = dict[str, str | int | bool | list[str] | None]


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, with where it came up."""

    store: StoreUpgrade
    start: UpgradeStart
    difference: Difference

    @property
    def at(self) -> Span:
        """The upgrade step that leaves it, the model where no step does."""
        return self.difference.step or self.difference.span

    @property
    def related(self) -> tuple[Label, ...]:
        """The model, where the step is the first place."""
        model = self.difference.span
        return (Label(model, "the model promises it here"),) if self.at != model and model.path else ()

    def data(self) -> Data:
        """Its coordinates."""
        one = self.difference
        return {
            "table": one.table,
            "object": one.object if one.where is None else f"{one.object},{one.where}",
            "aspect": one.aspect,
            "expected": one.expected,
            "actual": one.actual,
            "start": self.start.start,
            "store": self.store.name,
        }


def drifts(project: Project, aspect: str, *changes: str) -> Iterator[Drift]:
    """Each difference in that aspect once, whichever start shows it; what follows from a failure shows nothing."""
    if project.dialect != "sqlite":
        return
    seen: set[tuple[str, str, str, str | None, str | None]] = set()
    for store in project.upgrades:
        for start in store.starts:
            for one in (*start.differences, *start.reordered):
                key = (one.table.lower(), one.change, one.object.lower(), one.actual, one.where)
                wanted = one.aspect == aspect and one.change in changes and key not in seen
                if wanted and start.knows(one.table) and not _follows(start, one):
                    seen.add(key)
                    drift = Drift(store, start, one)
                    if drift.at.path:
                        yield drift


def _follows(start: UpgradeStart, one: Difference) -> bool:
    """Whether a difference only follows from another: what is said of a column that is not there at all, or of one
    whose ALTER is refused as soon as there is a row."""
    refused = any(
        failed.seeded and (failed.span == one.step or (one.object and one.object in _WORD.findall(failed.error)))
        for failed in start.failed
    )
    if one.aspect == "column" or refused:
        return refused and one.aspect != "column"
    if one.aspect in ("table", "trigger", "view", "column-order") or one.change == "extra":
        return False
    lacking = {
        other.object.lower()
        for other in start.differences
        if (other.aspect, other.change, other.table) == ("column", "missing", one.table)
    }
    text = one.expected or "" if one.aspect == "check" else one.object
    return bool(lacking & {word.lower() for word in _WORD.findall(text)})


def named(one: Difference) -> str:
    """A column of its table, as SQL writes it."""
    return f"`{one.table}.{one.object}`"


def listed(one: Difference) -> str:
    """The columns of an index or a constraint, and of which rows."""
    columns = ", ".join(f"`{name}`" for name in one.object.split(",")) if one.object else "an expression"
    return columns if one.where is None else f"{columns} where `{one.where}`"
