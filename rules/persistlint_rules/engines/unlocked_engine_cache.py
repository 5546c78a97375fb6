from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Disposal, Finding, Kept, Label, Opening, Project, Severity, Threads, rule
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
        for disposal in opening.disposed:
            filled = _filled_under_lock(opening, disposal)
            if filled is not None and disposal.span not in seen:
                seen.add(disposal.span)
                yield _emptied(opening, disposal, filled)


def _is_open(opening: Opening, kept: Kept) -> bool:
    # A coroutine that does not await between the look and the store is alone; a module is loaded under its own lock.
    return (
        opening.is_engine
        and kept.where in ("global", "cache")
        and kept.checked
        and not kept.locked
        and not kept.is_async
    )


def _filled_under_lock(opening: Opening, disposal: Disposal) -> Kept | None:
    """Where the cache is filled under a lock, which is not held where the engine is taken out again."""
    if disposal.source is None or not disposal.forgotten or disposal.locked:
        return None
    if (disposal.function or "").rpartition(".")[2].startswith("_"):
        return None  # its callers, who may hold the lock, are not all seen
    stored = [kept for kept in opening.kept if kept.where == "cache" and kept.name.startswith(f"{disposal.source}[")]
    return stored[0] if stored and all(kept.locked and not kept.is_async for kept in stored) else None


def _emptied(opening: Opening, disposal: Disposal, filled: Kept) -> Finding:
    return Finding(
        f"the engine of `{opening.store}` is taken out of `{disposal.source}` without the lock under which it is put "
        "there: another thread finds it and goes on with it, or meets a KeyError",
        at=disposal.span,
        related=(Label(filled.span, "it is put there under a lock"),),
        help="hold the same lock from the look to the `pop`",
        data={"store": opening.store, "function": disposal.function, "object": disposal.source},
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
