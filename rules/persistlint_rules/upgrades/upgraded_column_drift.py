from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Difference, Finding, Project, Severity, rule, same_default
from persistlint_rules.upgrades._shared.drifts import Drift, drifts, named
from persistlint_rules.upgrades._shared.types import affinity


@rule(severity=Severity.WARNING, since="0.1")
def upgraded_column_drift(project: Project) -> Iterator[Finding]:
    """A column that an upgraded database has with another type, nullability or default than a fresh one."""
    for drift in drifts(project, "type", "changed"):
        one = drift.difference
        if affinity(one.expected or "") != affinity(one.actual or ""):
            yield _finding(drift, f"has {_type(one.actual)}", _type(one.expected))
    for drift in drifts(project, "nullable", "changed"):
        one = drift.difference
        yield _finding(drift, f"is {_nullable(one.actual)}", _nullable(one.expected))
    for drift in drifts(project, "default", "changed"):
        one = drift.difference
        if not same_default(_type_of(project, one), one.expected, one.actual):
            yield _finding(drift, f"has {_default(one.actual)}", _default(one.expected))


def _type_of(project: Project, one: Difference) -> str:
    columns = (table.column(one.object) for table in project.named(one.table))
    return next((column.type for column in columns if column is not None and column.type is not None), "")


def _type(text: str | None) -> str:
    return f"the type `{text}`" if text else "no type"


def _nullable(text: str | None) -> str:
    return "NOT NULL" if text == "NOT NULL" else "nullable"


def _default(text: str | None) -> str:
    return "no DEFAULT" if text is None else f"`DEFAULT {text}`"


def _finding(drift: Drift, actual: str, expected: str) -> Finding:
    one = drift.difference
    return Finding(
        f"column {named(one)} {actual} in an upgraded database, {expected} in a fresh one",
        at=drift.at,
        related=drift.related,
        help=_help(one),
        data={**drift.data(), "column": one.object},
    )


def _help(one: Difference) -> str:
    if one.aspect == "default" and one.expected is None:
        return "give the model's column the same `server_default`"
    if one.aspect == "nullable" and one.expected == "NOT NULL":
        return "add the column as NOT NULL with a constant default, or make the model's column nullable"
    return "make the upgrade and the model say the same"
