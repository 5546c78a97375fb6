from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, Project, Severity, Span, rule
from persistlint_rules._stores.doors import judged, promised, stores
from persistlint_rules._stores.journals import Mode, journal_of


@rule(severity=Severity.ERROR, since="0.1")
def wal_on_network_path(project: Project) -> Iterator[Finding]:
    """A database on a network file system is put into WAL, which needs memory that only one machine shares."""
    told: set[Span] = set()
    for opening, mode, label in _found(project):
        if mode.pragma.span in told:
            continue
        told.add(mode.pragma.span)
        yield Finding(
            f"the store `{opening.store}` is put into WAL on network file systems too, where it can be corrupted",
            at=mode.pragma.span,
            related=(*((label,) if label is not None else ()), Label(opening.span, "it is opened here")),
            help="ask for DELETE where the file lies on a network file system",
            data={
                "store": opening.store,
                "function": mode.pragma.function,
                "aspect": "journal_mode",
                "expected": "DELETE",
                "actual": "WAL",
            },
        )


def _found(project: Project) -> Iterator[tuple[Opening, Mode, Label | None]]:
    for clause, openings in promised(project):
        expected = clause.journal_network
        for opening in openings:
            mode = journal_of(opening).on("network")
            if expected not in (None, "WAL") and mode is not None and mode.name == "WAL":
                yield opening, mode, Label(clause.at("journal_mode.network"), f"the contract says {expected}")
    for opening in judged(project):
        mode = journal_of(opening).on("network")
        if mode is not None and mode.name == "WAL" and (mode.where == "network" or _is_network(opening)):
            yield opening, mode, None
    for store in stores(project):
        falls_back = [mode for one in store.openings for mode in journal_of(one).modes if mode.where == "network"]
        for opening in store.openings:
            mode = journal_of(opening).on("network")
            if falls_back and mode is not None and mode.name == "WAL" and not mode.where and mode.pragma.certain:
                yield opening, mode, Label(falls_back[0].pragma.span, "another opening of it falls back here")


def _is_network(opening: Opening) -> bool:
    """A UNC path: `//server/share/app.db`."""
    words = opening.database.words or ""
    return words.startswith(("\\\\", "//")) and not words.startswith("///")
