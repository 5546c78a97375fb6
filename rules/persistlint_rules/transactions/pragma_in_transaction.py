from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, PragmaUse, Project, Severity, rule
from persistlint_rules._stores.doors import files
from persistlint_rules.queries._places import Part, part_of

_WRITING = frozenset({"IMMEDIATE", "EXCLUSIVE"})


@rule(severity=Severity.ERROR, since="0.1")
def pragma_in_transaction(project: Project) -> Iterator[Finding]:
    """A PRAGMA that does nothing, or fails, because a transaction is open when it runs."""
    seen: set[object] = set()
    for opening in files(project):
        for pragma in opening.all_pragmas:
            effect = _effect(pragma)
            if effect is None or pragma.span in seen or part_of(pragma.span) is Part.TEST:
                continue
            seen.add(pragma.span)
            yield _finding(opening, pragma, effect)


def _effect(pragma: PragmaUse) -> str | None:
    """What SQLite does with it while that transaction is open (https://sqlite.org/pragma.html)."""
    if pragma.begun in (None, "none"):
        return None
    if pragma.name == "foreign_keys" and not pragma.reads:
        return "does nothing"
    if pragma.name == "journal_mode" and not pragma.reads:
        return "fails or keeps the old mode"
    if pragma.name == "synchronous" and not pragma.reads:
        return "fails with `Safety level may not be changed inside a transaction`"
    if pragma.name == "wal_checkpoint" and pragma.begun in _WRITING:
        return "always fails with `database table is locked`"
    return None


def _finding(opening: Opening, pragma: PragmaUse, effect: str) -> Finding:
    by_hook = any(pragma.begun_at == hook.span for hook in opening.hooks)
    article = "a" if pragma.begun == "DEFERRED" else "an"
    opened = f"{article} {pragma.begun} transaction"
    because = f"the begin hook opens {opened}" if by_hook else f"{opened} is open"
    related = [Label(opening.span, f"the store `{opening.store}` is opened here")]
    if pragma.begun_at is not None:
        related.insert(
            0, Label(pragma.begun_at, "the transaction is begun by this hook" if by_hook else "it begins here")
        )
    return Finding(
        f"`PRAGMA {pragma.name}` {effect} here, because {because}",
        at=pragma.span,
        related=tuple(related),
        help=(
            "run it on the driver's own connection (`raw_connection()`), before anything begins a transaction"
            if by_hook
            else "run it before the transaction begins"
        ),
        data={"store": opening.store, "function": pragma.function, "object": pragma.name, "actual": pragma.begun},
    )
