from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Severity, Store, StoreClause, rule
from persistlint_rules._stores.doors import promised, stores
from persistlint_rules._stores.journals import Mode, journal_of


@rule(severity=Severity.WARNING, since="0.1")
def journal_mode_drift(project: Project) -> Iterator[Finding]:
    """A store is put into another journal mode than its contract, or another opening of the same file, says."""
    told: set[object] = set()
    by_opening = {one.span: store for store in stores(project) for one in store.openings}
    for clause, openings in promised(project):
        for opening in openings:
            for finding in _of_contract(clause, opening, by_opening.get(opening.span)):
                told.add(opening.store)
                yield finding
    for store in by_opening.values():
        if store.name not in told:
            told.add(store.name)
            yield from _of_each_other(store)


def _of_contract(clause: StoreClause, opening: Opening, store: Store | None) -> Iterator[Finding]:
    journal = journal_of(opening)
    if not journal.known:
        return
    if not journal.modes:
        elsewhere = any(journal_of(one).modes for one in store.openings) if store is not None else False
        # DELETE is SQLite's own default, and a mode that another opening sets stays in the file.
        if clause.journal_local not in (None, "DELETE") and not elsewhere:
            yield _never(clause, opening)
        return
    for where, expected in (("local", clause.journal_local), ("network", clause.journal_network)):
        mode = journal.on(where)
        if expected is None or mode is None or mode.name == expected:
            continue
        if where == "network" and mode.name == "WAL":
            continue  # wal-on-network-path
        yield _other(clause, opening, where, expected, mode)


def _never(clause: StoreClause, opening: Opening) -> Finding:
    expected = clause.journal_local
    return Finding(
        f"nothing sets the journal mode of the store `{clause.name}`: it stays DELETE, the contract says {expected}",
        at=opening.span,
        related=(Label(clause.at("journal_mode.local"), f"the contract says {expected}"),),
        help=f"run `PRAGMA journal_mode={expected}` before the begin hook is registered, and read its answer",
        data={
            "store": clause.name,
            "function": opening.function,
            "aspect": "journal_mode",
            "expected": expected,
            "actual": "DELETE",
        },
    )


def _other(clause: StoreClause, opening: Opening, where: str, expected: str, mode: Mode) -> Finding:
    return Finding(
        f"the store `{clause.name}` is put into journal mode {mode.name} on {where} file systems, its contract says "
        f"{expected}",
        at=mode.pragma.span,
        related=(
            Label(clause.at(f"journal_mode.{where}"), f"the contract says {expected}"),
            Label(opening.span, "it is opened here"),
        ),
        help=f"ask for {expected} on {where} file systems, or change the contract",
        data={
            "store": clause.name,
            "function": mode.pragma.function,
            "aspect": "journal_mode",
            "expected": expected,
            "actual": mode.name,
        },
    )


def _of_each_other(store: Store) -> Iterator[Finding]:
    """Two openings that each switch the file to a mode of their own."""
    found = [
        (opening, mode)
        for opening in store.openings
        for mode in journal_of(opening).modes
        if mode.pragma.certain and len(mode.pragma.values) == 1 and not mode.where
    ]
    for opening, mode in found[1:]:
        first, other = found[0]
        if mode.name == other.name or opening.span == first.span or mode.pragma.span == other.pragma.span:
            continue
        yield Finding(
            f"the store `{store.name}` is put into journal mode {mode.name} here and into {other.name} elsewhere",
            at=mode.pragma.span,
            related=(
                Label(other.pragma.span, f"{other.name} is set here"),
                Label(opening.span, "it is opened here"),
                Label(first.span, "it is opened here as well"),
            ),
            help="put the file into one mode, at one place",
            data={
                "store": store.name,
                "function": mode.pragma.function,
                "aspect": "journal_mode",
                "expected": other.name,
                "actual": mode.name,
            },
        )
