from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, UpgradeStep, rule

_BOOKKEEPING = "alembic_version"


@rule(severity=Severity.ADVICE, since="0.1", default=False)
def destructive_upgrade(project: Project) -> Iterator[Finding]:
    """An upgrade that drops a table or a column with all that users have stored in it."""
    if project.dialect != "sqlite":
        return
    seen: set[object] = set()
    for store in project.upgrades:
        for step in store.steps:
            what = _dropped(step)
            if what is not None and step.span not in seen:
                seen.add(step.span)
                yield Finding(
                    f"this upgrade drops {what}, with all that is stored in it",
                    at=step.span,
                    help="copy what users may still need to another place first",
                    data={"store": store.name, "function": step.function, "table": step.tables[0]},
                )


def _dropped(step: UpgradeStep) -> str | None:
    if not step.certain or not step.tables or step.tables[0] == _BOOKKEEPING:
        return None
    if step.final:
        return f"table `{step.tables[0]}`"
    words = step.statement.upper().split()
    if words[:2] == ["ALTER", "TABLE"] and words[3:5] == ["DROP", "COLUMN"]:
        column = step.statement.split()[5].strip('"`[];')
        return f"column `{step.tables[0]}.{column}`"
    return None
