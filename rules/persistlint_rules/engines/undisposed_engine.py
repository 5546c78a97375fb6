from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules._flow.leaks import about, forgotten, leaks


@rule(severity=Severity.WARNING, since="0.1")
def undisposed_engine(project: Project) -> Iterator[Finding]:
    """An engine that a function, or an object, makes for itself and never disposes of."""
    yield from forgotten(project, "engine", "dispose()", "disposed")
    for leak in leaks(project, "engine"):
        if leak.never:
            yield about(leak, "dispose()", "disposed", "call `dispose()` in `finally`")
