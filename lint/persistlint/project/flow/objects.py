"""Which variables hold objects that a session has loaded, or that were added to it."""

from __future__ import annotations

from persistlint.facts import code
from persistlint.project.flow.sql import SqlReader
from persistlint.project.flow.views import View, names_in, nodes, statements
from persistlint.project.interp.frames import CallEvent, terminal
from persistlint.project.interp.values import Attribute, Class, External, Made, Value, flag, options_of
from persistlint.project.resources.kinds import Kind, Resource, receiver_of, root_of

_ONE = frozenset({
    "first", "one", "one_or_none", "get", "get_one", "scalar_one", "scalar_one_or_none", "scalar", "merge",
})  # fmt: skip
_MANY = frozenset({"all", "scalars", "exec", "unique"})
_TAKES = frozenset({"add", "refresh"})
_LONGEST = 24
"""Calls in a chain that are looked through."""


def find_objects(view: View, reader: SqlReader) -> None:
    """Fill in `view.loaded` and `view.rows`: `order = session.get(Order, 1)`, `session.add(order)`."""
    lists: dict[str, code.Expr] = {}
    for stmt in statements(view.body):
        match stmt:
            case code.Assign(targets=(code.Name(id=name),)):
                _assigned(view, name, stmt.value, reader)
                lists[name] = stmt.value
            case code.For(target=code.Name(id=name), iter=several):
                rows = lists.get(several.id, several) if isinstance(several, code.Name) else several
                _met(view, name, rows, reader)
            case _:
                pass
    for _, events in sorted(view.events.items()):
        for event in events:
            _added(view, event)


def _met(view: View, name: str, several: code.Expr, reader: SqlReader) -> None:
    """The rows that a loop goes through: `for order in session.scalars(select(Order))`."""
    inner = several.value if isinstance(several, code.Await) else several
    for event in view.at(inner) if isinstance(inner, code.Call) else ():
        for option in options_of(event.result):
            session = root_of(option) if isinstance(option, Made) and _of_objects(option) else None
            if session is not None and expires(session):
                view.loaded.setdefault(name, view.rid(session))
            if event.name in _MANY:
                _row(view, name, option, reader)


def _row(view: View, name: str, value: Value, reader: SqlReader) -> None:
    session = root_of(value) if isinstance(value, Made) else None
    columns = reader.columns(value)
    if session is not None and session.kind is Kind.SESSION and columns:
        view.rows.setdefault(name, (view.rid(session), reader.tables([value]), columns))


def _assigned(view: View, name: str, value: code.Expr, reader: SqlReader) -> None:
    inner = value.value if isinstance(value, code.Await) else value
    if not isinstance(inner, code.Call) or terminal(inner.func) not in _ONE:
        return
    for event in view.at(inner):
        for option in options_of(event.result):
            session = root_of(option) if isinstance(option, Made) else None
            if session is not None and expires(session):
                view.loaded.setdefault(name, view.rid(session))
            _row(view, name, option, reader)


def _of_objects(value: Value) -> bool:
    """Whether a query is for objects of one class, not for columns, whose values stay as they are."""
    for _ in range(_LONGEST):
        match value:
            case Made(func=Attribute(name="query") | External(), args=[Class()]):
                return True
            case Made(func=Attribute(base=base, name="scalars"), args=args):
                value = args[0] if args else base
            case Made(func=Attribute(base=base)):
                value = base
            case _:
                return False
    return False


def reads_before_waiting(body: code.Block, param: str) -> bool:
    """Whether a function reads an attribute of what it is given before it awaits something."""
    found = [node for stmt in statements(body) for node in nodes(stmt)]
    waits = [node.value.end for node in found if isinstance(node, code.Await) and isinstance(node.value, code.Call)]
    reads = [node.at for node in found if isinstance(node, code.Attr) and param in names_in(node.base)]
    return bool(waits and reads) and min(reads) < max(waits)


def _added(view: View, event: CallEvent) -> None:
    if event.name not in _TAKES or not event.node.args or not isinstance(event.node.args[0].value, code.Name):
        return
    session = receiver_of(event.func)
    if session is not None and expires(session):
        view.loaded.setdefault(event.node.args[0].value.id, view.rid(session))


def expires(session: Resource) -> bool:
    """Whether a session expires what it has loaded when it commits."""
    if session.kind is not Kind.SESSION or session.is_async or session.library == "unknown":
        return False  # an asynchronous session cannot load by itself: it raises MissingGreenlet instead
    source: Resource | None = session
    while source is not None:
        value = source.value
        option = value.kwargs.get("expire_on_commit") if isinstance(value, Made) else None
        if option is not None:
            return flag(option) is not False
        source = source.source
    return True
