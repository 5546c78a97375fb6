"""Follows the paths through one function, statement by statement.

Every call may fail, except those that plainly cannot; what a path leaves open, uncommitted or locked where it ends is
noted by `deeds`. Where a function has more paths than are worth following, it is given up as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import cast

from persistlint.facts import code
from persistlint.project.flow import blocks, conditions, counts
from persistlint.project.flow.calls import Caller
from persistlint.project.flow.deeds import Doing, wait
from persistlint.project.flow.stacks import Stacks
from persistlint.project.flow.states import Did, Ends, Held, Rid, State, Tx
from persistlint.project.flow.views import Place, names_in, nodes, origins, statements
from persistlint.project.interp.frames import CallEvent, terminal
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Attribute, External, Function, Loc, options_of
from persistlint.project.resources.kinds import Kind, resource_of

_MANY_STATES = 48
"""From here on the conditions that led to one and the same are forgotten."""
_MOST_STATES = 96
_MOST_ROUNDS = 6
_SAFE = frozenset({
    "len", "str", "repr", "isinstance", "print", "bool", "list", "dict", "set", "tuple", "frozenset", "range", "debug",
    "info", "warning", "warn", "error", "exception", "log", "append", "get", "items", "keys", "values", "sorted",
    "enumerate", "zip", "min", "max", "sum", "any", "all", "id", "type", "hasattr", "getattr", "time", "monotonic",
    "perf_counter", "now", "utcnow", "strip", "lower", "upper", "format", "join", "split", "startswith", "endswith",
    "add_argument", "getLogger", "cursor", "closing", "suppress", "isoformat", "total_seconds", "super", "query",
    "filter", "filter_by", "order_by", "limit", "offset", "where", "select", "text", "Path", "as_posix",
    "pop", "setdefault", "extend", "update", "copy", "replace", "round", "abs", "setLevel", "cast",
})  # fmt: skip
"""Names of calls that are not taken to fail: a path that exists only because `len` raised is not worth a finding."""
_BLOCKS = re.compile(
    r"time\.sleep|urllib\.request\.urlopen|subprocess\.(?:run|call|check_call|check_output)|smtplib\.SMTP(?:_SSL)?"
    r"|(?:requests|httpx)\.(?:get|post|put|patch|delete|head|options|request|stream)\Z"
)
"""What keeps the thread waiting for a clock, a network or another process."""
_ENDS = frozenset({"close", "rollback", "dispose"})
_FILLS = frozenset({"append", "add"})
"""What leaves a list or set with something in it."""


class TooMany(Exception):  # noqa: N818  (the function is given up, nothing is wrong)
    """More paths than are worth following."""


class Walk:
    """One function's paths."""

    def __init__(self, caller: Caller, opened: dict[Place, list[Rid]], *, is_async: bool) -> None:
        self.caller = caller
        self.view = caller.view
        self.opened = opened
        self.is_async = is_async
        self.keys = conditions.tracked(caller.view)
        self.lent: set[Rid] = set()
        self.before: dict[Rid, Tx] = {}
        """What has been done at the `yield` to what is not the generator's own."""
        self.stacks = Stacks(caller)
        self._guards: list[frozenset[str]] = []
        self._names: frozenset[str] = frozenset()
        self._optimistic = False
        """Within a `try` that expects somebody else to have been first."""

    def run(self, start: State) -> Ends:
        """The ends of all paths. Raises `TooMany`."""
        return self.block(self.view.body, frozenset([start]))

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[code.Stmt], states: frozenset[State]) -> Ends:
        ends = Ends(states)
        depth = len(self._guards)
        for stmt in body:
            if not ends.normal:
                break
            found = self.statement(stmt, ends.normal)
            ends.take(found)
            ends.normal = found.normal
            if len(ends.normal) + len(ends.raises) > _MANY_STATES:
                ends.thin()
            if len(ends.normal) + len(ends.raises) > _MOST_STATES:
                raise TooMany
            self._guards.extend(self._guard(test) for test in _lasting(stmt))
        del self._guards[depth:]
        return ends

    def statement(self, stmt: code.Stmt, states: frozenset[State]) -> Ends:
        match stmt:
            case code.Assign(targets=targets, value=value):
                return self._assign(targets, value, states)
            case code.AugAssign(target=target, value=value):
                found = self._simple(stmt, states)
                found.normal = self._changed(target, found.normal)
                return found
            case code.AnnAssign(target=target, value=value):
                return self._assign((target,), value, states) if value is not None else Ends(states)
            case code.If():
                return self._if(stmt, states)
            case code.For() | code.While():
                return self._loop(stmt, states)
            case code.Try():
                return self._try(stmt, states)
            case code.With():
                return self._with(stmt, states)
            case code.Match():
                return self._match(stmt, states)
            case code.Return(at=at, value=value):
                return self._return(at, value, states)
            case code.Raise(at=at):
                return self._raise(stmt, at, states)
            case code.Jump(kind=kind):
                return _jump(kind, states)
            case _:
                return self._simple(stmt, states)

    def _counted(self, stmt: code.AugAssign, states: frozenset[State]) -> frozenset[State]:
        """`count += 1` leaves something that is not nothing."""
        if not isinstance(stmt.target, code.Name):
            return states
        states = conditions.assigned(self.view, self.keys, stmt.target.id, None, states)
        grows = stmt.op == "+" and isinstance(stmt.value, code.Lit) and bool(stmt.value.value)
        return conditions.filled(self.keys, stmt.target.id, states) if grows else states

    def _simple(self, stmt: code.Stmt, states: frozenset[State]) -> Ends:
        if isinstance(stmt, code.FuncDef):
            return Ends(self._captured(stmt, states))
        if isinstance(stmt, code.ClassDef | code.Import | code.ImportFrom | code.Scope):
            return Ends(states)
        ends = Ends()
        ends.normal = self.expressions(stmt, states, ends)
        if isinstance(stmt, code.AugAssign):
            ends.normal = self._counted(stmt, ends.normal)
        return ends

    def expressions(self, stmt: code.Node, states: frozenset[State], ends: Ends) -> frozenset[State]:
        """Evaluate the expressions of a simple statement."""
        for name in stmt.__struct_fields__:
            states = self._any(getattr(stmt, name), states, ends)
        return states

    def _any(self, value: object, states: frozenset[State], ends: Ends) -> frozenset[State]:
        if isinstance(value, tuple):
            for item in cast("tuple[object, ...]", value):
                states = self._any(item, states, ends)
            return states
        return self.expr(cast("code.Expr", value), states, ends) if isinstance(value, code.Node) else states

    def _assign(self, targets: Sequence[code.Expr], value: code.Expr, states: frozenset[State]) -> Ends:
        ends = Ends()
        names = frozenset(name for target in targets for name in names_in(target))
        outer, self._names = self._names, names
        states = self.expr(value, states, ends)
        self._names = outer
        kept = self.view.value_rids(value) if any(self._outlives(target) for target in targets) else set[Rid]()
        if kept:
            states = frozenset(self._gone(state, kept, kept=True) for state in states)
        for target in targets:
            if isinstance(target, code.Name):
                states = conditions.assigned(self.view, self.keys, target.id, value, states)
            else:
                for name in names_in(target):
                    states = conditions.assigned(self.view, self.keys, name, None, states)
                states = self.expr(target, states, ends)
            states = self._changed(target, states)
        ends.normal = states
        return ends

    def _changed(self, target: code.Expr, states: frozenset[State]) -> frozenset[State]:
        """The states behind an assignment to a column of a row that a session has loaded."""
        if not isinstance(target, code.Attr) or not isinstance(target.base, code.Name):
            return states
        rid, tables, columns = self.view.rows.get(target.base.id, ("", (), frozenset[str]()))
        if target.name not in columns:
            return states
        loc = Loc(self.view.path, target.at, target.at + len(target.name))
        doing = Doing(rid, "change", Did(loc, f"{target.base.id}.{target.name} = …", tables), rid)
        return frozenset(self.caller.apply(state, [doing]) for state in states)

    def _outlives(self, target: code.Expr) -> bool:
        """Whether what is assigned there is there behind the function."""
        if isinstance(target, code.Name):
            return target.id in self.view.globals or self.view.name == "<module>"
        if isinstance(target, code.Seq):
            return any(self._outlives(item) for item in target.items)
        return isinstance(target, code.Attr | code.Sub)

    def _guard(self, test: code.Expr) -> frozenset[str]:
        return origins(self.view, names_in(test))

    def _if(self, stmt: code.If, states: frozenset[State]) -> Ends:
        ends = Ends()
        states = self.expr(stmt.test, states, ends)
        yes, no = conditions.split(self.view, self.keys, stmt.test, states)
        yes = counts.passed(self.view, stmt.test, yes, holds=True)
        no = counts.passed(self.view, stmt.test, no, holds=False)
        self._guards.append(self._guard(stmt.test))
        body = self.block(stmt.body, yes) if yes else Ends()
        orelse = self.block(stmt.orelse, no) if no else Ends()
        self._guards.pop()
        ends.take(body)
        ends.take(orelse)
        ends.normal = body.normal | orelse.normal
        return ends

    def _loop(self, stmt: code.For | code.While, states: frozenset[State]) -> Ends:
        ends = Ends()
        left: frozenset[State] = frozenset()
        seen: frozenset[State] = frozenset()
        for _ in range(_MOST_ROUNDS):
            new = states - seen
            if not new:
                break
            seen |= new
            entered, skipped = self._head(stmt, new, ends)
            left |= skipped
            found = self.block(stmt.body, entered) if entered else Ends()
            breaks = frozenset(found.breaks)
            again = found.normal | frozenset(found.continues)
            found.breaks, found.continues = set(), set()
            ends.take(found)
            left |= breaks
            states = again
            if len(seen) > _MOST_STATES:
                raise TooMany
        rest = self.block(stmt.orelse, left) if stmt.orelse and left else Ends(left)
        ends.take(rest)
        ends.normal = rest.normal
        return ends

    def _head(
        self, stmt: code.For | code.While, states: frozenset[State], ends: Ends
    ) -> tuple[frozenset[State], frozenset[State]]:
        if isinstance(stmt, code.While):
            states = self.expr(stmt.test, states, ends)
            return conditions.split(self.view, self.keys, stmt.test, states)
        states = self.expr(stmt.iter, states, ends)
        if stmt.is_async:
            states = self._waited(stmt.iter, stmt.at, f"async for … in {unparse(stmt.iter)}", states)
        skipped = states
        for name in names_in(stmt.target):
            states = conditions.assigned(self.view, self.keys, name, None, states)
        return states, skipped

    def _try(self, stmt: code.Try, states: frozenset[State]) -> Ends:
        outer, self._optimistic = self._optimistic, self._optimistic or any(map(_expects_conflict, stmt.handlers))
        body = self.block(stmt.body, states)
        self._optimistic = outer
        ends = Ends()
        failed = dict(body.raises)
        body.raises = {}
        after = self.block(stmt.orelse, body.normal) if stmt.orelse and body.normal else Ends(body.normal)
        ends.take(body)
        ends.take(after)
        normal = after.normal
        for handler in stmt.handlers:
            entered = frozenset(state for state in failed if _may_catch(handler, state))
            found = self.block(handler.body, entered) if entered else Ends()
            passed = found.normal
            if not _is_choosy(handler):
                passed = frozenset(self._swallowed(state, handler) for state in passed)
                found.returns = {self._swallowed(state, handler): loc for state, loc in found.returns.items()}
            ends.take(found)
            normal |= passed
        if not any(_catches_all(handler) for handler in stmt.handlers):
            for state, loc in failed.items():
                ends.raises.setdefault(state, loc)
        ends.normal = normal
        return self._finally(stmt.final, ends) if stmt.final else ends

    def _swallowed(self, state: State, handler: code.Handler) -> State:
        """A path that goes on although something failed."""
        loc = Loc(self.view.path, handler.at, handler.at + len("except"))
        for rid, held in state.held:
            if held.tx.swallowed is None and (held.tx.failed is not None or held.tx.first_write is not None):
                state = state.put(rid, held._replace(tx=held.tx._replace(swallowed=loc)))
        return state

    def _finally(self, final: code.Block, ends: Ends) -> Ends:
        """Run the last block on every way out."""
        out = Ends()
        through = self.block(final, ends.normal) if ends.normal else Ends()
        out.take(through)
        out.normal = through.normal
        for states, left in ((ends.returns, out.returns), (ends.raises, out.raises)):
            for state, loc in states.items():
                found = self.block(final, frozenset([state]))
                out.take(found)
                for one in found.normal:
                    left.setdefault(one, loc)
        for group, target in ((ends.breaks, out.breaks), (ends.continues, out.continues)):
            found = self.block(final, frozenset(group)) if group else Ends()
            out.take(found)
            target.update(found.normal)
        return out

    def _with(self, stmt: code.With, states: frozenset[State]) -> Ends:
        ends = Ends()
        entered: list[blocks.Manager] = []
        stacks: list[str] = []
        swallows = False
        for manager, target in stmt.items:
            states = self.expr(manager, states, ends)
            found = blocks.managers(self.caller, manager)
            for one in found:
                states = frozenset(blocks.enter(state, one) for state in states)
            entered.extend(found)
            stack = self.stacks.enter(manager, target)
            if stack is not None:
                stacks.append(stack)
            swallows = swallows or blocks.suppresses(self.caller, manager)
            if target is not None:
                for name in names_in(target):
                    states = conditions.assigned(self.view, self.keys, name, None, states)
        inner = self.block(stmt.body, states)
        entered.extend(one for stack in stacks for one in self.stacks.leave(stack))
        at = Loc(self.view.path, stmt.at, stmt.at + len("with"))

        def out(state: State, *, failed: bool) -> State:
            for one in reversed(entered):
                state = blocks.leave(self.caller, state, one, at, failed=failed)
            return state

        ends.normal = frozenset(out(state, failed=False) for state in inner.normal)
        for state, loc in inner.returns.items():
            ends.returns.setdefault(out(state, failed=False), loc)
        for state, loc in inner.raises.items():
            left = out(state, failed=True)
            if swallows:
                ends.normal |= {left}
            else:
                ends.raises.setdefault(left, loc)
        ends.breaks = {out(state, failed=False) for state in inner.breaks}
        ends.continues = {out(state, failed=False) for state in inner.continues}
        return ends

    def _match(self, stmt: code.Match, states: frozenset[State]) -> Ends:
        ends = Ends()
        states = self.expr(stmt.subject, states, ends)
        normal = states
        for case in stmt.cases:
            found = self.block(case.body, states)
            ends.take(found)
            normal |= found.normal
        ends.normal = normal
        return ends

    def _return(self, at: int, value: code.Expr | None, states: frozenset[State]) -> Ends:
        ends = Ends()
        loc = Loc(self.view.path, at, at + len("return"))
        if value is None or (isinstance(value, code.Lit) and not value.value):
            self.caller.notes.empty.add(loc)
        if value is not None:
            states = self.expr(value, states, ends)
            given = self.view.value_rids(value)
            if given:
                states = frozenset(self._gone(state, given) for state in states)
        for state in states:
            ends.returns[state] = loc
        return ends

    def _raise(self, stmt: code.Raise, at: int, states: frozenset[State]) -> Ends:
        ends = Ends()
        states = self.expressions(stmt, states, ends)
        for state in states:
            ends.raises.setdefault(state, Loc(self.view.path, at, at + len("raise")))
        return ends

    def _captured(self, stmt: code.FuncDef, states: frozenset[State]) -> frozenset[State]:
        """A function defined here may end what it has in reach, whenever it is called."""
        rids = self.caller.captured(stmt)
        return frozenset(self._gone(state, rids, kept=True) for state in states) if rids else states

    def _closed(self, state: State, rids: Iterable[Rid]) -> State:
        for rid in rids:
            state = state.put(rid, state.get(rid)._replace(status="closed", tx=Tx()))
        return state

    def _gone(self, state: State, rids: Iterable[Rid], *, kept: bool = False, unclear: bool = False) -> State:
        """The state in which somebody else has these resources too, and with them what they were made from."""
        for rid in self.view.with_sources(rids):
            held = state.get(rid)
            tx = held.tx._replace(unclear=True) if unclear else held.tx
            state = state.put(rid, held._replace(escaped=True, kept=held.kept or kept, tx=tx))
        return state

    # -- expressions ---------------------------------------------------------------------------------------------------

    def expr(self, node: code.Expr, states: frozenset[State], ends: Ends) -> frozenset[State]:
        """The states behind an expression."""
        match node:
            case code.Call():
                return self._call(node, states, ends)
            case code.Attr(base=code.Name(id=name)) if name in self.view.loaded:
                at = Loc(self.view.path, node.at, node.at + len(node.name))
                return self._expired(at, f"{name}.{node.name}", name, states)
            case code.Await(value=value, at=at):
                states = self.expr(value, states, ends)
                return self._waited(value, at, f"await {unparse(value)}", states)
            case code.Yield(value=value, at=at):
                if value is not None:
                    states = self.expr(value, states, ends)
                return self._yield(value, at, states, ends)
            case code.Lambda():
                rids = {rid for name in names_in(node.body) for rid in self.view.variables.get(name, ())}
                return frozenset(self._gone(state, rids, kept=True) for state in states) if rids else states
            case code.IfExp(test=test, body=body, orelse=orelse):
                states = self.expr(test, states, ends)
                yes, no = conditions.split(self.view, self.keys, test, states)
                return self.expr(body, yes, ends) | self.expr(orelse, no, ends)
            case code.Bin(op="and" | "or", left=left, right=right):
                states = self.expr(left, states, ends)
                return states | self.expr(right, states, ends)
            case _:
                return self.expressions(node, states, ends)

    def _expired(self, at: Loc, what: str, name: str, states: frozenset[State]) -> frozenset[State]:
        """An attribute of a loaded object: behind a commit it is read again, which begins a transaction.

        https://docs.sqlalchemy.org/en/20/orm/session_basics.html#expiring-refreshing
        """
        rid = self.view.loaded[name]
        did = Did(at, what)
        out: set[State] = set()
        for state in states:
            held = state.get(rid)
            if held.committed and held.tx.is_empty and held.status == "open":
                state = state.put(rid, held._replace(tx=Tx(read=did, reopened=did)))  # noqa: PLW2901
            out.add(state)
        return frozenset(out)

    def _call(self, node: code.Call, states: frozenset[State], ends: Ends) -> frozenset[State]:
        states = self.expr(node.func, states, ends)
        for arg in node.args:
            states = self.expr(arg.value, states, ends)
        if not states:
            return states
        view, caller = self.view, self.caller
        loc = Loc(view.path, node.at, node.end)
        events = view.at(node)
        guards = frozenset[str]() if self._optimistic else frozenset(name for guard in self._guards for name in guard)
        doings = [caller.doing(rid, effect, loc, guards, self._names) for rid, effect in caller.effects(events)]
        callees = caller.callees(events)
        registered = self.stacks.register(node, events)
        gone = caller.escapes(events) - {manager.rid for manager in registered}
        caller.notes.handed |= gone
        # What takes a resource has it from the start, also where it then fails.
        failing = frozenset(self._gone(state, gone, unclear=True) for state in states) if gone else states
        ended = caller.ends_anyway(callees)
        if ended:
            failing = frozenset(self._closed(state, ended) for state in failing)
        self._may_fail(node, doings, failing, ends, loc, calls=bool(callees))
        states = frozenset(caller.apply(state, doings) for state in states)
        if isinstance(node.func, code.Attr) and isinstance(node.func.base, code.Name) and node.func.name in _FILLS:
            states = conditions.filled(self.keys, node.func.base.id, states)
        for function, event in callees:
            states = self._run(function, event, loc, states)
        if callees and all(caller.raises(function) for function, _ in callees):
            return frozenset()
        for rid in self.opened.get((node.at, node.end), ()):
            states = frozenset(state.put(rid, state.get(rid)._replace(status="open", tx=Tx())) for state in states)
        for manager in registered:
            states = frozenset(blocks.enter(state, manager) for state in states)
        if gone:
            states = frozenset(self._gone(state, gone, unclear=True) for state in states)
        return self._slept(events, loc, states)

    def _run(self, function: Function, event: CallEvent, loc: Loc, states: frozenset[State]) -> frozenset[State]:
        """A call of one function of the project."""
        for name in self.caller.loads(function, event.node):
            states = self._expired(loc, f"{name}, which is loaded again", name, states)
        states = self.caller.run(states, function, event, loc)
        for name in self._names:
            self.view.undecided.setdefault(name, set()).update(self.caller.undecided(function, event))
        if len(states) > _MOST_STATES:
            raise TooMany
        return states

    def _may_fail(
        self, node: code.Call, doings: list[Doing], states: frozenset[State], ends: Ends, loc: Loc, *, calls: bool
    ) -> None:
        if any(doing.act in _ENDS for doing in doings):
            return
        if doings and all(doing.act == "pending" for doing in doings):
            return  # nothing is written before the next flush
        if not doings and not calls and (terminal(node.func) in _SAFE or self._is_harmless(node)):
            return
        for state in states:
            failed = state
            for doing in doings:
                held = failed.get(doing.rid)
                if self._spoils(doing, held) and held.status != "closed":
                    tx = held.tx._replace(failed=doing.did, swallowed=None)
                    failed = failed.put(doing.rid, held._replace(tx=tx))
            ends.raises.setdefault(failed, loc)

    def _spoils(self, doing: Doing, held: Held) -> bool:
        """Whether a failure of this leaves the transaction unusable, or open with its lock.

        A session is spoilt by a failing flush, and by what flushes (https://docs.sqlalchemy.org/en/20/errors.html#7s2a);
        a statement that it executes fails alone. A connection keeps the transaction that it began for a write.
        """
        resource = self.view.resources.get(doing.rid)
        if resource is not None and resource.kind is Kind.CONNECTION:
            return doing.act in ("write", "commit")
        return doing.act in ("flush", "commit") or (doing.act == "read" and held.tx.pending is not None)

    def _is_harmless(self, node: code.Call) -> bool:
        """Whether a call only makes a session or a factory, which connects when it is first used, or only configures
        a resource: `connection.create_function(…)`."""
        events = self.view.at(node)
        handed = [one for event in events for one in self.view.handed(event)]
        if handed:
            return all(one.kind in (Kind.FACTORY, Kind.SESSION) for one in handed)
        return bool(events) and all(self._is_method(event) for event in events)

    def _is_method(self, event: CallEvent) -> bool:
        return any(
            isinstance(func, Attribute) and resource_of(func.base) is not None for func in options_of(event.func)
        )

    def _waited(self, value: code.Expr, at: int, what: str, states: frozenset[State]) -> frozenset[State]:
        """An `await`; what is awaited of a resource, or with one in hand, is work on the database itself."""
        inner = value.value if isinstance(value, code.Await) else value
        events = self.view.at(inner) if isinstance(inner, code.Call) else []
        if not events:
            return states  # a coroutine that was made elsewhere: what it does is not known
        if self.caller.touched(events) or not self.caller.waits(events):
            return states
        did = Did(Loc(self.view.path, at, at + len("await")), what)
        return frozenset(wait(state, did, frozenset()) for state in states)

    def _slept(self, events: list[CallEvent], loc: Loc, states: frozenset[State]) -> frozenset[State]:
        names = {func.name for event in events for func in options_of(event.func) if isinstance(func, External)}
        name = next((one for one in sorted(names) if _BLOCKS.match(one)), None)
        if name is None:
            return states
        return frozenset(wait(state, Did(loc, f"{name}(…)"), frozenset()) for state in states)

    def _yield(self, value: code.Expr | None, at: int, states: frozenset[State], ends: Ends) -> frozenset[State]:
        lent = self.view.value_rids(value)
        self.lent |= lent
        loc = Loc(self.view.path, at, at + len("yield"))
        self.caller.notes.lent.add(loc)
        good: set[State] = set()
        for state in states:
            ok = err = state
            for rid, held in state.held:
                if not rid.startswith("call:"):
                    self.before.setdefault(rid, held.tx)
                    ok = ok.put(rid, held._replace(phase="ok", first=None, ended=None))
                    err = err.put(rid, held._replace(phase="err", first=None, ended=None))
            for rid in lent:
                held = state.get(rid)
                used = held.tx._replace(write=held.tx.write or Did(loc, ""))
                # Behind the yield the count begins anew: only what the generator itself then does is its own.
                ok = ok.put(rid, held._replace(tx=used, phase="ok", first=None, ended=None))
                err = err.put(rid, held._replace(tx=used, phase="err", first=None, ended=None))
            good.add(ok)
            ends.raises.setdefault(err, loc)
        return frozenset(good)


