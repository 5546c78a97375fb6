"""What an import does about failure, and what becomes of the file that it read."""

from __future__ import annotations

from collections.abc import Callable

from persistlint.facts import code
from persistlint.facts.documents import Keeping
from persistlint.project.interp.frames import terminal
from persistlint.project.interp.values import Attribute, External, Loc, Made, Unknown, Value, known, options_of
from persistlint.project.ledger import places
from persistlint.project.ledger.names import FileName, name_of
from persistlint.project.ledger.trace import Act, At, Built, Entered, Key, Trace
from persistlint.source import Span

_KINDS = {
    "rename": "rename", "replace": "rename", "move": "move", "copy": "copy", "copy2": "copy", "copyfile": "copy",
    "unlink": "delete", "remove": "delete",
}  # fmt: skip


class Care:
    """Answers for one project."""

    def __init__(self, body: Callable[[Key], code.Block], spans: Callable[[Loc], Span]) -> None:
        self._body = body
        self._spans = spans

    # -- transactions --------------------------------------------------------------------------------------------------

    def commits_each(self, trace: Trace, first: Built) -> Span | None:
        """A commit inside the loop that makes the rows."""
        body = self._body(trace.key)
        rows = self._place(trace, first.at)
        if rows is None:
            return None
        outside = places.around(body, rows)
        loops = [one.stmt for one in outside if isinstance(one.stmt, code.For) and one.part == "body"]
        for index, one in enumerate(outside):
            looped = any(isinstance(other.stmt, code.For) for other in outside[:index])
            if looped and isinstance(one.stmt, code.With) and self._commits_at_end(trace, one.stmt):
                return self._spans(Loc(trace.root.path, one.stmt.at, one.stmt.at + len("with")))
        for act in trace.acts:
            if not _commits(act) or act.at.caller != trace.key:
                continue
            around = places.around(body, act.at.loc.at)
            if any(one.stmt is loop and one.part == "body" for one in around for loop in loops):
                return self._spans(act.at.loc)
        return None

    @staticmethod
    def _commits_at_end(trace: Trace, stmt: code.With) -> bool:
        """Whether a `with` block is a transaction: `with connection:`, `with session.begin():`."""
        managers = [manager for manager, _ in stmt.items]
        return any(
            block.at.caller == trace.key and any(block.node is one for one in managers) and _is_transaction(block)
            for block in trace.blocks
        )

    def swallows(self, trace: Trace, first: Built) -> Span | None:
        """A handler that goes on after a failure without a rollback, on a session that outlives the function."""
        body = self._body(trace.key)
        commits = [act for act in trace.acts if _commits(act) and act.at.caller == trace.key]
        if not commits or not all(_is_lent(act.func) for act in commits):
            return None
        rows = self._place(trace, first.at)
        if rows is None:
            return None
        around = places.around(body, rows)
        for index, one in enumerate(around):
            if not isinstance(one.stmt, code.Try) or one.part != "body":
                continue
            if any(isinstance(inner.stmt, code.With) and not _opens(inner.stmt) for inner in around[index + 1 :]):
                continue
            if _undoes(one.stmt.final):
                continue
            for handler in one.stmt.handlers:
                if _catches_all(handler) and not _undoes(handler.body) and not _leaves(handler.body):
                    return self._spans(Loc(trace.root.path, handler.at, handler.at + len("except")))
        return None

    def _place(self, trace: Trace, at: At) -> int | None:
        """Where in the function itself something happens: there, or in the call that leads to it."""
        if at.caller == trace.key:
            return at.loc.at
        later = [call for call, _ in trace.calls if call.caller == trace.key and call.order > at.order]
        return later[0].loc.at if later else None

    # -- the file ------------------------------------------------------------------------------------------------------

    def keeping(self, trace: Trace, file: Value, first: Built) -> tuple[Keeping, ...]:
        """What is done with the file that was read."""
        own = name_of(file)
        commits = [act.at.order for act in trace.acts if _commits(act) and act.at.order > first.at.order]
        out: list[Keeping] = []
        for act in trace.acts:
            kind = _KINDS.get(act.name)
            if kind is None:
                continue
            source, target = _ends(act)
            if source is None or not (source is file or _same(name_of(source), own)):
                continue
            before = act.at.order < max(commits) if commits else self._inside(trace, act, first)
            name = name_of(target)
            out.append(
                Keeping(
                    kind,
                    self._spans(act.at.loc),
                    before,
                    None if name is None else name.text,
                    None if name is None else name.finest,
                    name is None or name.open or _looks_for(trace, target),
                )
            )
        return tuple(out)

    def _inside(self, trace: Trace, act: Act, first: Built) -> bool:
        """Whether a file is moved inside the block whose end commits the rows, or before they are made."""
        if act.at.order < first.at.order:
            return True
        body = self._body(trace.key)
        mine, rows = self._place(trace, act.at), self._place(trace, first.at)
        if mine is None or rows is None:
            return False
        blocks = [one.stmt for one in places.around(body, rows) if isinstance(one.stmt, code.With)]
        return any(
            one.stmt is block and not _opens(block)
            for one in places.around(body, mine)
            for block in blocks
            if isinstance(one.stmt, code.With)
        )


