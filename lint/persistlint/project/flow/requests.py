"""Functions that Flask calls for a request, and whether anything commits its session behind them.

Flask-SQLAlchemy removes the session of a request at its end, which rolls back
(https://flask-sqlalchemy.readthedocs.io/en/stable/contexts/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from persistlint.project.flow.analysis import Followed
from persistlint.project.interp.values import Attribute, External, Made, Unknown, Value, options_of

_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete"})
_BEHIND = re.compile(r"after_|teardown_")
_APPLICATIONS = frozenset({"flask.Flask", "flask.Blueprint", "flask.app.Flask", "flask.blueprints.Blueprint"})


class Requests:
    """The views of a project; none, where something behind them commits."""

    def __init__(self, followed: Iterable[Followed]) -> None:
        functions = list(followed)
        self._committing = {_last(one.view.name) for one in functions if one.ends is None or one.notes.commits}
        self._behind = any(_is_behind(one) and (one.ends is None or one.notes.commits) for one in functions)

    def are_ended_behind(self, one: Followed) -> bool:
        """Whether a function is a view, at whose end what it has not committed is lost."""
        return not self._behind and _is_view(one.decorators) and not self._may_commit(one)

    def _may_commit(self, one: Followed) -> bool:
        """Whether it calls what cannot be followed, by the name of something that commits."""
        return any(
            event.name in self._committing and any(_is_unknown(func) for func in options_of(event.func))
            for events in one.view.events.values()
            for event in events
        )


def _is_view(decorators: tuple[Value, ...]) -> bool:
    # What the project wraps around a view may commit for it.
    return all(isinstance(one, External | Made) for one in decorators) and any(map(_is_route, decorators))


def _is_route(value: Value) -> bool:
    return _method(value) in _ROUTES


def _method(value: Value) -> str | None:
    """The method of a Flask application or blueprint that a decorator is: `@bp.post("/…")`, `@app.teardown_request`."""
    func = value.func if isinstance(value, Made) and isinstance(value.func, Attribute) else value
    if isinstance(func, Attribute) and isinstance(func.base, Made) and func.base.name in _APPLICATIONS:
        return func.name
    return None


def _is_behind(one: Followed) -> bool:
    return any(_BEHIND.match(_method(value) or "") for value in one.decorators)


def _is_unknown(func: Value) -> bool:
    while isinstance(func, Attribute):
        func = func.base
    return isinstance(func, Unknown)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
