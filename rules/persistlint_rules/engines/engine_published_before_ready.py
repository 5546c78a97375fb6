from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Kept, Label, Opening, Project, Severity, rule
from persistlint_rules._stores.doors import is_application, judged

_WORDS = {
    "tables": "its tables are made",
    "factory": "its session factory is there",
    "hook": "its hook is registered",
    "pragma": "its PRAGMA is run",
}


@rule(severity=Severity.WARNING, since="0.1")
def engine_published_before_ready(project: Project) -> Iterator[Finding]:
    """An engine is put where other threads look for it before its tables, hooks or session factory are there."""
    if not any(is_application(project, one.span) for one in project.threads):
        return
    seen: set[object] = set()
    for opening in judged(project):
        for kept in opening.kept:
            if _is_early(opening, kept) and kept.span not in seen:
                seen.add(kept.span)
                yield _finding(opening, kept)


def _is_early(opening: Opening, kept: Kept) -> bool:
    # Whoever has to wait for the lock before looking sees nothing early.
    seen = kept.checked and (not kept.locked or kept.seen_outside is not None)
    return opening.is_engine and kept.where in ("global", "cache") and seen and bool(kept.unready) and not kept.is_async


def _finding(opening: Opening, kept: Kept) -> Finding:
    steps = list(dict.fromkeys(one.what for one in kept.unready))
    words = " and ".join(_WORDS[step] for step in steps)
    related = [Label(one.span, f"only here {_WORDS[one.what]}") for one in kept.unready]
    if kept.seen_outside is not None:
        related.append(Label(kept.seen_outside, "another thread looks here, without the lock"))
    related.append(Label(opening.span, "the engine is made here"))
    return Finding(
        f"the engine of `{opening.store}` is put into `{kept.name}` before {words}: another thread takes it unfinished",
        at=kept.span,
        related=tuple(related),
        help="finish it in a local variable, and store it last",
        data={"store": opening.store, "function": kept.function, "object": kept.name, "actual": ", ".join(steps)},
    )