def _is_transaction(block: Entered) -> bool:
    name = terminal(block.node.func) if isinstance(block.node, code.Call) else ""
    if name in ("closing", "aclosing"):
        return False
    for value in options_of(block.value):
        if isinstance(value, Made) and (
            value.name == "sqlite3.connect" or (isinstance(value.func, Attribute) and value.func.name == "begin")
        ):
            return True
    return False


def _commits(act: Act) -> bool:
    """Whether a call commits: by its name, or by SQL."""
    if act.name in ("execute", "executescript", "exec_driver_sql") and act.args:
        words = (known(act.args[0]) or "").upper().split()
        return words[:1] in (["COMMIT"], ["COMMIT;"], ["END"], ["END;"])
    return act.name == "commit"


def _ends(act: Act) -> tuple[Value | None, Value | None]:
    """What a call moves, copies or removes, and where to."""
    if isinstance(act.func, External):
        first = act.args[0] if act.args else act.kwargs.get("src")
        return first, act.args[1] if len(act.args) > 1 else act.kwargs.get("dst")
    if isinstance(act.func, Attribute):
        target = act.args[0] if act.args else act.kwargs.get("target")
        # `Path.replace(target)` has one argument, `str.replace(old, new)` two.
        return (None, None) if len(act.args) > 1 else (act.func.base, target)
    return None, None


def _same(one: FileName | None, other: FileName | None) -> bool:
    return one is not None and other is not None and one.text == other.text


def _looks_for(trace: Trace, target: Value | None) -> bool:
    """Whether a name in use is noticed before something is moved over it."""
    wanted = name_of(target)
    return any(
        other.name in ("exists", "is_file")
        and isinstance(other.func, Attribute | External)
        and (
            (other.func.base if isinstance(other.func, Attribute) else next(iter(other.args), None)) is target
            or _same(
                name_of(other.func.base if isinstance(other.func, Attribute) else next(iter(other.args), None)), wanted
            )
        )
        for other in trace.acts
    )


def _is_lent(func: Value) -> bool:
    """Whether the session of `session.commit` belongs to someone else: a parameter, or an attribute of one."""
    base = func.base if isinstance(func, Attribute) else None
    while isinstance(base, Attribute):
        base = base.base
    return isinstance(base, Unknown) and base.parameter is not None


def _opens(stmt: code.With) -> bool:
    """Whether a `with` only opens files."""
    for manager, _ in stmt.items:
        func = manager.func if isinstance(manager, code.Call) else manager
        name = func.name if isinstance(func, code.Attr) else getattr(func, "id", "")
        if name not in ("open", "suppress", "nullcontext"):
            return False
    return True


def _undoes(body: code.Block) -> bool:
    names = {getattr(call.func, "name", getattr(call.func, "id", "")) for call in places.calls(body)}
    return any("rollback" in name or name in ("close", "remove", "invalidate") for name in names)


def _leaves(body: code.Block) -> bool:
    return any(isinstance(stmt, code.Raise) for stmt in places.statements(body)) or any(
        getattr(call.func, "name", getattr(call.func, "id", ""))
        in ("exit", "_exit", "abort", "fail", "raise_for_status")
        for call in places.calls(body)
    )


def _catches_all(handler: code.Handler) -> bool:
    """Whether a handler catches what a failing statement raises."""
    kinds = handler.type.items if isinstance(handler.type, code.Seq) else (handler.type,)
    for kind in kinds:
        name = getattr(kind, "name", getattr(kind, "id", "")) if kind is not None else "BaseException"
        if name in ("Exception", "BaseException", "SQLAlchemyError", "IntegrityError", "DatabaseError", "DBAPIError"):
            return True
    return False
