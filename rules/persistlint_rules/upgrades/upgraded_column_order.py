from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, Span, rule
from persistlint_rules.upgrades._shared.drifts import drifts


@rule(severity=Severity.ADVICE, since="0.1", default=False)
def upgraded_column_order(project: Project) -> Iterator[Finding]:
    """A table whose columns stand in another order in an upgraded database than in a fresh one."""
    for drift in drifts(project, "column-order", "changed"):
        one = drift.difference
        places = [Label(place, "this relies on the order") for place in _positional(project, one.table)]
        yield Finding(
            f"the columns of `{one.table}` stand in another order in an upgraded database than in a fresh one, "
            f"from `{one.object}` on",
            at=drift.at,
            related=(*drift.related, *places),
            help="name the columns in every INSERT and read rows by name, or move the model's new columns to the end",
            data=drift.data(),
        )


def _positional(project: Project, table: str) -> Iterator[Span]:
    """The INSERTs that name no columns."""
    for statement in project.statements:
        insert = statement.sql.insert
        if insert is not None and insert.table.lower() == table.lower() and insert.columns is None and insert.width:
            yield statement.span
