from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Severity, Store, StoreClause, rule
from persistlint_rules._stores.doors import is_door, promised, stores


@rule(severity=Severity.WARNING, since="0.1")
def second_door(project: Project) -> Iterator[Finding]:
    """A database is opened past its one door, by connections that wait, begin or check keys in another way."""
    by_opening = {one.span: store for store in stores(project) for one in store.openings}
    told: set[str] = set()
    for clause, doors in promised(project):
        if clause.engine is None or not doors:
            continue
        for name in dict.fromkeys(by_opening[one.span].name for one in doors if one.span in by_opening):
            told.add(name)
            store = next(one for one in by_opening.values() if one.name == name)
            for opening in store.openings:
                if not is_door(opening, clause.engine) and opening.span not in {one.span for one in doors}:
                    yield _past(clause, doors[0], opening)
    for store in stores(project):
        if store.name not in told and len(store.openings) > 1:
            yield from _differing(store)


def _past(clause: StoreClause, door: Opening, opening: Opening) -> Finding:
    return Finding(
        f"the store `{clause.name}` is opened here, but `{clause.engine}` is its one door{_so(door, opening)}",
        at=opening.span,
        related=(
            Label(clause.at("engine"), "the contract says so here"),
            Label(door.span, "the door opens it here"),
        ),
        help=f"take the connection from `{clause.engine}`",
        data={
            "store": clause.name,
            "function": opening.function,
            "aspect": "engine",
            "expected": clause.engine,
            "actual": opening.doors[0] if opening.doors else None,
        },
    )


def _so(door: Opening, opening: Opening) -> str:
    differences = _differences(door, opening)
    return f"; these connections {' and '.join(differences)}" if differences else ""


def _differing(store: Store) -> Iterator[Finding]:
    """The openings that treat the file in another way than its main door does."""
    door = max(store.openings, key=_rank)
    for opening in store.openings:
        if opening.span == door.span:
            continue
        differences = _differences(door, opening)
        if differences:
            yield Finding(
                f"the store `{store.name}` has a second door here: its connections {' and '.join(differences)}",
                at=opening.span,
                related=(
                    Label(door.span, "the first door opens it here"),
                    *(Label(hook.span, f"its `{hook.event}` hook does not reach this one") for hook in door.hooks),
                ),
                help=_help(door),
                data={
                    "store": store.name,
                    "function": opening.function,
                    "expected": door.doors[0] if door.doors else None,
                    "actual": opening.doors[0] if opening.doors else None,
                },
            )


def _help(door: Opening) -> str:
    return f"take the connection from `{door.doors[0]}`" if door.doors else "open the file at one place"


def _rank(opening: Opening) -> tuple[int, int, int, int]:
    """The main door: the one with hooks, that makes the tables, that is written through most."""
    return (len(opening.hooks), len(opening.tables), len(opening.kept) + len(opening.factories), -opening.span.line)


def _differences(door: Opening, opening: Opening) -> list[str]:
    out: list[str] = []
    if door.timeouts and opening.timeouts and max(opening.timeouts) < min(door.timeouts):
        out.append(f"wait {max(opening.timeouts)} ms for a lock, not {min(door.timeouts)}")
    if not opening.writes:
        return out  # how a reader begins and whether it checks keys changes nothing
    if door.begin in ("IMMEDIATE", "EXCLUSIVE") and opening.begin == "DEFERRED":
        out.append(f"begin DEFERRED, not {door.begin}")
    if door.foreign_keys is True and opening.foreign_keys is False:
        out.append("do not check foreign keys")
    return out
