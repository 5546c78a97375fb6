"""Hooks put beside an engine, so that every one of its connections is as it should be."""

from __future__ import annotations

from persistlint.sdk import Edit, Fix, Making, Opening, PragmaUse, Project
from persistlint_rules._stores.doors import promised
from persistlint_rules._stores.hooks import Half


def other_half(project: Project, half: Half) -> Fix | None:
    """The hook that is missing, before the one that is there."""
    beside = next((one for one in project.listenings if one.span == half.hook.span), None)
    if beside is None or half.missing == "autocommit" or half.hook.reach != "engine":
        return None
    if half.missing == "connect":
        body, name = "connection.isolation_level = None", "begin_nothing_by_itself"
        text = beside.hook("connect", name, "connection, record", body)
        return Fix("turn the driver's own transactions off", (Edit(beside.at, text),))
    begin = " ".join(("BEGIN", *(_promised_modes(project, half) or _wanted_modes(project, half))))
    text = beside.hook("begin", "emit_begin", "connection", f'connection.exec_driver_sql("{begin}")')
    # From here on statements wait for a commit that the code may not make.
    return Fix("emit BEGIN", (Edit(beside.at, text),), safe=False)


def _promised_modes(project: Project, half: Half) -> tuple[str, ...]:
    """The mode that the contract promises for the engines with this hook; none where it promises none, or several."""
    modes = {
        clause.begin
        for clause, openings in promised(project)
        if clause.begin is not None and any(half.hook.span == hook.span for one in openings for hook in one.hooks)
    }
    return tuple(modes) if len(modes) == 1 else ()


def _wanted_modes(project: Project, half: Half) -> tuple[str, ...]:
    """IMMEDIATE where some transaction of these engines reads and then writes, which fails in the default mode."""
    openings = {one.span for one in project.openings if any(hook.span == half.hook.span for hook in one.hooks)}
    torn = any(
        one.read_first and one.read is not None and one.write is not None and one.handle.opening in openings
        for one in project.flow.transactions
    )
    return ("IMMEDIATE",) if torn else ()


def on_each_connection(project: Project, opening: Opening, pragma: PragmaUse) -> Fix | None:
    """The PRAGMA in a `connect` hook of the engine."""
    if pragma.sets is None:
        return None
    return _hooked(project, opening, f"PRAGMA {pragma.name}={pragma.sets.upper()}", f"set_{pragma.name.lower()}")


def waiting(project: Project, opening: Opening, milliseconds: int) -> Fix | None:
    """A busy timeout for every connection: as long as the contract says, where it says so."""
    said = [clause.busy_timeout_ms for clause, openings in promised(project) if opening in openings]
    milliseconds = next(filter(None, said), milliseconds)
    making = _making(project, opening)
    if making is None:
        return None
    seconds = f"{milliseconds / 1000:g}"
    if making.timeout is not None:
        return Fix("wait for locks", (Edit(making.timeout, seconds),))
    if making.argument is None or "*" in making.keywords or "timeout" in making.keywords:
        return None
    if opening.library in ("sqlite3", "aiosqlite"):
        return Fix("wait for locks", (Edit(making.argument, f", timeout={seconds}"),))
    if opening.library != "sqlalchemy" or "connect_args" in making.keywords:
        return None
    return Fix("wait for locks", (Edit(making.argument, f', connect_args={{"timeout": {seconds}}}'),))


def _hooked(project: Project, opening: Opening, sql: str, name: str) -> Fix | None:
    making = _making(project, opening)
    edit = making.hook(name, f'connection.execute("{sql}")') if making is not None else None
    if edit is None or opening.library != "sqlalchemy":
        return None
    return Fix("set it on every connection", (Edit(*edit),))


def _making(project: Project, opening: Opening) -> Making | None:
    return next((one for one in project.makings if one.span == opening.span), None)
