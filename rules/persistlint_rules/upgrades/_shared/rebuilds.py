"""Tables that upgrades make anew, and what goes with the old ones."""

from __future__ import annotations

from persistlint.sdk import Difference, Project, StoreUpgrade, UpgradeStep


def loser(project: Project, store: StoreUpgrade, one: Difference) -> UpgradeStep | None:
    """The DROP TABLE of a rebuild with which an index or trigger went that a fresh database has."""
    for step in store.steps:
        if step.lost and any(name.lower() == one.table.lower() for name in step.tables):
            names = {name.lower() for name in step.lost}
            if one.object.lower() in names or names & _names_of(project, one):
                return step
        if step.lost and not one.table and one.object in step.lost:
            return step
    return None


def _names_of(project: Project, one: Difference) -> set[str]:
    """The names that an index on these columns has anywhere in the project."""
    return {
        index.name.lower()
        for table in project.named(one.table)
        for index in table.indexes
        if index.name is not None and ",".join(index.columns).lower() == one.object.lower()
    }
