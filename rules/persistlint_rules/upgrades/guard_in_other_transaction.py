from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule


@rule(severity=Severity.WARNING, since="0.1")
def guard_in_other_transaction(project: Project) -> Iterator[Finding]:
    """A check whether an upgrade is needed that is made in another transaction than the upgrade."""
    if project.dialect != "sqlite":
        return
    seen: set[tuple[object, str | None]] = set()
    for store in project.upgrades:
        for step in store.raced:
            # One answer that many statements rest on is one mistake.
            key = (step.asked, step.function)
            if key not in seen:
                seen.add(key)
                yield Finding(
                    "the check that guards this upgrade is made in another transaction: a second process that starts "
                    "at the same time gets past it too, and one of them fails",
                    at=step.span,
                    related=(Label(step.asked, "the check is made here"),),
                    help="ask and alter on one connection, in one transaction that begins with `BEGIN IMMEDIATE`",
                    data={
                        "store": store.name,
                        "function": step.function,
                        "table": step.tables[0] if step.tables else None,
                    },
                )
