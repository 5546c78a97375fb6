from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from persistlint.sdk import Finding, Label, Project, Severity, rule
from persistlint_rules.upgrades._shared.drifts import drifts
from persistlint_rules.upgrades._shared.rebuilds import loser


@rule(severity=Severity.WARNING, since="0.1")
def unsafe_rebuild(project: Project) -> Iterator[Finding]:
    """A table that is made anew without what went with the old one: indexes, triggers, the rows of other tables."""
    yield from _cascading(project)
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
    yield from _forgotten(project, seen)


def _forgotten(project: Project, told: set[tuple[object, str]]) -> Iterator[Finding]:
    """Indexes of the models that a rebuild at every start takes from new databases as well."""
    for store in project.upgrades if project.dialect == "sqlite" and project.upgrades else ():
        for step in store.steps if not store.revisions else ():
            lost = {name.lower() for name in step.lost} if step.certain else set[str]()
            for table in project.named(step.tables[0]) if lost else ():
                for index in table.indexes if table.origin != "ddl" else ():
                    key = (step.span, ",".join(index.columns))
                    if (index.name or "").lower() in lost and key not in told:
                        told.add(key)
                        yield Finding(
                            f"dropping the old `{table.name}` takes the index `{index.name}` with it, and the upgrade "
                            "does not create it again",
                            at=step.span,
                            related=(Label(index.span, "the model promises it here"),),
                            help="create the indexes and triggers again after the new table has its name",
                            data={"store": store.name, "table": table.name, "object": ",".join(index.columns)},
                        )


def _cascading(project: Project) -> Iterator[Finding]:
    seen: set[object] = set()
    for store in project.upgrades if project.dialect == "sqlite" else ():
        for step in store.steps:
            if step.cascades and step.certain and step.span not in seen:
                seen.add(step.span)
                children = ", ".join(f"`{name}`" for name in step.cascades)
                yield Finding(
                    f"dropping the old `{step.tables[0]}` while foreign keys are checked deletes its rows first, and "
                    f"that cascades to {children}",
                    at=step.span,
                    help="run `PRAGMA foreign_keys = OFF` before the transaction of the rebuild begins",
                    data={"store": store.name, "function": step.function, "table": step.tables[0]},
                )
