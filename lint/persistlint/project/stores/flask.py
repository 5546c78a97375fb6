"""The engine of Flask-SQLAlchemy, as the application's configuration describes it.

https://flask-sqlalchemy.readthedocs.io/en/stable/config/ : `SQLALCHEMY_DATABASE_URI` is its URL,
`SQLALCHEMY_ENGINE_OPTIONS` what `create_engine` is given. Both are found by their names, wherever they are written.
"""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.project.interp.choices import choose
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Class,
    External,
    Lazy,
    Made,
    Mapping,
    Value,
    known,
    options_of,
)
from persistlint.project.resources import names
from persistlint.project.stores.watch import Watch
from persistlint.source import is_test

_URL = "SQLALCHEMY_DATABASE_URI"
_OPTIONS = "SQLALCHEMY_ENGINE_OPTIONS"
_ENGINE = External("sqlalchemy.create_engine")


class Configuration:
    """What a project configures; nothing of it holds where it has several such objects."""

    def __init__(self, machine: Machine, watch: Watch) -> None:
        makings = {(made.loc.path, made.loc.at) for made, _, _ in watch.openings if made.name in names.FLASK}
        self._found: dict[str, list[Value]] = {_URL: [], _OPTIONS: []}
        if len({place for place in makings if not is_test(place[0])}) == 1:
            for name, value in (*_named(machine), *_assigned(watch), *_given(watch.configured)):
                if not any(value is one for one in self._found[name]):
                    self._found[name].append(value)

    def engine_of(self, made: Made) -> Made:
        """The call of `create_engine` that a Flask-SQLAlchemy object stands for; any other call as it is."""
        if made.name not in names.FLASK:
            return made
        urls, options = self._found[_URL], [*self._found[_OPTIONS]]
        if (own := made.kwargs.get("engine_options")) is not None:
            options.append(own)
        given: dict[str, Value] = {}
        for one in options:
            if isinstance(one, Mapping):
                given.update({name: value for key, value in one.entries if (name := known(key)) is not None})
        unknown = len(options) > 1 or any(not isinstance(one, Mapping) or one.open for one in options)
        return Made(_ENGINE, [choose(*urls)] if urls else [], given, made.loc, unknown)


def _named(machine: Machine) -> Iterator[tuple[str, Value]]:
    """Constants of modules, and of the classes that `config.from_object` is given."""
    for module in machine.modules.loaded():
        if not is_test(module.path):
            scopes = [module.env.names, *(one.names for one in module.env.names.values() if isinstance(one, Class))]
            for scope in scopes:
                for name in (_URL, _OPTIONS):
                    if name in scope and not isinstance(scope[name], Lazy):
                        yield name, scope[name]


def _assigned(watch: Watch) -> Iterator[tuple[str, Value]]:
    """`app.config["SQLALCHEMY_DATABASE_URI"] = …`"""
    for one in watch.sets:
        event = one.event
        name = known(event.index) if event.index is not None else None
        if name in (_URL, _OPTIONS) and not is_test(event.path):
            yield name, event.value


def _given(configured: list[CallEvent]) -> Iterator[tuple[str, Value]]:
    """`app.config.from_mapping(SQLALCHEMY_DATABASE_URI=…)`, `app.config.update({…})`"""
    for event in configured:
        if is_test(event.path):
            continue
        options = [option for arg in event.args for option in options_of(arg)]
        pairs = [(known(key), value) for one in options if isinstance(one, Mapping) for key, value in one.entries]
        for name, value in (*pairs, *event.kwargs.items()):
            if name in (_URL, _OPTIONS):
                yield name, value
