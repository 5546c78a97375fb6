from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Difference, Finding, Label, Project, Severity, StoreUpgrade, rule
from persistlint_rules.upgrades._shared.drifts import Drift, drifts, listed, named


@rule(severity=Severity.WARNING, since="0.1")
def stale_upgrade(project: Project) -> Iterator[Finding]:
    """An upgrade that adds a column or an index which the models do not have."""
    for drift in drifts(project, "column", "extra"):
        one = drift.difference
        # A required one is `orphan-required-column`'s: every INSERT fails.
        if one.step is not None and not one.required:
            yield _finding(drift, f"column {named(one)}")
    for store in project.upgrades if project.dialect == "sqlite" else ():
        for one in store.surplus:
            if not _is_used(project, one):
                yield _surplus(store, one)
    for drift in drifts(project, "index", "extra"):
        one = drift.difference
        if one.step is not None and not _is_other_form(drift.start.differences, one):
            yield _finding(drift, f"the index on {listed(one)} of table `{one.table}`")


def _is_used(project: Project, one: Difference) -> bool:
    """Whether SQL of the project reads or writes the column besides the step that adds it."""
    return any(
        use.name.lower() == one.object.lower()
        for statement in project.statements
        if statement.span != one.step
        for use in statement.sql.columns
    )


def _surplus(store: StoreUpgrade, one: Difference) -> Finding:
    return Finding(
        f"this upgrade adds column {named(one)} to every database, new ones too, and no model has it",
        at=one.step or one.span,
        related=(Label(one.span, "the model is here"),) if one.span.path else (),
        help="take the step out, or give the column to the model",
        data={
            "table": one.table,
            "column": one.object,
            "object": one.object,
            "aspect": one.aspect,
            "expected": None,
            "actual": one.actual,
            "start": "empty",
            "store": store.name,
        },
    )


def _is_other_form(differences: tuple[Difference, ...], one: Difference) -> bool:
    """Whether the fresh database has an index of other columns in its place, as `upgraded-index-missing` tells."""
    columns = set(one.object.split(","))
    return any(
        other.aspect == "index"
        and other.change == "missing"
        and other.table == one.table
        and columns & set(other.object.split(","))
        for other in differences
    )


def _finding(drift: Drift, what: str) -> Finding:
    one = drift.difference
    model = one.span
    return Finding(
        f"this upgrade makes {what}, which a fresh database does not have",
        at=drift.at,
        related=(Label(model, "the model is here"),) if model.path and model != drift.at else (),
        help="drop it in a later upgrade, take the step out, or give it to the model",
        data={**drift.data(), "column": one.object if one.aspect == "column" else None},
    )
