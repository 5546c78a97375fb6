from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.upgrades._shared.drifts import Drift, drifts, listed, named


@rule(severity=Severity.WARNING, since="0.1")
def orphan_constraint(project: Project) -> Iterator[Finding]:
    """A UNIQUE, CHECK, foreign key or primary key that old databases keep and the models no longer have."""
    for drift in drifts(project, "unique", "extra"):
        yield _finding(drift, f"{listed(drift.difference)} of table `{drift.difference.table}` stays UNIQUE")
    for drift in drifts(project, "foreign-key", "extra"):
        one = drift.difference
        if not any(
            (other.aspect, other.change, other.table, other.object) == ("foreign-key", "missing", one.table, one.object)
            for other in drift.start.differences
        ):
            yield _finding(drift, f"{listed(one)} of table `{one.table}` keeps its foreign key `{one.actual}`")
    for drift in drifts(project, "check", "extra"):
        one = drift.difference
        yield _finding(drift, f"table `{one.table}` keeps its `CHECK ({one.actual})`")
    for drift in drifts(project, "primary-key", "changed"):
        one = drift.difference
        if (one.expected or "0") == "0":
            yield _finding(drift, f"{named(one)} stays part of the primary key")


def _finding(drift: Drift, what: str) -> Finding:
    return Finding(
        f"{what} in an upgraded database, a fresh one does not have that: rows that one takes the other refuses",
        at=drift.at,
        related=drift.related,
        help="drop it in an upgrade, by a rebuild of the table or a DROP INDEX, or give it back to the model",
        data=drift.data(),
    )
