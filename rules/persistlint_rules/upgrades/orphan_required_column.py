from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.upgrades._shared.drifts import drifts, named


@rule(severity=Severity.ERROR, since="0.1")
def orphan_required_column(project: Project) -> Iterator[Finding]:
    """A NOT NULL column that old databases keep and the models no longer fill, so that every INSERT fails."""
    for drift in drifts(project, "column", "extra"):
        one = drift.difference
        if one.required:
            yield Finding(
                f"column {named(one)} stays in an upgraded database, NOT NULL and without a default, "
                "and the models do not fill it: every INSERT fails",
                at=drift.at,
                related=drift.related,
                help=f"drop `{one.object}` in an upgrade, or give it back to the model",
                data={**drift.data(), "column": one.object},
            )
