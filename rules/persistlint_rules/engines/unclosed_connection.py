from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules._flow.leaks import about, forgotten, leaks


@rule(severity=Severity.WARNING, since="0.1")
def unclosed_connection(project: Project) -> Iterator[Finding]:
    """A connection that the function or object that opens it does not close, or closes only when nothing fails."""
    yield from forgotten(project, "connection", "close()", "closed")
    for leak in leaks(project, "connection"):
        if leak.handle.library in ("sqlite3", "aiosqlite"):
            how = "open it under `contextlib.closing(…)`, or close it in `finally`"
        else:
            how = "open it in a `with` block, or close it in `finally`"
        if leak.handle.library == "aiosqlite":
            how = "open it in an `async with` block, or close it in `finally`"
        yield about(leak, "close()", "closed", how)
