"""The units of the PRAGMAs that connections need: journal mode and busy timeout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from persistlint.drafting import rules
from persistlint.drafting.clauses import busy_timeout, journal_modes
from persistlint.drafting.draft import UnitDraft
from persistlint.drafting.homes import Home, Homes
from persistlint.drafting.stores import Said, elsewhere, named, object_of, unit_of_stores
from persistlint.drafting.words import code, sentence
from persistlint.facts.stores import Opening


def journal_unit(found: Homes, installed: Collection[str]) -> Iterator[UnitDraft]:
    """Which journal mode the code asks for, where it asks for any."""
    homes = [home for home in found.all if any(_asks(one) for one in home.openings)]
    if homes:
        wal = ("WAL needs a file system that only one machine shares.",) if _uses_wal(homes) else ()
        said = Said(
            invariants=sentence("; ".join(_journal_short(home) for home in homes)),
            failures="SQLite answers with the mode that it uses, which may be another one than was asked for",
            prose=tuple(map(_journal, homes)),
            behavior=("SQLite answers with the mode that it uses; where it cannot switch, it keeps the old one.", *wal),
            waiver=elsewhere("the mode", "journal_mode", homes, installed),
        )
        yield unit_of_stores("journal", "Journal mode", homes, said, rules.checks(rules.JOURNAL, installed))


def timeout_unit(found: Homes, installed: Collection[str]) -> Iterator[UnitDraft]:
    """How long connections wait for a lock, where the code says it."""
    homes = [home for home in found.all if any(one.timeout_given for one in home.openings)]
    if homes:
        said = Said(
            invariants=sentence("; ".join(_timeout_short(home) for home in homes)),
            failures="Who waits longer gets `database is locked`, and nothing of the statement is stored",
            prose=tuple(f"Connections to {named(home)} wait {_times(home)}." for home in homes),
            behavior=("After the timeout SQLite reports `database is locked`; nothing of the statement is stored.",),
            waiver=elsewhere("the timeout", "busy_timeout_ms", homes, installed),
        )
        yield unit_of_stores("timeout", "Busy timeout", homes, said, rules.checks(rules.TIMEOUT, installed))


def _asks(opening: Opening) -> bool:
    return any(use.name == "journal_mode" and not use.reads for use in opening.all_pragmas)


def _uses_wal(homes: Sequence[Home]) -> bool:
    uses = (use for home in homes for one in home.openings for use in one.all_pragmas if use.name == "journal_mode")
    return any("wal" in use.values for use in uses)


def _journal(home: Home) -> str:
    modes = journal_modes(home.openings)
    if modes is None:
        return f"The journal mode of {named(home)} is decided at run time."
    if modes["local"] == modes["network"]:
        return f"The journal mode of {named(home)} is {modes['local']}."
    return (
        f"The journal mode of {named(home)} is {modes['local']} on local file systems "
        f"and {modes['network']} on network ones."
    )


def _journal_short(home: Home) -> str:
    modes = journal_modes(home.openings)
    said = "decided at run time" if modes is None else " or ".join(dict.fromkeys(modes.values()))
    return f"{code(object_of(home))}: {said}"


def _times(home: Home) -> str:
    times = sorted({time for one in home.openings for time in one.timeouts or ()})
    known = [f"{time:,} ms" for time in times]
    if len(times) > 1:
        return f"{' or '.join([', '.join(known[:-1]), known[-1]])}, depending on where they are opened"
    return known[0] if known else "a time that is decided at run time"


def _timeout_short(home: Home) -> str:
    time = busy_timeout(home.openings)
    if time is not None:
        said = f"{time:,} ms"
    else:
        said = "decided at run time" if _is_open(home) else "not the same everywhere"
    return f"{code(object_of(home))}: {said}"


def _is_open(home: Home) -> bool:
    """Whether no timeout is known."""
    return not any(one.timeouts for one in home.openings)
