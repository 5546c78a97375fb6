from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Severity, StoreClause, rule
from persistlint_rules._stores.doors import created, promised
from persistlint_rules._stores.hooks import half_of


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def begin_mode_drift(project: Project) -> Iterator[Finding]:
    """A store's transactions begin in another mode than its contract says."""
    for clause, openings in promised(project):
        for opening in openings:
            # AUTOCOMMIT with explicit BEGINs is judged where these stand; half a pair of hooks has its own rule.
            drifts = clause.begin is not None and opening.begin not in (None, clause.begin)
            if drifts and not opening.begins_itself and half_of(opening) is None:
                yield _finding(clause, opening)


def _finding(clause: StoreClause, opening: Opening) -> Finding:
    how = "by the driver's default" if opening.begin_at is None and opening.level is None else "here"
    return Finding(
        f"transactions on the store `{clause.name}` begin {opening.begin} {how}, its contract says {clause.begin}",
        at=opening.begin_at or opening.span,
        related=(
            Label(clause.at("begin"), f"the contract says {clause.begin}"),
            *((created(opening),) if opening.begin_at is not None else ()),
        ),
        help=f"emit `BEGIN {clause.begin}` in the begin hook, or change the contract",
        data={
            "store": clause.name,
            "function": opening.function,
            "aspect": "begin",
            "expected": clause.begin,
            "actual": opening.begin,
        },
    )
