"""What upgrades leave behind, for reading: each store's steps, and then each start with what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from persistlint.facts.schema import Unresolved
from persistlint.facts.upgrades import Difference, FailedStep, StoreUpgrade, UpgradeStart, UpgradeStep
from persistlint.reporters.paint import Paint, painter, safe

_LONGEST = 100


def upgrades_text(stores: Sequence[StoreUpgrade], unresolved: Sequence[Unresolved], *, color: bool) -> str:
    """A block for each store, and the numbers at the end."""
    paint = painter(color=color)
    lines = [line for store in stores for line in [*_store(store, paint), ""]]
    lines += [f"unresolved: {safe(item.span.path)}:{item.span.line}: {safe(item.reason)}" for item in unresolved]
    return "\n".join([*lines, _numbers(stores, unresolved)]) + "\n"


def _numbers(stores: Sequence[StoreUpgrade], unresolved: Sequence[Unresolved]) -> str:
    starts = [start for store in stores for start in store.starts]
    counted = (
        (len(stores), "store", "stores"),
        (len(starts), "start", "starts"),
        (sum(len(one.differences) for one in starts), "difference", "differences"),
        (sum(len(one.failed) for one in starts), "failure", "failures"),
        (len(unresolved), "unresolved place", "unresolved places"),
    )
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counted)


def _store(store: StoreUpgrade, paint: Paint) -> Iterator[str]:
    yield paint(safe(store.name), "bold")
    yield from (f"  {line}" for line in _columns([_step(step) for step in store.steps]))
    for start in store.starts:
        yield f"  from {paint(safe(start.start), 'bold')}: {_verdict(start, paint)}"
        yield from (f"    {_failed(one, paint)}" for one in start.failed)
        yield from (f"    {_difference(one)}" for one in start.differences)
    if len(store.starts) > 1:
        yield from (f"  {line}" for line in _matrix(store.starts))


def _step(step: UpgradeStep) -> tuple[str, ...]:
    """Place, effect, guard, and the statement with what is to be said of it."""
    notes = ""
    if step.kind == "unknown":
        notes = "  [not carried out: a part of it, or its dialect, is not known]"
    elif not step.certain:
        notes = "  [under a condition that is not known]"
    place = f"{step.span.path}:{step.span.line}"
    return place, safe(step.effect or "?"), f"[{safe(step.guard or 'no guard')}]", _short(step.statement) + notes


def _matrix(starts: Sequence[UpgradeStart]) -> Iterator[str]:
    """Each difference against each start: where it is left, and where it is not."""
    left = [{_drift(one) for one in start.differences} for start in starts]
    drifts = sorted(set[str]().union(*left))
    if not drifts:
        return
    rows = [(drift, *("x" if drift in one else "-" for one in left)) for drift in drifts]
    yield from _columns([("difference", *(safe(start.start) for start in starts)), *rows])


def _drift(one: Difference) -> str:
    name = ".".join(part for part in (one.table, one.object) if part)
    return f"{safe(name)} {one.aspect} {one.change}"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows with their cells below each other; the last cell of each as long as it is."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)] if rows else []
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield "  ".join([*padded, row[-1]])


def _verdict(start: UpgradeStart, paint: Paint) -> str:
    if not start.failed and not start.differences:
        return paint("the same as a fresh install", "green")
    return paint("not what a fresh install is", "red")


def _failed(failed: FailedStep, paint: Paint) -> str:
    when = "fails when there are rows" if failed.seeded else "fails"
    place = f"{failed.span.path}:{failed.span.line}"
    return f"{place}: {_short(failed.statement)} {paint(when, 'red')}: {safe(failed.error)}"


def _difference(one: Difference) -> str:
    name = ".".join(part for part in (one.table, one.object) if part)
    return f"{one.span.path}:{one.span.line}: {safe(name)}: {one.aspect} {one.change}{_sides(one)}"


def _sides(one: Difference) -> str:
    sides: Iterable[tuple[str, str | None]] = (("fresh", one.expected), ("upgraded", one.actual))
    if one.change != "changed":
        sides = [(where, text) for where, text in sides if text is not None and text != one.object]
    told = ", ".join(f"{where} {_short(text) if text is not None else 'none'}" for where, text in sides)
    return f" ({told})" if told else ""


def _short(statement: str) -> str:
    text = safe(" ".join(statement.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
