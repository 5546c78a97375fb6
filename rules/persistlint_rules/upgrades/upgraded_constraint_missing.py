from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.upgrades._shared.drifts import Drift, drifts, listed, named
from persistlint_rules.upgrades._shared.rebuilds import loser


@rule(severity=Severity.WARNING, since="0.1")
def upgraded_constraint_missing(project: Project) -> Iterator[Finding]:
    """A foreign key, UNIQUE, CHECK or primary key that a fresh database has and an upgraded one lacks."""
    for drift in drifts(project, "foreign-key", "missing"):
        one = drift.difference
        yield _finding(drift, f"{listed(one)} of table `{one.table}` has no foreign key `{one.expected}`", "has it")
    for drift in drifts(project, "unique", "missing"):
        one = drift.difference
        if loser(project, drift.store, one) is None:
            yield _finding(drift, f"{listed(one)} of table `{one.table}` is not UNIQUE", "makes it so")
    for drift in drifts(project, "check", "missing", "changed"):
        one = drift.difference
        actual = f", only `{one.actual}`," if one.actual is not None else ""
        yield _finding(drift, f"table `{one.table}` has no `CHECK ({one.expected})`{actual}", "has it")
    for drift in drifts(project, "primary-key", "changed"):
        one = drift.difference
        if (one.expected or "0") != "0":
            yield _finding(drift, f"{named(one)} is not part of the primary key", "makes it so")


def _finding(drift: Drift, lack: str, fresh: str) -> Finding:
    return Finding(
        f"{lack} in an upgraded database, a fresh one {fresh}",
        at=drift.at,
        related=drift.related,
        help="add the constraint in an upgrade: with the column where ALTER TABLE can, else by a rebuild of the table",
        data=drift.data(),
    )
