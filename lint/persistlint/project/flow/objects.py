"""Which variables hold objects that a session has loaded, or that were added to it."""

from __future__ import annotations

from persistlint.facts import code
from persistlint.project.flow.sql import SqlReader
from persistlint.project.flow.views import View, statements
from persistlint.project.interp.frames import CallEvent, terminal
from persistlint.project.interp.values import Made, Value, flag, options_of
from persistlint.project.resources.kinds import Kind, Resource, receiver_of, root_of

_ONE = frozenset({
    "first", "one", "one_or_none", "get", "get_one", "scalar_one", "scalar_one_or_none", "scalar", "merge",
})  # fmt: skip
_MANY = frozenset({"all", "scalars", "exec", "unique"})
_TAKES = frozenset({"add", "refresh"})


def find_objects(view: View, reader: SqlReader) -> None:
    """Fill in `view.loaded` and `view.rows`: `order = session.get(Order, 1)`, `session.add(order)`."""
    for stmt in statements(view.body):
        match stmt:
            case code.Assign(targets=(code.Name(id=name),)):
                _assigned(view, name, stmt.value, reader)
            case code.For(target=code.Name(id=name)):
                _met(view, name, stmt.iter, reader)
            case _:
                pass
    for _, events in sorted(view.events.items()):
        for event in events:
            _added(view, event)


def _met(view: View, name: str, iterable: code.Expr, reader: SqlReader) -> None:
    """The rows that a loop goes through: `for order in session.scalars(select(Order))`."""
    inner = iterable.value if isinstance(iterable, code.Await) else iterable
    if isinstance(inner, code.Call) and terminal(inner.func) in _MANY:
        for event in view.at(inner):
            for option in options_of(event.result):
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
