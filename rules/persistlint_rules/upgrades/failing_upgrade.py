from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import FailedStep, Finding, Project, Severity, StoreUpgrade, UpgradeStart, rule
from persistlint_rules.upgrades._shared.failures import is_own, is_repetition


@rule(severity=Severity.ERROR, since="0.1")
def failing_upgrade(project: Project) -> Iterator[Finding]:
    """An upgrade statement that SQLite refuses, on every database or as soon as there is a row."""
    if project.dialect != "sqlite":
        return
    seen: set[tuple[object, str]] = set()
    for store in project.upgrades:
        for start in store.starts:
            for failed in start.failed:
                key = (failed.span, failed.error)
                if key not in seen and not is_repetition(failed) and is_own(store, start, failed):
                    seen.add(key)
                    yield _finding(store, start, failed)


def _finding(store: StoreUpgrade, start: UpgradeStart, failed: FailedStep) -> Finding:
    when = " as soon as the table has a row" if failed.seeded else ""
    on = ", and the code goes on without it" if failed.caught else ""
    return Finding(
        f"SQLite refuses this upgrade{when}: `{failed.error}`{on}",
        at=failed.span,
        help=_help(failed),
        data={
            "store": store.name,
            "start": start.start,
            "function": failed.function,
            "seeded": failed.seeded,
            "actual": failed.error,
        },
    )


def _help(failed: FailedStep) -> str:
    if "non-constant default" in failed.error:
        return "add the column without that default, and fill it by an UPDATE; or rebuild the table"
    if "NOT NULL" in failed.error:
        return "give the column a constant default, or fill the existing rows first"
    return "replace it by what ALTER TABLE of SQLite can do, or rebuild the table"
