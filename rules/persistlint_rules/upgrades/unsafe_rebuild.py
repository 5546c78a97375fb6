from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.upgrades._shared.drifts import drifts
from persistlint_rules.upgrades._shared.rebuilds import loser


@rule(severity=Severity.WARNING, since="0.1")
def unsafe_rebuild(project: Project) -> Iterator[Finding]:
    """A table that is made anew without the indexes or triggers that went with the old one."""
    seen: set[tuple[object, str]] = set()
    lost = (drifts(project, aspect, "missing") for aspect in ("index", "unique", "trigger"))
    for drift in chain.from_iterable(lost):
        one = drift.difference
        step = loser(project, drift.store, one)
        if step is None or (step.span, one.object) in seen:
            continue
        seen.add((step.span, one.object))
        what = f"trigger `{one.object}`" if one.aspect == "trigger" else f"the index on `{one.object}`"
        yield Finding(
            f"dropping the old `{step.tables[0]}` takes {what} with it, and the upgrade does not create it again",
            at=step.span,
            related=drift.related,
            help="create the indexes and triggers again after the new table has its name",
            data={**drift.data(), "table": step.tables[0]},
        )
