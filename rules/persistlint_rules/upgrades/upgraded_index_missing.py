from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Difference, Finding, Project, Severity, UpgradeStart, rule
from persistlint_rules.upgrades._shared.drifts import drifts, listed
from persistlint_rules.upgrades._shared.fixes import with_index
from persistlint_rules.upgrades._shared.rebuilds import loser


@rule(severity=Severity.WARNING, since="0.1")
def upgraded_index_missing(project: Project) -> Iterator[Finding]:
    """An index that a fresh database has and an upgraded one lacks."""
    for drift in drifts(project, "index", "missing"):
        one = drift.difference
        if loser(project, drift.store, one) is not None:
            continue  # `unsafe-rebuild` says how it went
        yield Finding(
            f"table `{one.table}` has no index on {listed(one)} in an upgraded database, a fresh one has it"
            + _instead(drift.start, one),
            at=drift.at,
            related=drift.related,
            help="create the index with `CREATE INDEX IF NOT EXISTS` in an upgrade: "
            "`create_all` adds none to an existing table",
            # One that it has in its place may have the same name, and then nothing is created.
            fix=with_index(project, one, drift.at) if not _others(drift.start, one) else None,
            data=drift.data(),
        )


def _others(start: UpgradeStart, one: Difference) -> list[Difference]:
    """The indexes on the same table that only the upgraded database has."""
    return [
        other
        for other in start.differences
        if other.aspect == "index" and other.change == "extra" and other.table == one.table
    ]


def _instead(start: UpgradeStart, one: Difference) -> str:
    """The index that only the upgraded database has, where there is just one: probably it is the older form."""
    shared = [other for other in _others(start, one) if set(other.object.split(",")) & set(one.object.split(","))]
    return f"; the upgraded one has an index on {listed(shared[0])} instead" if len(shared) == 1 else ""
