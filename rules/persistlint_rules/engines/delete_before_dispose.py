from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Removal, Severity, rule
from persistlint_rules._stores.doors import is_application, judged

_CALLS = {"deleted": "deletes", "moved": "moves", "replaced": "writes over"}


@rule(severity=Severity.WARNING, since="0.1")
def delete_before_dispose(project: Project) -> Iterator[Finding]:
    """A database file, or its folder, is deleted, moved or replaced while connections to it may be open."""
    found: dict[object, list[tuple[Opening, Removal]]] = {}
    for opening in judged(project):
        for one in opening.removals:
            # Without threads nobody but this function's callers can have opened it, and they may be a command's.
            if (one.closed or one.block or project.threads) and is_application(project, one.span, one.function):
                found.setdefault(one.span, []).append((opening, one))
    for pairs in found.values():
        yield _about(pairs)


def _about(pairs: list[tuple[Opening, Removal]]) -> Finding:
    opening, removal = pairs[0]
    stores = list(dict.fromkeys(one.store for one, _ in pairs))
    what = "engine" if opening.is_engine else "connection"
    kept = next(iter(opening.kept), None)
    when = f"before its {what} is closed" if removal.closed else f"while its {what} may be open"
    when = f"while its {what} is open" if removal.block else when
    related = [Label(one.span, f"`{one.store}` is opened here") for one, _ in pairs]
    if kept is not None and kept.span != opening.span:
        related.append(Label(kept.span, "it is kept here"))
    if removal.closed is not None:
        related.append(Label(removal.closed, "it is closed only here"))
    if removal.block is not None:
        related.append(Label(removal.block, "the block over this keeps it open"))
    return Finding(
        f"this {_CALLS[removal.what]} {' and '.join(f'`{store}`' for store in stores)} {when}: open connections go on "
        "with the file that is gone, and on Windows the call fails",
        at=removal.span,
        related=tuple(related),
        help=_help(opening, removal),
        data={"store": opening.store, "function": removal.function, "object": removal.written},
    )


def _help(opening: Opening, removal: Removal) -> str:
    if removal.block is not None:
        return f"do this behind the block, when {'`dispose()`' if opening.is_engine else '`close()`'} has been called"
    end = "dispose()" if opening.is_engine else "close()"
    is_cached = any(kept.where in ("cache", "memo") for kept in opening.kept)
    return f"call `{end}` first, and take it out of the cache" if is_cached else f"call `{end}` first"
