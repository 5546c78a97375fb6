from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.upgrades._shared.failures import is_repetition
from persistlint_rules.upgrades._shared.fixes import guarded


@rule(severity=Severity.WARNING, since="0.1")
def unguarded_alter(project: Project) -> Iterator[Finding]:
    """An upgrade statement that fails when the same upgrade runs a second time."""
    if project.dialect != "sqlite":
        return
    seen: set[object] = set()
    for store in project.upgrades:
        for failed in store.repeated:
            if failed.span not in seen and failed.certain and is_repetition(failed):
                seen.add(failed.span)
                yield Finding(
                    f"this fails when the upgrade runs again: `{failed.error}`",
                    at=failed.span,
                    fix=guarded(project, failed),
                    help="ask `PRAGMA table_info` or the inspector first, in the same transaction",
                    data={"store": store.name, "function": failed.function, "actual": failed.error},
                )
