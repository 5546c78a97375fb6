"""What one effect makes of the state of a path, and what is noted on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from persistlint.project.flow.states import Did, Held, Rid, State, Tx
from persistlint.project.interp.values import Loc

_OUTSIDE = frozenset({"journal_mode", "foreign_keys", "wal_checkpoint", "synchronous"})
"""PRAGMAs that do nothing or fail inside a transaction (sqlite.org/pragma.html, lang_transaction.html)."""
_MOST_PRIORS = 4


@dataclass(slots=True)
class Notes:
    """What the paths of one function showed, each once."""

    transactions: dict[tuple[Rid, Tx], None] = field(default_factory=dict[tuple[Rid, Tx], None])
    checks: dict[tuple[Rid, Did, Did, Loc], None] = field(default_factory=dict[tuple[Rid, Did, Did, Loc], None])
    swallowed: dict[tuple[Rid, Loc, Did], Loc | None] = field(default_factory=dict[tuple[Rid, Loc, Did], Loc | None])
    closes: dict[Rid, set[Loc]] = field(default_factory=dict[Rid, set[Loc]])
    commits: set[Rid] = field(default_factory=set[Rid])
    handed: set[Rid] = field(default_factory=set[Rid])
    """What calls were given that may keep, commit or end it without our seeing it."""
    lent: set[Loc] = field(default_factory=set[Loc])
    """The places of `yield`."""
    empty: set[Loc] = field(default_factory=set[Loc])
    """The `return` statements that give nothing, None or False."""

    def end(self, rid: Rid, tx: Tx) -> None:
        """A transaction is over."""
        if tx.wait or tx.pragma or tx.reopened or (tx.read_first and tx.write):
            self.transactions[rid, tx] = None

    def used(self, rid: Rid, tx: Tx, loc: Loc | None) -> None:
        """A resource in which something failed and was passed over is used again, or left so (None)."""
        if tx.swallowed is not None and tx.failed is not None:
            key = (rid, tx.swallowed, tx.failed)
            if self.swallowed.get(key) is None:
                self.swallowed[key] = loc


@dataclass(frozen=True, slots=True)
class Doing:
    """One effect on one resource: `database` is the same for all ways to one database."""

    rid: Rid
    act: str
    did: Did
    database: str
    autocommit: bool = False
    mode: str | None = None
    decides: Callable[[Did], bool] = field(default=lambda _: False)
    """Whether a condition around this place was made from that read."""


def do(state: State, doing: Doing, notes: Notes) -> State:
    """The state after an effect."""
    held = state.get(doing.rid)
    if held.tx.swallowed is not None and doing.act in ("read", "write", "pending", "flush", "commit", "refresh"):
        notes.used(doing.rid, held.tx, doing.did.loc)
        held = held._replace(tx=held.tx._replace(swallowed=None, failed=None))
    if doing.act in ("write", "pending"):
        _check(state, doing, notes)
    if doing.act in ("commit", "rollback"):
        return _finish(state, held, doing, notes)
    if doing.act == "close" or doing.act == "dispose":
        notes.closes.setdefault(doing.rid, set()).add(doing.did.loc)
        notes.end(doing.rid, held.tx)
        prior = _with_prior(state, held.tx, doing)
        return prior.put(doing.rid, held._replace(status="closed"))
    alone = doing.autocommit and held.tx.mode is None and not held.tx.unclear
    if alone and doing.act in ("read", "write"):
        return _with_prior(state, Tx(read=doing.did) if doing.act == "read" else Tx(), doing)
    return state.put(doing.rid, held._replace(tx=_within(held, doing)))


def _finish(state: State, held: Held, doing: Doing, notes: Notes) -> State:
    tx = _flushed(held.tx, everything=True) if doing.act == "commit" else held.tx
    notes.end(doing.rid, tx)
    if doing.act == "commit":
        notes.commits.add(doing.rid)
    first, ended = (held.first, held.ended) if held.ended is not None else (tx, doing.act)
    after = held._replace(tx=Tx(), first=first, ended=ended, committed=held.committed or doing.act == "commit")
    return _with_prior(state, tx, doing).put(doing.rid, after)


def _with_prior(state: State, tx: Tx, doing: Doing) -> State:
    if tx.read is None or not tx.read.tables or len(state.priors) >= _MOST_PRIORS:
        return state
    return state._replace(priors=state.priors | {(doing.database, tx.read, doing.did.loc)})


def _check(state: State, doing: Doing, notes: Notes) -> None:
    again = state.get(doing.rid).tx.read
    if again is not None and set(again.tables) & set(doing.did.tables) and doing.decides(again):
        return  # it is asked again in the transaction that writes
    for database, read, ended in state.priors:
        if database == doing.database and set(read.tables) & set(doing.did.tables) and doing.decides(read):
            notes.checks[doing.rid, read, doing.did, ended] = None


def _within(held: Held, doing: Doing) -> Tx:
    tx, did = held.tx, doing.did
    match doing.act:
        case "read" | "refresh":
            again = did if tx.is_empty and held.committed else None
            tx = _flushed(tx)._replace(pending=None)  # a query flushes what is pending
            return tx._replace(read=tx.read or did, reopened=tx.reopened or again)
        case "write":
            again = did if tx.is_empty and held.committed else None
            return _written(tx, did)._replace(reopened=tx.reopened or again)
        case "define":
            # The driver begins no transaction before a definition: it stands at once unless one is open.
            return _written(tx, did) if tx.write is not None or tx.mode is not None else tx
        case "pending":
            return tx._replace(pending=tx.pending or did)
        case "flush":
            return _flushed(tx, everything=True)._replace(pending=None, changed=None)
        case "change":
            return tx._replace(changed=tx.changed or did)
        case "begin":
            return tx if tx.mode is not None else tx._replace(mode=doing.mode or "DEFERRED", began=did.loc)
        case "pragma":
            inside = (tx.write is not None or tx.mode is not None) and _matters(did, doing.mode)
            return tx._replace(pragma=tx.pragma or did) if inside else tx
        case "undo":
            # Back to the savepoint: what was pending or failed behind it is gone, what was written before is not.
            return tx._replace(pending=None, failed=None, swallowed=None)
        case "unclear":
            return tx._replace(unclear=True)
        case _:
            return tx


def _written(tx: Tx, did: Did) -> Tx:
    if tx.write is not None:
        return tx
    return tx._replace(write=did, read_first=tx.read is not None)


def _flushed(tx: Tx, *, everything: bool = False) -> Tx:
    """The transaction with what was pending; `everything` counts changed rows as well."""
    waiting = tx.pending or (tx.changed if everything else None)
    return _written(tx, waiting) if waiting is not None else tx


def _matters(did: Did, value: str | None) -> bool:
    name = did.tables[0] if did.tables else ""
    return name in _OUTSIDE and (value is not None or name == "wal_checkpoint")


def wait(state: State, did: Did, spared: frozenset[Rid]) -> State:
    """The state after a wait for something else than the resources of `spared`."""
    for rid, held in state.held:
        tx = held.tx
        if rid in spared or held.status == "closed" or tx.is_empty:
            continue
        # What was lent may have been written through: that is not certain, and its write has no words.
        locked = (tx.write is not None and tx.write.what != "") or tx.mode in ("IMMEDIATE", "EXCLUSIVE")
        if tx.wait is None or (locked and not tx.wait_after_write):
            state = state.put(rid, held._replace(tx=tx._replace(wait=did, wait_after_write=locked)))
    return state
