from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Severity, StoreClause, rule
from persistlint_rules._stores.doors import created, judged, promised


@rule(severity=Severity.WARNING, since="0.1")
def busy_timeout_drift(project: Project) -> Iterator[Finding]:
    """A store's connections wait another time for a lock than its contract, or the same opening, says elsewhere."""
    told: set[object] = set()
    for clause, openings in promised(project):
        for opening in openings:
            if clause.busy_timeout_ms and opening.timeout_given and _drifts(opening, clause.busy_timeout_ms):
                told.add(opening.span)
                yield _from_contract(clause, opening)
    for opening in judged(project):
        given, actual = opening.driver_timeouts, opening.timeouts
        # Both are written, one of them in vain: the PRAGMA comes after the driver's own.
        written_twice = opening.timeout_at is not None and given and actual and given != actual
        if written_twice and actual != (0,) and opening.span not in told:
            yield _from_itself(opening)


def _drifts(opening: Opening, expected: int) -> bool:
    return bool(opening.timeouts) and opening.timeouts != (expected,) and opening.timeouts != (0,)


def _from_contract(clause: StoreClause, opening: Opening) -> Finding:
    expected = clause.busy_timeout_ms
    actual = next(one for one in opening.timeouts or () if one != expected)
    return Finding(
        f"connections to the store `{clause.name}` wait {actual} ms for a lock, their contract says {expected} ms",
        at=opening.timeout_at or opening.span,
        related=(
            Label(clause.at("busy_timeout_ms"), f"the contract says {expected} ms"),
            *((created(opening),) if opening.timeout_at is not None else ()),
        ),
        help=f"set the busy timeout to {expected} ms, or change the contract",
        data={
            "store": clause.name,
            "function": opening.function,
            "aspect": "busy_timeout",
            "expected": expected,
            "actual": actual,
        },
    )


def _from_itself(opening: Opening) -> Finding:
    given, actual = max(opening.driver_timeouts or (0,)), max(opening.timeouts or (0,))
    return Finding(
        f"this sets the busy timeout of the store `{opening.store}` to {actual} ms, its driver is given {given} ms: "
        "the last one holds",
        at=opening.timeout_at or opening.span,
        related=(Label(opening.span, f"the driver is given {given} ms here"),),
        help="write the same timeout at both places, or only one of them",
        data={
            "store": opening.store,
            "function": opening.function,
            "aspect": "busy_timeout",
            "expected": given,
            "actual": actual,
        },
    )
