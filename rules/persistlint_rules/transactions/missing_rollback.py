from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, Swallowed, rule
from persistlint_rules._flow.handles import data_of, named, opened


@rule(severity=Severity.WARNING, since="0.1")
def missing_rollback(project: Project) -> Iterator[Finding]:
    """An `except` that goes on after a write failed, and leaves the transaction as it is."""
    seen: set[object] = set()
    for one in project.flow.swallowed:
        if (one.handle, one.handler) in seen or not _matters(one):
            continue
        seen.add((one.handle, one.handler))
        handle = one.handle
        labels = [Label(one.failed.span, f"`{one.failed.what}` may fail here")]
        if one.used is not None:
            labels.append(Label(one.used, "it is used again here"))
        yield Finding(
            f"{named(handle)} is not rolled back where this `except` goes on after a failed `{one.failed.what}`",
            at=one.handler,
            related=(*labels, *opened(handle)),
            help=f"call `{handle.name}.rollback()` in the `except`"
            if handle.name.isidentifier()
            else "roll back in the `except`",
            data=data_of(handle),
        )


def _matters(one: Swallowed) -> bool:
    if one.handle.autocommit or not one.handle.implicit:
        return False
    if one.used is not None:
        return True
    # A scoped session is ended by its registry at the end of the request; a local one is closed, which rolls back.
    return one.handle.held in ("parameter", "shared") and not one.handle.scoped
