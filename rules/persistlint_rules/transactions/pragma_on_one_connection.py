from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, PragmaUse, Project, Severity, rule
from persistlint_rules._stores.doors import judged
from persistlint_rules._stores.fixes import on_each_connection
from persistlint_rules._stores.lost import is_lost


@rule(severity=Severity.WARNING, since="0.1")
def pragma_on_one_connection(project: Project) -> Iterator[Finding]:
    """A PRAGMA that holds for one connection is run once on a pooled one: the others do not have it."""
    seen: set[object] = set()
    for opening in judged(project):
        for pragma in opening.pragmas:
            # Switched off and on again on the wrong connection is one mistake.
            key = (opening.span, pragma.name, pragma.function)
            if is_lost(project, opening, pragma) and key not in seen:
                seen.add(key)
                yield _finding(project, opening, pragma)


def _finding(project: Project, opening: Opening, pragma: PragmaUse) -> Finding:
    value = f"={pragma.sets.upper()}" if pragma.sets is not None else ""
    return Finding(
        f"`PRAGMA {pragma.name}{value}` holds for this connection alone: other connections to the store "
        f"`{opening.store}` do not have it",
        at=pragma.span,
        related=(Label(opening.span, "the engine that pools them is made here"),),
        fix=on_each_connection(project, opening, pragma),
        help="run it in a `connect` hook of the engine",
        data={
            "store": opening.store,
            "function": pragma.function,
            "object": pragma.name,
            "expected": pragma.sets,
        },
    )
