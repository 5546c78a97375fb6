"""Resources that some path leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.sdk import Ending, Finding, Handle, Label, Project
from persistlint_rules._flow.handles import (
    by_handle,
    data_of,
    is_in_memory,
    is_process_lifetime,
    named,
    opened,
    opening_of,
)
from persistlint_rules.queries._places import is_aside


@dataclass(frozen=True, slots=True)
class Leak:
    """A resource and its endings that leave it open: `never` where no path ends it, `failing` where only paths on
    which something failed do not."""

    handle: Handle
    endings: tuple[Ending, ...]
    never: bool
    failing: bool


def leaks(project: Project, *kinds: str) -> Iterator[Leak]:
    """What is left open, for each resource that its function has to end."""
    for handle, endings in by_handle(project.flow.endings, *kinds):
        if handle.kind == "engine" and is_aside(project, handle.at.path):
            continue  # a script that runs once: the end of its process disposes of it
        open_ = [one for one in endings if not one.closed]
        if not open_ or is_process_lifetime(handle) or _holds_nothing(project, handle):
            continue
        straight = [one for one in open_ if one.exit != "exception" and one.swallowed is None]
        closes = any(one.closes for one in endings)
        if not straight and not closes:
            continue  # it is handed on, and only a failure before that drops it
        shown = straight or open_
        yield Leak(handle, tuple(shown), never=not closes, failing=not straight)


def _holds_nothing(project: Project, handle: Handle) -> bool:
    """A database in memory, and an engine without a pool, keep no file open once they are out of use."""
    opening = opening_of(project, handle)
    return is_in_memory(project, handle) or (
        handle.kind == "engine" and opening is not None and opening.pool == "NullPool"
    )


def forgotten(project: Project, kind: str, verb: str, done: str) -> Iterator[Finding]:
    """The findings about what an object keeps and does not end when it is ended itself."""
    for one in project.flow.owned:
        handle = one.handle
        if handle.kind == kind and not _holds_nothing(project, handle):
            yield Finding(
                f"{named(handle)} is never {done}: `{one.method}` ends the object that keeps it, and leaves it open",
                at=handle.at,
                related=(Label(one.method_at, f"`{one.method}` ends the object"),),
                help=f"call `{handle.name}.{verb}` in `{one.method}`",
                data={**data_of(handle), "aspect": "owned"},
            )


def about(leak: Leak, verb: str, done: str, how: str) -> Finding:
    """The finding about a resource that is left open; `verb` is what should be called, `done` its participle."""
    handle, first = leak.handle, leak.endings[0]
    labels: list[Label] = []
    if leak.never:
        message = f"{named(handle)} is never {done}"
    elif leak.failing:
        message = f"{named(handle)} is not {done} when this function fails on the way"
        labels.append(Label(first.at, "what may fail here leaves it open"))
    else:
        message = f"{named(handle)} is not {done} on every path"
        if first.exit == "return":
            labels.append(Label(first.at, "this leaves it open"))
    labels.extend(Label(span, f"`{verb}` is called here") for span in first.closes[:2])
    return Finding(
        message, handle.at, (*labels, *opened(handle)), how, data={**data_of(handle), "aspect": _aspect(leak)}
    )


def _aspect(leak: Leak) -> str:
    return "never" if leak.never else "exception" if leak.failing else "path"
