from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, Transaction, rule
from persistlint_rules._flow.handles import data_of, is_sqlite, named, opened, opening_of


@rule(severity=Severity.WARNING, since="0.1")
def lock_held_across_await(project: Project) -> Iterator[Finding]:
    """A transaction that holds the write lock while the function waits for something else."""
    seen: set[object] = set()
    for one in project.flow.transactions:
        if one.wait is None or not _is_locked(project, one) or (one.handle, one.wait.span) in seen:
            continue
        seen.add((one.handle, one.wait.span))
        taken = one.reopened or (one.write if one.wait_after_write else None) or one.read or one.write
        labels = [Label(taken.span, f"`{taken.what}` holds the lock from here")] if taken is not None else []
        again = " that was reopened behind a commit" if one.reopened is not None else ""
        yield Finding(
            f"{named(one.handle)} holds a write lock{again} across `{one.wait.what}`",
            at=one.wait.span,
            related=(*labels, *opened(one.handle)),
            help="commit or close before the wait, and take what is needed of the rows into variables first",
            data=data_of(one.handle),
        )


def _is_locked(project: Project, one: Transaction) -> bool:
    if not is_sqlite(project, one.handle) or one.handle.autocommit:
        return False
    return one.wait_after_write or one.mode in ("IMMEDIATE", "EXCLUSIVE") or _begins_locked(project, one)


def _begins_locked(project: Project, one: Transaction) -> bool:
    """Whether every transaction of the engine begins with the lock, be it to read only."""
    opening = opening_of(project, one.handle)
    return opening is not None and opening.begins_first and opening.begin in ("IMMEDIATE", "EXCLUSIVE")
