from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import FileCopy, Finding, Label, Project, Severity, rule

_WORDS = {
    "copy": ("is copied as a file", "copy it with `Connection.backup()` or `VACUUM INTO`"),
    "move": ("is moved", "close every connection to it first"),
    "side-files": ("is removed", "leave it to SQLite, or run `PRAGMA wal_checkpoint(TRUNCATE)` first"),
}


@rule(severity=Severity.ERROR, since="0.1")
def live_wal_file_copy(project: Project) -> Iterator[Finding]:
    """A database in WAL mode is copied or moved as a file: what is in its log is lost."""
    for copy in project.ledger.copies:
        verb, text = _WORDS[copy.what]
        yield Finding(
            f"`{copy.path}` {verb} while its newest rows may be {_where(copy)}",
            at=copy.span,
            related=(Label(copy.wal, "WAL mode is turned on here"),),
            help=text,
            data={"object": copy.path, "aspect": copy.what, "function": copy.function},
        )


def _where(copy: FileCopy) -> str:
    return "in it and nowhere else" if copy.what == "side-files" else f"in `{copy.path}-wal` alone"
