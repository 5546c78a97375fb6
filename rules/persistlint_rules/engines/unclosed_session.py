from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules._flow.leaks import about, leaks


@rule(severity=Severity.WARNING, since="0.1")
def unclosed_session(project: Project) -> Iterator[Finding]:
    """A session that the function that opens it does not close, or closes only when nothing fails."""
    for leak in leaks(project, "session"):
        block = "`async with`" if leak.handle.is_async else "`with`"
        yield about(leak, "close()", "closed", f"open it in a {block} block, or close it in `finally`")
