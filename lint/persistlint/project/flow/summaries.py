"""What calling a function does to what it is given, as its callers see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from persistlint.project.flow.deeds import Doing, Notes, do
from persistlint.project.flow.effects import UNTYPED
from persistlint.project.flow.states import Did, Ends, Held, Rid, State, Tx
from persistlint.project.interp.values import Loc
from persistlint.project.resources.kinds import Kind, Resource


class Use(NamedTuple):
    """One way through a function for one resource: what it did up to the first end of a transaction, and behind it."""

    first: Tx
    ended: str | None
    rest: Tx
    closed: bool
    escaped: bool
    phase: str = ""
    sometimes: bool = False
    """Only some of the paths that end so write."""

    @property
    def writes(self) -> bool:
        """Whether it writes, on some path."""
        return self.first.first_write is not None or self.rest.first_write is not None


@dataclass(frozen=True, slots=True)
class Summary:
    """`uses` by the resource's name in the function; `fresh` are the kinds of what it opens and returns.

    `lent` are the resources that a generator yields. `unclear` where the function could not be followed.
    """

    uses: dict[Rid, tuple[Use, ...]] = field(default_factory=dict[Rid, tuple[Use, ...]])
    resources: dict[Rid, Resource] = field(default_factory=dict[Rid, Resource])
    fresh: frozenset[Kind] = frozenset()
    lent: frozenset[Rid] = frozenset()
    before: dict[Rid, Tx] = field(default_factory=dict[Rid, Tx])
    """Of a generator: what it has done to what is not its own when it yields."""
    unclear: bool = False
    ends_anyway: frozenset[Rid] = frozenset()
    """What is closed on every way out, the failing ones included."""


UNKNOWN = Summary(unclear=True)


def summarise(ends: Ends, resources: dict[Rid, Resource], lent: frozenset[Rid], before: dict[Rid, Tx]) -> Summary:
    """What the ends of a function's paths say."""
    left = [*ends.normal, *ends.returns]
    uses: dict[Rid, tuple[Use, ...]] = {}
    for rid in {rid for state in [*left, *ends.raises] for rid, _ in state.held}:
        states = left if rid not in lent and rid not in before else [*left, *ends.raises]
        found = _merged(_use(state.get(rid)) for state in states)
        if any(use != _NOTHING for use in found):
            uses[rid] = found
    fresh = frozenset(
        kind
        for state in ends.returns
        for rid, held in state.held
        for kind in _kinds(resources.get(rid))
        if rid.startswith("call:") and held.escaped and not held.kept and held.status == "open"
    )
    anyway = frozenset(
        rid
        for rid, found in uses.items()
        if all(use.closed for use in found) and all(state.get(rid).status == "closed" for state in ends.raises)
    )
    known = {rid: resources[rid] for rid in (*uses, *lent) if rid in resources}
    return Summary(uses, known, fresh, lent, before, ends_anyway=anyway)


def _kinds(resource: Resource | None) -> tuple[Kind, ...]:
    if resource is None:
        return ()
    return (Kind.CONNECTION, Kind.SESSION) if resource.library == UNTYPED else (resource.kind,)


_NOTHING = Use(Tx(), None, Tx(), closed=False, escaped=False)


def _use(held: Held) -> Use:
    first, rest = (held.first or Tx(), held.tx) if held.ended is not None else (held.tx, Tx())
    return Use(first, held.ended, rest, held.status == "closed", held.escaped, held.phase)


def _merged(uses: Iterable[Use]) -> tuple[Use, ...]:
    """One use for each way to end: what was done on any of them counts."""
    groups: dict[tuple[str | None, bool, bool, str], Use] = {}
    for use in uses:
        key = (use.ended, use.closed, use.escaped, use.phase)
        old = groups.get(key)
        if old is not None:
            sometimes = old.sometimes or use.sometimes or old.writes is not use.writes
            use = old._replace(  # noqa: PLW2901
                first=_either(old.first, use.first), rest=_either(old.rest, use.rest), sometimes=sometimes
            )
        groups[key] = use
    return tuple(groups[key] for key in sorted(groups, key=repr))


def _either(one: Tx, other: Tx) -> Tx:
    return Tx(
        one.mode or other.mode,
        one.began or other.began,
        one.read or other.read,
        one.write or other.write,
        one.read_first or other.read_first,
        one.pending or other.pending,
        one.changed or other.changed,
        one.wait or other.wait,
        one.wait_after_write or other.wait_after_write,
        one.reopened or other.reopened,
        one.pragma or other.pragma,
        one.unclear or other.unclear,
    )


def outside(use: Use) -> Use:
    """A use as the caller sees it, in whose variables there is nothing of what was read."""
    return use._replace(first=_unnamed(use.first), rest=_unnamed(use.rest))


def _unnamed(tx: Tx) -> Tx:
    return tx if tx.read is None else tx._replace(read=tx.read._replace(names=frozenset()))


def through(state: State, rid: Rid, use: Use, at: Loc, database: str, notes: Notes) -> State:
    """The state behind a call that uses a resource so."""
    state = add(state, rid, use.first)
    if use.ended is not None:
        state = do(state, Doing(rid, use.ended, Did(at, use.ended), database), notes)
        state = add(state, rid, use.rest)
    held = state.get(rid)
    if use.closed:
        notes.closes.setdefault(rid, set()).add(at)
        held = held._replace(status="closed")
    return state.put(rid, held._replace(escaped=held.escaped or use.escaped))


def add(state: State, rid: Rid, tx: Tx) -> State:
    """The state with what a transaction holds added to that of a resource."""
    if tx.is_empty:
        return state
    held = state.get(rid)
    old = held.tx
    read_first = (
        old.read_first or tx.read_first or (old.read is not None and old.write is None and tx.write is not None)
    )
    merged = _either(old, tx)._replace(read_first=read_first, swallowed=old.swallowed, failed=old.failed)
    if tx.wait is not None and old.wait is None and old.write is not None and old.write.what:
        merged = merged._replace(wait_after_write=True)
    return state.put(rid, held._replace(tx=merged))
