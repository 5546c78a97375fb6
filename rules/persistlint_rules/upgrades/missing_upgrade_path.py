from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.upgrades._shared.drifts import Drift, drifts, named


@rule(severity=Severity.ERROR, since="0.1")
def missing_upgrade_path(project: Project) -> Iterator[Finding]:
    """A column or table of the models that no upgrade gives to an old database."""
    for drift in drifts(project, "column", "missing"):
        if not _is_added_by_hand(project, drift):
            one = drift.difference
            yield Finding(
                f"column {named(one)} is in a fresh database, but no upgrade adds it to an old one",
                at=one.span if one.span.path else drift.at,
                help=f"add an upgrade that runs `ALTER TABLE {one.table} ADD COLUMN {one.object}`",
                data={**drift.data(), "column": one.object},
            )
    for drift in drifts(project, "table", "missing"):
        one = drift.difference
        yield Finding(
            f"table `{one.table}` is in a fresh database, but no upgrade creates it in an old one",
            at=one.span if one.span.path else drift.at,
            help=f"add an upgrade that creates `{one.table}`",
            data=drift.data(),
        )


def _is_added_by_hand(project: Project, drift: Drift) -> bool:
    """Whether a step outside of the path that opens the store adds it: one that is run by hand."""
    one = drift.difference
    return any(
        store is not drift.store and f"add column {one.object}".lower() in " ".join(step.statement.split()).lower()
        for store in project.upgrades
        for step in store.steps
        if any(table.lower() == one.table.lower() for table in step.tables)
    )
