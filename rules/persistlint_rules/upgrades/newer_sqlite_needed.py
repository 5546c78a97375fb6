from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, needed_version, rule


@rule(severity=Severity.ERROR, since="0.1")
def newer_sqlite_needed(project: Project) -> Iterator[Finding]:
    """A statement that the oldest SQLite which the program is to run on cannot carry out."""
    oldest = project.min_sqlite
    if oldest is None or project.dialect != "sqlite":
        return
    shown = ".".join(map(str, oldest))
    for statement in project.statements:
        if statement.dialects or statement.sql.foreign_dialect is not None:
            continue  # it may be meant for another database
        needed = needed_version(statement.text[statement.sql.start : statement.sql.end])
        if needed is not None and needed.version > oldest:
            yield Finding(
                f"{needed.feature} needs SQLite {needed.shown}, and `min-sqlite-version` is {shown}",
                at=statement.span,
                help="write it without that, or raise `min-sqlite-version`",
                data={"function": statement.function, "expected": shown, "actual": needed.shown},
            )
