from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from persistlint.sdk import Edit, Finding, Fix, Label, Project, Severity, Span, rule
from persistlint_rules._flow.handles import data_of, is_in_memory, named, opened
from persistlint_rules._flow.leaks import about, leaks


@rule(severity=Severity.WARNING, since="0.1")
def dispose_not_guaranteed(project: Project) -> Iterator[Finding]:
    """An engine that is disposed on some paths of the function that makes it, and not on others."""
    told: set[Span] = set()
    for leak in leaks(project, "engine"):
        if not leak.never:
            finding = about(leak, "dispose()", "disposed", "move `dispose()` into `finally`")
            yield replace(finding, fix=_fix(project, leak.handle.at))
            told.add(leak.handle.at)
    for one in project.flow.interrupted:
        if one.handle.at not in told and not is_in_memory(project, one.handle):
            yield Finding(
                f"{named(one.handle)} is disposed of behind the `yield`, and not when the block that this serves fails",
                at=one.at,
                related=(Label(one.lent, "an exception of the block comes in here"), *opened(one.handle)),
                help="put the `yield` into `try`, and the dispose into `finally`",
                data={**data_of(one.handle), "aspect": "exception"},
            )


def _fix(project: Project, at: Span) -> Fix | None:
    """The use in `try`, and the last dispose of the same block in `finally`."""
    lifetime = next((one for one in project.lifetimes if one.span == at), None)
    if lifetime is None:
        return None
    return Fix("dispose of it in `finally`", tuple(Edit(place, text) for place, text in lifetime.guarded()))
