from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Kept, Label, Opening, Project, Severity, Threads, rule
from persistlint_rules._stores.doors import is_application, judged


@rule(severity=Severity.WARNING, since="0.1")
def unlocked_engine_cache(project: Project) -> Iterator[Finding]:
    """A cached engine is looked up and stored without a lock, where threads can meet."""
    threads = next((one for one in project.threads if is_application(project, one.span)), None)
    if threads is None:
        return
    seen: set[object] = set()
    for opening in judged(project):
        for kept in opening.kept:
            if _is_open(opening, kept) and kept.span not in seen:
                seen.add(kept.span)
                yield _finding(opening, kept, threads)


def _is_open(opening: Opening, kept: Kept) -> bool:
    # A coroutine that does not await between the look and the store is alone; a module is loaded under its own lock.
    return (
        opening.is_engine
        and kept.where in ("global", "cache")
        and kept.checked
        and not kept.locked
        and not kept.is_async
    )


def _finding(opening: Opening, kept: Kept, threads: Threads) -> Finding:
    related = [Label(opening.span, f"the engine of the store `{opening.store}` is made here")]
    if kept.seen_outside is not None:
        related.append(Label(kept.seen_outside, "the look that decides it"))
    related.append(Label(threads.span, f"`{threads.library}` runs threads"))
    return Finding(
        f"the engine of `{opening.store}` is kept in `{kept.name}` without a lock: two threads that find nothing there "
        "both make one, and the loser's connections are never disposed of",
        at=kept.span,
        related=tuple(related),
        help="hold a lock from the look to the store",
        data={"store": opening.store, "function": kept.function, "object": kept.name},
    )
