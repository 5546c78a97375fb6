from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Opening, PragmaUse, Project, Severity, rule
from persistlint_rules._stores.doors import files
from persistlint_rules.queries._places import Part, part_of


@rule(severity=Severity.WARNING, since="0.1")
def unchecked_pragma_result(project: Project) -> Iterator[Finding]:
    """A PRAGMA that answers whether it worked, and nobody reads the answer."""
    seen: set[object] = set()
    for opening in files(project):
        for pragma in opening.all_pragmas:
            # Where a transaction is open there is no answer worth reading: pragma-in-transaction.
            message = None if pragma.answered or pragma.begun not in (None, "none") else _message(pragma)
            if message is None or pragma.span in seen or part_of(pragma.span) is Part.TEST:
                continue
            seen.add(pragma.span)
            yield _finding(opening, pragma, message)


def _message(pragma: PragmaUse) -> str | None:
    if pragma.name == "wal_checkpoint":
        return (
            "the answer of `PRAGMA wal_checkpoint` is not read: its first column is 1 where a reader or writer kept "
            "the checkpoint from completing"
        )
    if pragma.name == "journal_mode" and "wal" in pragma.values:
        return (
            "the answer of `PRAGMA journal_mode` is not read: where SQLite cannot switch to WAL it raises nothing and "
            "answers with the mode that it keeps"
        )
    return None


def _finding(opening: Opening, pragma: PragmaUse, message: str) -> Finding:
    wanted = "0" if pragma.name == "wal_checkpoint" else "wal"
    return Finding(
        message,
        at=pragma.span,
        related=(Label(opening.span, f"the store `{opening.store}` is opened here"),),
        help=f"fetch the row and compare its first column with `{wanted}`",
        data={"store": opening.store, "function": pragma.function, "object": pragma.name},
    )