def _jump(kind: str, states: frozenset[State]) -> Ends:
    ends = Ends()
    if kind == "break":
        ends.breaks = set(states)
    elif kind == "continue":
        ends.continues = set(states)
    else:
        ends.normal = states
    return ends


def _lasting(stmt: code.Stmt) -> list[code.Expr]:
    """The conditions that a statement lets what follows run by: those that leave, also from within `try` and `with`."""
    match stmt:
        case code.If(test=test):
            return [test] if _leaves(stmt) else []
        case code.Try(body=body) | code.With(body=body):
            return [test for inner in body for test in _lasting(inner)]
        case _:
            return []


def _leaves(stmt: code.If) -> bool:
    """Whether one of the branches never comes out below."""
    return any(body and _ends_flow(body[-1]) for body in (stmt.body, stmt.orelse))


def _ends_flow(stmt: code.Stmt) -> bool:
    return isinstance(stmt, code.Return | code.Raise) or (
        isinstance(stmt, code.Jump) and stmt.kind in ("break", "continue")
    )


_DATABASE_ERRORS = re.compile(
    r"(?:Error|Exception|BaseException|Warning|Failure|Conflict|Integrity\w*|SQLAlchemy\w*)\Z"
)
_FOREIGN = frozenset({
    "KeyError", "ValueError", "TypeError", "AttributeError", "IndexError", "ImportError", "ModuleNotFoundError",
    "FileNotFoundError", "OSError", "IOError", "PermissionError", "UnicodeDecodeError", "JSONDecodeError",
    "LookupError", "StopIteration", "NotImplementedError", "AssertionError", "ZeroDivisionError", "ValidationError",
    "HTTPException", "TimeoutError", "CancelledError", "ConnectionError", "KeyboardInterrupt", "SystemExit",
    "RequestException", "HTTPError", "NoResultFound", "MultipleResultsFound", "DoesNotExist", "UnicodeError",
})  # fmt: skip
"""Exceptions that a failing write or commit does not raise."""


