"""What is known at one point of one path: each resource, its transaction, and the conditions passed on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from persistlint.project.interp.values import Loc

Rid = str
"""Names one resource inside one function: `call:120` for what the call at offset 120 gives, `param:db`, `held:0`."""


class Did(NamedTuple):
    """One thing done: where, in what words, to which tables; `names` are the variables that a read's result goes to."""

    loc: Loc
    what: str
    tables: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


class Tx(NamedTuple):
    """An open transaction, or what was done while none was certainly open."""

    mode: str | None = None
    began: Loc | None = None
    read: Did | None = None
    write: Did | None = None
    read_first: bool = False
    pending: Did | None = None
    """An object handed to a session that no flush has written yet."""
    changed: Did | None = None
    """A column of a loaded row that was assigned, which the next flush or commit writes."""
    wait: Did | None = None
    wait_after_write: bool = False
    reopened: Did | None = None
    pragma: Did | None = None
    unclear: bool = False
    """Something that cannot be followed may have been done in it."""
    swallowed: Loc | None = None
    """The `except` that went on after something failed in it."""
    failed: Did | None = None
    """What may have failed on the way into that `except`."""

    @property
    def first_write(self) -> Did | None:
        """The write that a commit would keep."""
        return self.write or self.pending

    @property
    def is_empty(self) -> bool:
        return self == _EMPTY


_EMPTY = Tx()


class Held(NamedTuple):
    """One resource on one path.

    `status` is `absent` (not opened yet), `open` or `closed`. `first` and `ended` tell a caller what happened up to the
    first commit or rollback. `phase` is `ok` or `err` behind the `yield` that lent it out.
    """

    status: str = "absent"
    escaped: bool = False
    kept: bool = False
    """Stored in an attribute, a global or a container, so that it outlives the function."""
    managed: bool = False
    """A `with` block ends it."""
    tx: Tx = _EMPTY
    first: Tx | None = None
    ended: str | None = None
    committed: bool = False
    phase: str = ""


class State(NamedTuple):
    """Everything that is known at one point of one path."""

    held: tuple[tuple[Rid, Held], ...] = ()
    conds: frozenset[tuple[str, bool]] = frozenset()
    priors: frozenset[tuple[str, Did, Loc]] = frozenset()
    """Reads of transactions that have ended: whose database, what, and where the transaction ended."""

    def get(self, rid: Rid) -> Held:
        for key, value in self.held:
            if key == rid:
                return value
        return Held()

    def put(self, rid: Rid, value: Held) -> State:
        rest = [(key, old) for key, old in self.held if key != rid]
        return self._replace(held=tuple(sorted([*rest, (rid, value)])))

    def cond(self, key: str) -> bool | None:
        """Whether a condition held on this path; None where it was not met."""
        if (key, True) in self.conds:
            return True
        return False if (key, False) in self.conds else None

    def assume(self, key: str, *, holds: bool) -> State:
        return self._replace(conds=self.conds - {(key, not holds)} | {(key, holds)})


def thinned(states: Iterable[State]) -> dict[State, State]:
    """Each state with the one that stands for it and all others in which every resource is the same.

    What they remember of the conditions on the way is what all of them do. A condition that is asked again parts them
    anew, so this loses only what was asked before and decides nothing about any resource.
    """
    groups: dict[object, list[State]] = {}
    for state in states:
        groups.setdefault((state.held, state.priors), []).append(state)
    out: dict[State, State] = {}
    for group in groups.values():
        shared = frozenset[tuple[str, bool]].intersection(*(one.conds for one in group))
        out.update(dict.fromkeys(group, group[0]._replace(conds=shared)))
    return out


class Ends:
    """How a stretch of code ends: the states on each way out, with the place of what leaves."""

    __slots__ = ("breaks", "continues", "normal", "raises", "returns")

    def __init__(self, normal: frozenset[State] = frozenset()) -> None:
        self.normal: frozenset[State] = normal
        self.returns: dict[State, Loc] = {}
        self.raises: dict[State, Loc] = {}
        self.breaks: set[State] = set()
        self.continues: set[State] = set()

    def thin(self) -> None:
        """Forget what tells states apart without telling their resources apart."""
        self.normal = frozenset(thinned(self.normal).values())
        found = thinned(self.raises)
        self.raises = {found[state]: loc for state, loc in reversed(self.raises.items())}

    def take(self, other: Ends) -> None:
        """Add the other's ways out, except the normal one."""
        for state, loc in other.returns.items():
            self.returns.setdefault(state, loc)
        for state, loc in other.raises.items():
            self.raises.setdefault(state, loc)
        self.breaks |= other.breaks
        self.continues |= other.continues
