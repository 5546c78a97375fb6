from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Ending, Finding, Label, Project, Severity, rule
from persistlint_rules._flow.handles import data_of, named, opened


@rule(severity=Severity.ERROR, since="0.1")
def uncommitted_write(project: Project) -> Iterator[Finding]:
    """A write that no path behind it commits, so that it is rolled back when the session or connection ends."""
    seen: set[object] = set()
    for ending in project.flow.endings:
        mark = ending.uncommitted
        if mark is None or not _is_lost(project, ending) or (ending.handle, mark.span) in seen:
            continue
        seen.add((ending.handle, mark.span))
        handle = ending.handle
        where = "on this path" if ending.others else "in this function"
        labels = [Label(ending.at, "the function is left here without a commit")] if ending.exit == "return" else []
        yield Finding(
            f"`{mark.what}` is not committed {where}: it is rolled back when {named(handle)} ends",
            at=mark.span,
            related=(*labels, Label(handle.at, "opened here"), *opened(handle)),
            help=f"call `{handle.name}.commit()` behind it" if handle.name.isidentifier() else "commit behind it",
            data={**data_of(handle), "table": mark.tables[0] if mark.tables else None},
        )


def _is_lost(project: Project, ending: Ending) -> bool:
    handle = ending.handle
    # What is left by an exception is meant to be rolled back; so is what an `except` has let pass.
    if ending.exit == "exception" or ending.swallowed is not None or handle.autocommit:
        return False
    # A function that commits elsewhere and gives nothing here has met what it does not go on with.
    if ending.others and ending.empty:
        return False
    if handle.held == "shared":
        # Somebody else may commit what is not this function's own, unless nobody in the project ever does.
        return handle.implicit and handle.opening is not None and handle.opening not in project.flow.committed
    if handle.held == "parameter":
        return False
    # Before SQLAlchemy 2.0 a connection committed each statement by itself, where nobody began a transaction.
    return handle.implicit or project.flow.modern