def _may_catch(handler: code.Handler, state: State) -> bool:
    """Whether a handler can be entered by a failure of the database, where that is how the state came about."""
    if handler.type is None or not any(held.tx.failed for _, held in state.held):
        return True
    names = {
        node.name if isinstance(node, code.Attr) else node.id
        for node in nodes(handler.type)
        if isinstance(node, code.Attr | code.Name)
    }
    caught = {name for name in names if name[:1].isupper()}
    return not caught or any(name not in _FOREIGN and _DATABASE_ERRORS.search(name) for name in caught)


def _is_choosy(handler: code.Handler) -> bool:
    """Whether a handler goes on only for some failures that it tells apart, or asks whether the session still works."""
    for stmt in statements(handler.body):
        if isinstance(stmt, code.If):
            if any(isinstance(inner, code.Raise) for inner in statements((stmt,))):
                return True
            if any(isinstance(node, code.Attr) and node.name == "is_active" for node in nodes(stmt.test)):
                return True
    return False


def _expects_conflict(handler: code.Handler) -> bool:
    """Whether a handler is for a row that somebody else has written first."""
    return any(
        (node.name if isinstance(node, code.Attr) else node.id) == "IntegrityError"
        for node in nodes(handler.type)
        if isinstance(node, code.Attr | code.Name)
    )


def _catches_all(handler: code.Handler) -> bool:
    if handler.type is None:
        return True
    return any(
        isinstance(node, code.Name) and node.id in ("Exception", "BaseException") for node in nodes(handler.type)
    )
