from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, Span, Transaction, rule
from persistlint_rules._flow.handles import data_of, opened, opening_of


@rule(severity=Severity.WARNING, since="0.1")
def deferred_read_then_write(project: Project) -> Iterator[Finding]:
    """A transaction begun DEFERRED that reads and then writes: it fails at once when another one wrote in between."""
    if project.dialect != "sqlite":
        return
    seen: set[object] = set()
    for one in project.flow.transactions:
        began = _deferred(project, one)
        if began is None or not one.read_first or one.read is None or one.write is None:
            continue
        if (began, one.write.span) in seen:
            continue
        seen.add((began, one.write.span))
        yield Finding(
            f"this transaction begins DEFERRED, reads (`{one.read.what}`) and then writes (`{one.write.what}`)",
            at=one.read.span,
            related=(
                Label(began, "it is begun so by this"),
                Label(one.write.span, "the write fails at once, whatever the busy timeout, if the snapshot is old"),
                *opened(one.handle),
            ),
            help="begin it with `BEGIN IMMEDIATE`",
            data={**data_of(one.handle), "expected": "IMMEDIATE", "actual": "DEFERRED"},
        )


def _deferred(project: Project, one: Transaction) -> Span | None:
    """What begins the transaction in deferred mode: an explicit BEGIN, a begin hook, the driver's own.

    Python's driver in its default mode begins nothing before a SELECT: there the read is not part of the transaction.
    """
    if one.mode is not None:
        return one.began if one.mode == "DEFERRED" else None
    opening = opening_of(project, one.handle)
    if opening is None or not opening.begins_first or opening.begin != "DEFERRED":
        return None
    return opening.begin_at
