from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Severity, StoreClause, rule
from persistlint_rules._stores.doors import created, judged, promised
from persistlint_rules._stores.fixes import waiting

_MILLISECONDS = 5000
"""What Python's sqlite3 waits where nobody says otherwise."""


@rule(severity=Severity.WARNING, since="0.1")
def missing_busy_timeout(project: Project) -> Iterator[Finding]:
    """Connections that do not wait for a lock, or that nothing makes wait as long as their contract says."""
    for opening in judged(project):
        if opening.timeouts == (0,):
            yield _never(project, opening)
    for clause, openings in promised(project):
        for opening in openings:
            if clause.busy_timeout_ms and not opening.timeout_given and opening.timeouts != (clause.busy_timeout_ms,):
                yield _default(project, clause, opening)


def _never(project: Project, opening: Opening) -> Finding:
    return Finding(
        f"connections to the store `{opening.store}` do not wait for a lock: the first other writer makes them fail "
        "with `database is locked`",
        at=opening.timeout_at or opening.span,
        related=(created(opening),) if opening.timeout_at is not None else (),
        fix=waiting(project, opening, _MILLISECONDS) if opening.timeout_at is None else None,
        help="give the connection a timeout, or set `PRAGMA busy_timeout` to the milliseconds it may wait",
        data={"store": opening.store, "function": opening.function, "aspect": "busy_timeout", "actual": 0},
    )


def _default(project: Project, clause: StoreClause, opening: Opening) -> Finding:
    expected = clause.busy_timeout_ms
    return Finding(
        f"nothing sets a busy timeout on connections to the store `{clause.name}`: they wait the driver's 5000 ms, "
        f"their contract says {expected} ms",
        at=opening.span,
        related=(Label(clause.at("busy_timeout_ms"), f"the contract says {expected} ms"),),
        fix=waiting(project, opening, expected) if expected is not None else None,
        help=f"set `PRAGMA busy_timeout={expected}` in a `connect` hook",
        data={
            "store": clause.name,
            "function": opening.function,
            "aspect": "busy_timeout",
            "expected": expected,
            "actual": 5000,
        },
    )
