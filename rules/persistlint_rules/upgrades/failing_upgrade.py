from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import (
    FailedStep,
    Finding,
    Kind,
    Project,
    Severity,
    StoreUpgrade,
    UpgradeStart,
    needed_version,
    rule,
)
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
                if key in seen or _is_unreadable(project, failed):
                    continue
                if not is_repetition(failed) and is_own(store, start, failed):
                    seen.add(key)
                    yield _finding(store, start, failed)


def _is_unreadable(project: Project, failed: FailedStep) -> bool:
    """Whether it is no SQL in any dialect: `unreadable-sql` says so."""
    at = failed.span
    return "syntax error" in failed.error and any(
        one.sql.kind is Kind.UNREADABLE and (one.span.path, one.span.line) == (at.path, at.line)
        for one in project.statements
    )


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
    needed = needed_version(failed.statement)
    if needed is not None and "syntax error" in failed.error:
        return f"rebuild the table; SQLite {needed.shown} can do it: say so with `min-sqlite-version`"
    return "replace it by what ALTER TABLE of SQLite can do, or rebuild the table"
