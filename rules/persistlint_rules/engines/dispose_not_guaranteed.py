from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules._flow.leaks import about, leaks


@rule(severity=Severity.WARNING, since="0.1")
def dispose_not_guaranteed(project: Project) -> Iterator[Finding]:
    """An engine that is disposed on some paths of the function that makes it, and not on others."""
    for leak in leaks(project, "engine"):
        if not leak.never:
            yield about(leak, "dispose()", "disposed", "move `dispose()` into `finally`")
