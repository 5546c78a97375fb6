"""Whose resource it is, and in which words to speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.sdk import Ending, Handle, Label, Opening, Project

_ENTRY_POINTS = frozenset({"main", "<module>", "cli", "run", "__main__"})


def named(handle: Handle) -> str:
    """``session `db` ``, for messages."""
    return f"{handle.kind} `{handle.name}`" if handle.name not in (handle.kind, "_") else f"this {handle.kind}"


def data_of(handle: Handle) -> dict[str, str | None]:
    """The coordinates of a finding about a resource."""
    return {"function": handle.function, "object": handle.name, "store": store_of(handle)}


def store_of(handle: Handle) -> str | None:
    """The place of the call that opened the database, which names the store."""
    return None if handle.opening is None else f"{handle.opening.path}:{handle.opening.line}"


def opened(handle: Handle, what: str = "opened here") -> tuple[Label, ...]:
    """The place of the engine behind a resource, where that is another than the resource's own."""
    if handle.opening is None or handle.opening == handle.at:
        return ()
    return (Label(handle.opening, f"the database is {what}"),)


def is_process_lifetime(handle: Handle) -> bool:
    """Whether a resource lives as long as its program, which ends it: in `main` and at module level."""
    return handle.function.rpartition(".")[2] in _ENTRY_POINTS


def by_handle(endings: Iterable[Ending], *kinds: str) -> Iterator[tuple[Handle, list[Ending]]]:
    """The endings of each resource of those kinds that its function has to end."""
    groups: dict[Handle, list[Ending]] = {}
    for ending in endings:
        if ending.handle.kind in kinds and ending.handle.held == "local":
            groups.setdefault(ending.handle, []).append(ending)
    yield from groups.items()


def opening_of(project: Project, handle: Handle) -> Opening | None:
    """The call that opened the database behind a resource, where it is known."""
    return None if handle.opening is None else project.opening_at(handle.opening)


def is_sqlite(project: Project, handle: Handle) -> bool:
    """Whether the database is surely an SQLite file that others may want to write too."""
    if project.dialect != "sqlite":
        return False
    opening = opening_of(project, handle)
    if opening is not None and opening.database.dialect is not None:
        return opening.database.is_sqlite_file
    if handle.library in ("sqlite3", "aiosqlite"):
        return opening is None or opening.database.memory is not True
    # A session that is given from elsewhere: in a project all of whose engines are for SQLite, it is one of SQLite's.
    return opening is None and {one.database.dialect for one in project.openings if one.is_engine} == {"sqlite"}


def is_in_memory(project: Project, handle: Handle) -> bool:
    """Whether the database lives in memory, and ends with its connection."""
    opening = opening_of(project, handle)
    return opening is not None and opening.database.memory is True
