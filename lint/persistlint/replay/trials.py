"""What is learned from carrying out an upgrade more than once: with rows, and a second time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from persistlint.facts.sql import SqlStatement
from persistlint.project.interp.values import Loc
from persistlint.replay.connections import Read
from persistlint.replay.live import Live, Step
from persistlint.replay.memory import Stored

Parse = Callable[[str, str], tuple[SqlStatement, ...]]

EVERYTHING = "*"
_TEMPORARY = "_alembic_tmp_"
_DEFINES = re.compile(r"\s*(?:ALTER|CREATE|DROP)\b", re.IGNORECASE)
_NEEDS_NO_ROWS = re.compile(
    r"Cannot add a NOT NULL column|Cannot add a column with non-constant default"
    r"|Cannot add a REFERENCES column|cannot add a STORED column"
)
_ADDS = re.compile(r"\s*ALTER\s+TABLE\b.*?\bADD\b", re.IGNORECASE | re.DOTALL)
_COPIES = re.compile(r"\s*INSERT\s+INTO\b.*?(?:\bSELECT\b|\b_alembic_tmp_)", re.IGNORECASE | re.DOTALL)


def settled(steps: Sequence[Step]) -> list[Step]:
    """The steps, certain where nothing but what all of them stand under could not be decided: `if path not in cache`
    around a whole path leaves no doubt about its steps."""
    lowest = floor(steps)
    return [replace(step, certain=step.kind != "unknown" and step.depth <= lowest) for step in steps]


def floor(steps: Iterable[Step]) -> int:
    """How many undecided conditions all of the steps stand under."""
    return min((step.depth for step in steps if step.kind != "unknown"), default=0)


def fails_with_rows(step: Step, live: Live) -> bool:
    """Whether a statement failed for the rows that a database in use has, whatever values they hold."""
    error = step.error or ""
    if not step.certain:
        return False
    if _ADDS.match(step.statement):
        return bool(_NEEDS_NO_ROWS.match(error)) or "constraint failed" in error
    # A copy into a column that nothing fills; values that some statement sets are not all known.
    return not live.blind and bool(_COPIES.match(step.statement)) and error.startswith("NOT NULL constraint failed")


def swallowed(steps: Sequence[Step], live: Live, parse: Parse) -> Iterator[Step]:
    """ADD COLUMNs that failed for the rows without ending the path, whose columns are not there at the end."""
    for step in steps:
        if step.error is not None and _ADDS.match(step.statement) and fails_with_rows(step, live):
            alters = [one.alter for one in parse(step.statement, "sqlite") if one.alter is not None]
            for alter in alters:
                names = {column.name.lower() for column in live.memory.columns(alter.table)}
                if alter.column is not None and names and alter.column.lower() not in names:
                    yield step


def uncertain(steps: Iterable[Step], failed: Iterable[str | None]) -> tuple[str, ...]:
    """The tables whose definition may not be what was replayed, in lower case; EVERYTHING where that may be any.

    `failed` are the functions that were not carried out to their end.
    """
    out: set[str] = {EVERYTHING for _ in failed}
    for step in steps:
        if (
            not step.certain
            and _DEFINES.match(step.statement)
            and not (step.kind == "unknown" and "__hole" not in step.statement)
        ):
            named = {name.lower() for name in step.tables}
            out |= {EVERYTHING} if not named or any("__hole" in name for name in named) else named
    return tuple(sorted(out))


def guards(first: Sequence[Step], second: Sequence[Step], refused: Collection[str]) -> dict[tuple[str, int, str], str]:
    """By place and statement of each step: what kept it from being done again in a second run.

    `refused` are the statements that ended that run.
    """
    again = {key(step): step for step in second}
    out: dict[tuple[str, int, str], str] = {}
    for step in first:
        twin = again.get(key(step))
        if re.search(r"\bIF\s+(?:NOT\s+)?EXISTS\b", step.statement, re.IGNORECASE):
            out[key(step)] = "if exists" if "NOT" not in step.statement.upper().split("EXISTS")[0] else "if not exists"
        elif twin is None:
            out[key(step)] = "condition"
        elif twin.error is not None and step.statement not in refused:
            out[key(step)] = "except"
    return out


def raced(
    first: Sequence[Step], guarded: Mapping[tuple[str, int, str], str], reads: Sequence[Read]
) -> Iterator[tuple[Step, Loc]]:
    """Steps that only a condition keeps from failing, with the question that it asked in another transaction."""
    for index, step in enumerate(first):
        fails_twice = step.kind in ("alter", "create-table", "create-index", "drop")
        if step.error is not None or step.shielded or not fails_twice or guarded.get(key(step)) != "condition":
            continue
        named = {name.lower() for name in step.tables}
        asked = [
            read
            for read in reads
            if read.index <= index and (not read.tables or named & {name.lower() for name in read.tables})
        ]
        last = asked[-1] if asked else None
        if last is not None and step.moment and last.moment and last.moment.is_before(step.moment):
            yield step, last.loc


def effect_of(step: Step, parse: Parse) -> str | None:
    """What a step does to what, in words; None where that is not known."""
    if step.kind == "unknown":
        return None
    read = parse(step.statement, "sqlite")
    alter = next((one.alter for one in read if one.alter is not None), None)
    if step.kind == "alter" and alter is not None and alter.action != "other":
        target = ".".join(part for part in (alter.table, alter.column) if part)
        new = f" to {alter.new_name}" if alter.new_name is not None else ""
        return f"{alter.action} {target}{new}"
    named = step.tables or tuple(name for one in read if (name := one.creates.name if one.creates else one.drops))
    return " ".join([step.kind, *named[:1]])


def key(step: Step) -> tuple[str, int, str]:
    """What names a step: its place, and what it does."""
    return step.loc.path, step.loc.at, step.statement


@dataclass(frozen=True, slots=True)
class End:
    """What became of a dropped table; see `UpgradeStep`."""

    lost: tuple[str, ...] = ()
    final: bool = False
    cascades: tuple[str, ...] = ()


def end_of(step: Step, before: Sequence[Step], after: Sequence[Step], ended: Sequence[Stored]) -> End:
    """What a DROP TABLE led to; nothing for any other step."""
    if not step.statement.lstrip().upper().startswith("DROP TABLE") or not step.tables:
        return End()
    table = step.tables[0].lower()
    there = {one.name.lower() for one in ended}
    if table in there:
        dropped = " ".join(one.statement for one in after if one.kind == "drop").lower()
        gone = (name for name in step.attached if name.lower() not in there)
        return End(lost=tuple(name for name in gone if name.lower() not in dropped), cascades=step.children)
    if table.startswith(_TEMPORARY):
        return End()
    copied = any(one.kind == "insert" and table in one.statement.lower() for one in before)
    return End(final=not copied)
