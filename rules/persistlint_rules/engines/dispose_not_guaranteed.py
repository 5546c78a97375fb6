from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from persistlint.sdk import Edit, Finding, Fix, Project, Severity, Span, rule
from persistlint_rules._flow.leaks import about, leaks


@rule(severity=Severity.WARNING, since="0.1")
def dispose_not_guaranteed(project: Project) -> Iterator[Finding]:
    """An engine that is disposed on some paths of the function that makes it, and not on others."""
    for leak in leaks(project, "engine"):
        if not leak.never:
            finding = about(leak, "dispose()", "disposed", "move `dispose()` into `finally`")
            yield replace(finding, fix=_fix(project, leak.handle.at))


def _fix(project: Project, at: Span) -> Fix | None:
    """The use in `try`, and the last dispose of the same block in `finally`."""
    lifetime = next((one for one in project.lifetimes if one.span == at), None)
    if lifetime is None:
        return None
    return Fix("dispose of it in `finally`", tuple(Edit(place, text) for place, text in lifetime.guarded()))
