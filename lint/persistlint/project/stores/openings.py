"""Every call that opens a database, with what all of the project says about the connections that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from persistlint.facts.stores import Database, Hook, Opening
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Const, External, Function, Loc, Made, Value, options_of
from persistlint.project.resources import names
from persistlint.project.stores import arguments, database, modes
from persistlint.project.stores.arguments import Arguments
from persistlint.project.stores.hooks import Attached, Hooks
from persistlint.project.stores.pragmas import Reader, united
from persistlint.project.stores.timeline import Opened, Timeline
from persistlint.project.stores.watch import Heard, Moment, Watch, anchor
from persistlint.source import Span

_COMMON = (Const, External, Function)
"""Values that say nothing about where they come from: None, a library's class."""


@dataclass(frozen=True, slots=True)
class _Met:
    """One opening as it was met in one interpretation, with its fact."""

    made: Made
    moment: Moment
    own: bool
    """Met while the function that it stands in was interpreted by itself, with unknown arguments."""
    opening: Opening


class Openings:
    """Builds the openings of a project from what was heard."""

    def __init__(self, machine: Machine, watch: Watch, reader: Reader, spans: Callable[[Loc], Span]) -> None:
        self._machine = machine
        self._watch = watch
        self._reader = reader
        self._spans = spans
        self._attached = Hooks(machine, reader, spans).attached(watch)
        self._uses = _by_anchor(watch.uses)
        self._globals = _globals(machine, watch)

    def all(self) -> tuple[Opening, ...]:
        """The openings in the order of their places."""
        met: dict[Span, list[_Met]] = {}
        for made, event, moment in self._watch.openings:
            one = self._met(made, event, moment)
            met.setdefault(one.opening.span, []).append(one)
        return tuple(opening for span in sorted(met) for opening in _distinct(met[span]))

    def _met(self, made: Made, event: CallEvent, moment: Moment) -> _Met:
        name = made.name
        is_engine = name not in names.CONNECT and name not in names.CONNECTIONS
        given = arguments.of(made, is_engine=is_engine)
        target = self._database(made, given, is_engine=is_engine)
        attached = [one for one in self._attached if _reaches(one, made, is_engine=is_engine)]
        hooks = tuple(_once(one.hook for one in attached))
        driver = modes.driver_level(given, is_engine=is_engine)
        opened = Opened(made, moment, is_engine, driver, given.autocommit() is False)
        line = Timeline(opened, attached, self._reader, self._spans, lambda _: True)
        pragmas = tuple(united(line.run(self._uses.get(id(made), ()))))
        begin = modes.begin_of(given, hooks, is_engine=is_engine)
        library = "flask" if name in names.FLASK else "aiosqlite" if name.startswith("aiosqlite") else "sqlalchemy"
        opening = Opening(
            span=self._spans(made.loc),
            function=event.function,
            library=library if is_engine or library == "aiosqlite" else "sqlite3",
            maker=name.rpartition(".")[2],
            database=target,
            is_engine=is_engine,
            is_async="async" in name or library == "aiosqlite",
            level=given.level(),
            begin=begin.mode,
            begins_first=begin.first,
            begin_at=begin.at,
            pool=given.pool(),
            hooks=hooks,
            pragmas=pragmas,
            open_arguments=given.open,
        )
        own = moment.root is not None and moment.root == event.caller
        return _Met(made, moment, own, opening)

    def _database(self, made: Made, given: Arguments, *, is_engine: bool) -> Database:
        first = made.args[0] if made.args and made.name not in names.FLASK else None
        if not is_engine:
            return database.of_path(first or made.kwargs.get("database"), self._origins, is_uri="uri" in made.kwargs)
        found = database.of_url(first or made.kwargs.get("url"), self._origins)
        if found.dialect is None and given.is_driver_sqlite():
            return Database("sqlite", words=found.words, origins=found.origins)
        return found

    def _origins(self, value: Value) -> Iterator[str]:
        """The functions that returned a value and the globals that hold it."""
        for known in (self._watch.returned, self._globals):
            found = known.get(id(value))
            if found is not None and not isinstance(value, _COMMON):
                yield from found[1]


def _by_anchor(uses: list[Heard]) -> dict[int, list[Heard]]:
    out: dict[int, list[Heard]] = {}
    for use in uses:
        made = anchor(use.receiver)
        if made is not None:
            out.setdefault(id(made), []).append(use)
    return out


def _globals(machine: Machine, watch: Watch) -> dict[int, tuple[Value, list[str]]]:
    modules = {function.env.module for function in machine.functions}
    modules |= {module for _, event, _ in watch.openings if (module := machine.modules.at(event.path)) is not None}
    out: dict[int, tuple[Value, list[str]]] = {}
    for module in sorted(modules, key=lambda one: one.path):
        for name, value in module.env.names.items():
            for option in options_of(value):
                out.setdefault(id(option), (option, []))[1].append(f"{module.name}.{name}")
    return out


def _reaches(one: Attached, made: Made, *, is_engine: bool) -> bool:
    return one.target is made or (one.target is None and is_engine)


def _once(hooks: Iterator[Hook]) -> list[Hook]:
    return list({(hook.event, hook.span): hook for hook in hooks}.values())


def _distinct(met: list[_Met]) -> list[Opening]:
    """The openings of one place: one a database file, as its callers make it; by itself where nobody is seen to."""
    own: Opening | None = None
    for one in met:
        if one.own:
            own = one.opening if own is None else _united(own, one.opening)
    out: dict[tuple[str | None, bool | None, str | None], Opening] = {}
    for one in met:
        if one.own:
            continue
        opening = one.opening if own is None else modes.with_own(one.opening, own)
        database = opening.database
        key = (database.dialect, database.memory, database.file)
        out[key] = _united(out[key], opening) if key in out else opening
    if not out and own is not None:
        return [own]
    return [out[key] for key in sorted(out, key=lambda key: tuple(str(part) for part in key))]


def _united(one: Opening, other: Opening) -> Opening:
    """One engine may be met before its hooks are registered, or too deep in other calls to see them."""
    base, more = (one, other) if len(one.hooks) >= len(other.hooks) else (other, one)
    return modes.with_pragmas(base, united((*base.pragmas, *more.pragmas)))
