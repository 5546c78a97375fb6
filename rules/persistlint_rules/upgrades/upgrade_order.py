from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import FailedStep, Finding, Label, Project, Severity, StoreUpgrade, rule
from persistlint_rules.upgrades._shared.failures import is_early


@rule(severity=Severity.ERROR, since="0.1")
def upgrade_order(project: Project) -> Iterator[Finding]:
    """An upgrade step that needs a table or column which a later step makes."""
    if project.dialect != "sqlite":
        return
    seen: set[tuple[object, str]] = set()
    for store in project.upgrades:
        for failed, fresh in _failures(store):
            if is_early(failed) and (failed.span, failed.error) not in seen:
                seen.add((failed.span, failed.error))
                yield _finding(store, failed, fresh=fresh)


def _failures(store: StoreUpgrade) -> Iterator[tuple[FailedStep, bool]]:
    """What fails on an old database, and what fails on one that is not there yet."""
    for start in store.starts:
        yield from ((failed, False) for failed in start.failed)
    yield from ((failed, True) for failed in store.opening)


def _finding(store: StoreUpgrade, failed: FailedStep, *, fresh: bool) -> Finding:
    where = "in a new database" if fresh else "in an old database"
    return Finding(
        f"this runs before the step that makes what it needs: `{failed.error}` {where}",
        at=failed.span,
        related=(Label(failed.later, "it is made here"),) if failed.later is not None else (),
        help="run the step that makes it first",
        data={"store": store.name, "function": failed.function, "actual": failed.error},
    )
