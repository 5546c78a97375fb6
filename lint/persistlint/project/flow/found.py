"""From followed paths to facts with lines and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from persistlint.facts.flow import CheckThenAct, Ending, Flow, Handle, Interrupted, Mark, Swallowed, Transaction
from persistlint.project.flow.analysis import Followed
from persistlint.project.flow.effects import UNTYPED
from persistlint.project.flow.owned import owned
from persistlint.project.flow.requests import Requests
from persistlint.project.flow.states import Did, Ends, Held, Rid, State, Tx
from persistlint.project.interp.values import Attribute, External, Loc, Made, Unknown
from persistlint.project.resources.heard import Heard
from persistlint.project.resources.kinds import Kind, Resource, is_autocommit
from persistlint.source import Span

Spans = Callable[[Loc], Span]


def flow_of(followed: Iterable[Followed], heard: Heard, spans: Spans) -> Flow:
    """The facts of all functions, each once and in order."""
    endings: dict[Ending, None] = {}
    transactions: dict[Transaction, None] = {}
    checks: dict[CheckThenAct, None] = {}
    committed: set[Span] = set()
    swallowed: dict[Swallowed, None] = {}
    interrupted: dict[Interrupted, None] = {}
    functions = list(followed)
    requests = Requests(functions)
    kept = frozenset(loc for one in functions for loc in _committed_behind(one))
    for one in functions:
        committed |= _committed(one, spans)
        if one.ends is None:
            continue
        facts = _Facts(one, spans, kept, is_request=requests.are_ended_behind(one))
        endings.update(dict.fromkeys(facts.endings(one.ends)))
        transactions.update(dict.fromkeys(facts.transactions(one.ends)))
        checks.update(dict.fromkeys(facts.checks()))
        swallowed.update(dict.fromkeys(facts.swallowed(one.ends)))
        interrupted.update(dict.fromkeys(facts.interrupted(one.ends)))
    return Flow(
        tuple(sorted(endings, key=lambda one: (one.at, one.handle.at, one.exit, one.closed))),
        tuple(sorted(transactions, key=lambda one: (one.handle.at, repr(one)))),
        tuple(sorted(checks, key=lambda one: (one.act.span, one.check.span))),
        tuple(sorted(swallowed, key=lambda one: (one.handler, one.failed.span))),
        interrupted=tuple(sorted(interrupted, key=lambda one: (one.at, one.lent))),
        committed=tuple(sorted(committed)),
        owned=owned(functions, heard, spans),
    )


def _committed_behind(followed: Followed) -> list[Loc]:
    """The resources that a generator lends out and commits when it is resumed, by the calls that made them."""
    summary = followed.summary
    return [
        loc
        for rid in summary.lent
        if rid in summary.resources and (loc := summary.resources[rid].loc) is not None
        if any(use.phase == "ok" and use.ended == "commit" for use in summary.uses.get(rid, ()))
    ]


def _committed(followed: Followed, spans: Spans) -> set[Span]:
    """The openings on which a function commits something, or may."""
    notes = followed.notes
    return {
        spans(loc)
        for rid, resource in followed.view.resources.items()
        if followed.ends is None or rid in notes.commits or rid in notes.handed
        if (loc := resource.opening.loc) is not None
    }


_APPLICATIONS = frozenset({"app", "_app", "application", "_"})
"""What a web framework gives a lifespan, which it resumes whatever its requests do."""


class _Facts:
    """The facts of one function."""

    def __init__(self, followed: Followed, spans: Spans, kept: frozenset[Loc], *, is_request: bool) -> None:
        self._is_request = is_request
        self._kept = kept
        self._view = followed.view
        self._notes = followed.notes
        self._lent = followed.summary.lent
        self._spans = spans
        self._handles: dict[Rid, Handle] = {}

    def endings(self, ends: Ends) -> list[Ending]:
        """How each path leaves what this function has to end."""
        out: dict[tuple[object, ...], Ending] = {}
        for exit_, states in (("return", ends.returns), ("exception", ends.raises)):
            for state, loc in sorted(states.items(), key=lambda item: item[1].at):
                self._leave(state, exit_, loc, out)
        for state in sorted(ends.normal, key=repr):
            self._leave(state, "end", None, out)
        return list(out.values())

    def _leave(self, state: State, exit_: str, loc: Loc | None, out: dict[tuple[object, ...], Ending]) -> None:
        for rid, held in state.held:
            resource = self._view.resources.get(rid)
            if resource is None or resource.library == UNTYPED or held.status == "absent":
                continue
            handle = self.handle(rid, resource)
            ending = self._ending(rid, resource, handle, held, exit_, loc)
            if ending is not None:
                key = (rid, exit_, ending.closed, ending.uncommitted, ending.swallowed)
                out.setdefault(key, ending)

    def _ending(
        self, rid: Rid, resource: Resource, handle: Handle, held: Held, exit_: str, loc: Loc | None
    ) -> Ending | None:
        # https://docs.sqlalchemy.org/en/20/orm/session_api.html#sqlalchemy.orm.Session.params.join_transaction_mode
        on_another = _is_on_a_connection(resource)
        lost = self._lost(held)
        if on_another and not _is_on_an_engine(resource):
            lost = None  # the connection's own transaction keeps what the session leaves
        is_left = rid.startswith("call:") and not (held.escaped or held.managed or on_another)
        closed = held.status == "closed" or not is_left
        if not rid.startswith("call:") and lost is None:
            return None
        if held.escaped and rid.startswith("call:"):
            return None
        if handle.held == "dependency" and resource.loc in self._kept:
            return None  # the framework resumes the generator, which commits
        at = self._spans(loc) if loc is not None else handle.at
        swallowed = held.tx.swallowed
        return Ending(
            handle, exit_, at, closed,
            tuple(sorted(self._spans(one) for one in self._notes.closes.get(rid, ()))),
            self._mark(lost),
            None if swallowed is None else self._spans(swallowed),
            rid in self._notes.commits,
            loc in self._notes.empty,
        )  # fmt: skip

    def _lost(self, held: Held) -> Did | None:
        """The write that ends with the path, where it is certain that one was made and nothing may have kept it."""
        tx = held.tx
        found = tx.first_write
        return None if found is None or not found.what or tx.unclear or held.escaped else found

    def transactions(self, ends: Ends) -> list[Transaction]:
        """The transactions that are worth telling of: with a wait, a PRAGMA, a read before a write."""
        open_ = {
            (rid, held.tx)
            for state in (*ends.normal, *ends.returns, *ends.raises)
            for rid, held in state.held
            if held.tx.wait or held.tx.pragma or held.tx.reopened or (held.tx.read_first and held.tx.write)
        }
        both = {*self._notes.transactions, *open_}
        return [
            self._transaction(self.handle(rid, resource), tx)
            for rid, tx in sorted(both, key=repr)
            if (resource := self._view.resources.get(rid)) is not None and resource.library != UNTYPED
        ]

    def _transaction(self, handle: Handle, tx: Tx) -> Transaction:
        began = None if tx.began is None else self._spans(tx.began)
        written = tx.first_write
        return Transaction(
            handle, tx.mode, began, self._mark(tx.read), self._mark(written), tx.read_first, self._mark(tx.wait),
            tx.wait_after_write, self._mark(tx.reopened), self._mark(tx.pragma),
        )  # fmt: skip

    def checks(self) -> list[CheckThenAct]:
        """Checks in one transaction for acts in another."""
        return [
            CheckThenAct(self.handle(rid, resource), check, act, self._spans(ended))
            for rid, read, did, ended in self._notes.checks
            if (resource := self._view.resources.get(rid)) is not None
            and (check := self._mark(read)) is not None
            and (act := self._mark(did)) is not None
        ]

    def swallowed(self, ends: Ends) -> list[Swallowed]:
        """Failures that were passed over without a rollback."""
        left = dict(self._notes.swallowed)
        for state in (*ends.normal, *ends.returns):
            for rid, held in state.held:
                tx = held.tx
                ended = held.managed or (held.escaped and rid.startswith("call:"))
                if tx.swallowed is not None and tx.failed is not None and held.status == "open" and not ended:
                    left.setdefault((rid, tx.swallowed, tx.failed), None)
        return [
            Swallowed(
                self.handle(rid, resource), self._spans(handler), mark, None if used is None else self._spans(used)
            )
            for (rid, handler, failed), used in left.items()
            if (resource := self._view.resources.get(rid)) is not None
            and resource.library != UNTYPED
            and (mark := self._mark(failed)) is not None
        ]

    def interrupted(self, ends: Ends) -> list[Interrupted]:
        """The engines that are disposed of behind a `yield`, but not where an exception comes in by it."""
        if self._view.params & _APPLICATIONS:
            return []
        disposed = {
            rid
            for state in (*ends.normal, *ends.returns)
            for rid, held in state.held
            if held.status == "closed" and (one := self._view.resources.get(rid)) and one.kind is Kind.ENGINE
        }
        return [
            Interrupted(
                self.handle(rid, self._view.resources[rid]),
                self._spans(min(closes, key=lambda one: one.at)),
                self._spans(loc),
            )
            for state, loc in ends.raises.items()
            if loc in self._notes.lent
            for rid, held in state.held
            if rid in disposed and held.status == "open"
            if (closes := {one for one in self._notes.closes.get(rid, ()) if one.at > loc.at})
        ]

    def _mark(self, did: Did | None) -> Mark | None:
        return None if did is None or not did.what else Mark(self._spans(did.loc), did.what, did.tables)

    def handle(self, rid: Rid, resource: Resource) -> Handle:
        """A resource as this function sees it."""
        found = self._handles.get(rid)
        if found is None:
            found = self._handles[rid] = self._handle(rid, resource)
        return found

    def _handle(self, rid: Rid, resource: Resource) -> Handle:
        opening = resource.opening.loc
        return Handle(
            str(resource.kind),
            resource.library,
            self._view.names.get(rid) or _word(rid, resource),
            self._view.name,
            self._spans(self._at(rid, resource)),
            _held(rid, resource, is_request=self._is_request),
            None if opening is None else self._spans(opening),
            resource.is_async,
            is_autocommit(resource),
            resource.kind is Kind.SESSION or resource.library in ("sqlite3", "aiosqlite"),
            resource.scoped,
        )

    def _at(self, rid: Rid, resource: Resource) -> Loc:
        if rid.startswith("call:"):
            start = int(rid.split(":")[1])
            end = next((end for at, end in self._view.events if at == start), start + 1)
            return Loc(self._view.path, start, end)
        if isinstance(resource.value, Unknown) and resource.value.loc is not None:
            return resource.value.loc
        return resource.loc or Loc(self._view.path, 0, 0)


def _word(rid: Rid, resource: Resource) -> str:
    return rid.removeprefix("param:") if rid.startswith("param:") else str(resource.kind)


def _held(rid: Rid, resource: Resource, *, is_request: bool) -> str:
    if rid.startswith("call:"):
        return "local"
    if rid.startswith("param:"):
        given = isinstance(resource.value, Unknown) and resource.value.given is not None
        return "dependency" if given else "parameter"
    return "dependency" if is_request and resource.library == "flask" and resource.scoped else "shared"


def _is_on_a_connection(resource: Resource) -> bool:
    """Whether a session was made on a connection of somebody else: to close it closes nothing."""
    value = resource.value
    if resource.kind is not Kind.SESSION or not isinstance(value, Made) or not isinstance(value.func, External):
        return False
    bind = value.kwargs.get("bind") or (value.args[0] if value.args else None)
    return bind is not None and (resource.source is None or resource.source.kind is Kind.CONNECTION)


def _is_on_an_engine(resource: Resource) -> bool:
    """Whether what a session is bound to says by its name that it is an engine, where nothing else tells."""
    value = resource.value
    bind = (value.kwargs.get("bind") or (value.args[0] if value.args else None)) if isinstance(value, Made) else None
    name = bind.name if isinstance(bind, Attribute) else bind.parameter if isinstance(bind, Unknown) else None
    return resource.source is None and "engine" in (name or "").lower()
