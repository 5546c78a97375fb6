"""Which hooks come too late for the first connection of their engine."""

from __future__ import annotations

from collections.abc import Iterable

from persistlint.project.interp.values import Loc, Made
from persistlint.project.resources.kinds import Resource
from persistlint.project.stores.hooks import Attached
from persistlint.project.stores.watch import Heard, Watch, anchor

_CONNECTS = frozenset({
    "execute", "exec_driver_sql", "executescript", "executemany", "scalar", "scalars", "begin", "commit", "create_all",
    "run_sync",
})  # fmt: skip
"""What is not done without a connection."""


def first_use(one: Attached, made: Made, uses: Iterable[Heard], watch: Watch) -> Loc | None:
    """Where the engine has connected before a hook for its connections was registered.

    That connection goes back to the pool as it is, unless it is detached, or the pool is disposed of on the way.
    """
    if one.hook.event not in ("connect", "first_connect") or one.target is not made:
        return None
    registered = one.registered.moment
    early = [
        use
        for use in uses
        if use.event.name in _CONNECTS
        if use.moment.root == registered.root and use.moment.order < registered.order
        if use.moment.is_sure(registered) and not _is_detached(use.receiver, watch.detached)
    ]
    if not early:
        return None
    first = min(early, key=lambda use: use.moment.order)
    emptied = any(
        anchor(use.receiver) is made and use.moment.root == registered.root and use.moment.order > first.moment.order
        for use in watch.disposals
    )
    return None if emptied else Loc(first.event.path, first.event.node.at, first.event.node.end)


def _is_detached(resource: Resource | None, detached: set[int]) -> bool:
    while resource is not None and id(resource.value) not in detached:
        resource = resource.source
    return resource is not None
