"""Every call that opens a database, with what all of the project says about the connections that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from persistlint.facts.code import FuncDef
from persistlint.facts.schema import TableFact
from persistlint.facts.stores import Database, Hook, Kept, Opening
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Const,
    External,
    Function,
    Loc,
    Made,
    Unknown,
    Value,
    options_of,
)
from persistlint.project.resources import names
from persistlint.project.resources.kinds import Kind, Resource, resource_of, root_of
from persistlint.project.sqlalchemy.tables import Found
from persistlint.project.stores import arguments, database, modes
from persistlint.project.stores.arguments import Arguments
from persistlint.project.stores.creators import connected_by
from persistlint.project.stores.early import first_use
from persistlint.project.stores.flask import Configuration
from persistlint.project.stores.folders import folders_of
from persistlint.project.stores.hooks import Attached, Hooks
from persistlint.project.stores.kept import Keeping
from persistlint.project.stores.pragmas import Reader, united
from persistlint.project.stores.timeline import Opened, Timeline
from persistlint.project.stores.watch import Assigned, Heard, Moment, Watch, anchor, door, openings_in, path_of
from persistlint.source import Span, is_test

_OTHER_DRIVERS = frozenset({"creator", "async_creator", "module"})
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

    def __init__(
        self, machine: Machine, watch: Watch, reader: Reader, found: Found, spans: Callable[[Loc], Span]
    ) -> None:
        self._machine = machine
        self._watch = watch
        self._reader = reader
        self._found = found
        self._spans = spans
        self._attached = Hooks(machine, reader, spans).attached(watch)
        self._uses = _by_made((anchor(use.receiver), use) for use in watch.uses)
        self._inner = {
            id(made): inner for made, _, _ in watch.openings if (inner := connected_by(machine, made)) is not None
        }
        self._flask = Configuration(machine, watch)
        self._levels = _by_made(
            (anchor(root_of(one.event.base)), one) for one in watch.sets if one.event.name == "isolation_level"
        )
        self._fetches = _by_value(watch.fetches)
        self._globals = _globals(machine, watch)
        coroutines = frozenset(
            (one.path, one.node.at) for one in machine.functions if isinstance(one.node, FuncDef) and one.node.is_async
        )
        self._keeping = Keeping(machine.modules.at, reader.shapes, spans, coroutines, watch.disposals)
        self._memos = {
            (one.path, one.node.at): one.qualname for one in machine.decorated if any(map(_remembers, one.decorators))
        }
        self._stored = {id(value) for one in watch.sets for value in options_of(one.event.value)}
        self._sets = _by_part(watch.sets)
        self._factories = _by_made((anchor(resource_of(one.event.result)), one) for one in watch.factories)
        self._bases = _by_made((_bound(one), one) for one in watch.bases)
        self._hooked = _by_made((one.target, one) for one in self._attached)
        self._for_all = [one for one in self._attached if one.hook.reach == "class"]
        attached = {one.hook.span for one in self._attached if one.target is not None}
        self._loose = [
            one.hook for one in self._attached if one.hook.reach == "loose" and one.hook.span not in attached
        ]

    def all(self) -> tuple[Opening, ...]:
        """The openings in the order of their places."""
        met: dict[Span, list[_Met]] = {}
        tested: dict[Span, list[_Met]] = {}
        inner = {self._spans(one.loc) for one in self._inner.values()}
        for made, event, moment in self._watch.openings:
            one = self._met(made, event, moment)
            if one.opening.span not in inner:  # what connects for an engine is the engine's
                foreign = moment.root is not None and is_test(moment.root[0]) and not is_test(made.loc.path)
                (tested if foreign else met).setdefault(one.opening.span, []).append(one)
        met = {**tested, **met}  # the files of tests say nothing of where the application opens
        return tuple(opening for span in sorted(met) for opening in _distinct(met[span]))

    def _met(self, made: Made, event: CallEvent, moment: Moment) -> _Met:
        name = made.name
        is_engine = name not in names.CONNECT and name not in names.CONNECTIONS
        making = self._flask.engine_of(made)
        given = arguments.of(making, is_engine=is_engine)
        attached = [*self._hooked.get(id(made), ()), *(self._for_all if is_engine else ())]
        attached.sort(key=lambda one: one.registered.moment.order)
        hooks = tuple(_once(self._timed(one, made) for one in attached))
        if (inner := self._inner.get(id(made))) is not None:
            given = replace(given, driver=arguments.of(inner, is_engine=False).driver, open=inner.open)
        given = self._later_level(given, made, moment, is_engine=is_engine)
        driver = modes.driver_level(given, is_engine=is_engine)
        opened = Opened(made, moment, is_engine, driver, given.autocommit() is False)
        uses = self._uses.get(id(made), [])
        line = Timeline(opened, attached, self._reader, self._spans, self._answered, self._escapes)
        pragmas = tuple(united(line.run(uses)))
        known = (
            not given.open
            and not (_OTHER_DRIVERS & given.engine.keys() and inner is None)
            and not (is_engine and self._loose)
        )
        begin = modes.begin_of(given, hooks, is_engine=is_engine) if known or hooks else modes.UNKNOWN
        timeout = modes.timeout_of(given, hooks, pragmas, is_engine=is_engine)
        foreign_keys, foreign_keys_at = modes.foreign_keys_of(hooks, pragmas, is_engine=is_engine, known=known)
        library = "flask" if name in names.FLASK else "aiosqlite" if name.startswith("aiosqlite") else "sqlalchemy"
        bases = self._bases.get(id(made), [])
        factories = self._factories.get(id(made), [])
        ready = [
            *(("tables", one.moment, _loc(one.event)) for one in bases),
            *(("factory", one.moment, _loc(one.event)) for one in factories if id(one.event.result) in self._stored),
            *(("hook", one.registered.moment, _loc(one.registered.call)) for one in attached if one.target is made),
        ]
        kept = self._keeping.kept(self._sets.get(id(made), []), ready)
        opening = Opening(
            span=self._spans(made.loc),
            function=event.function,
            library=library if is_engine or library == "aiosqlite" else "sqlite3",
            maker=name.rpartition(".")[2],
            database=self._database(making, given, is_engine=is_engine),
            is_engine=is_engine,
            is_async="async" in name or library == "aiosqlite",
            level=given.level(),
            begin=begin.mode,
            begins_first=begin.first,
            begin_at=begin.at,
            begins_itself=line.begins_itself,
            timeouts=timeout.values,
            timeout_at=timeout.at,
            timeout_given=timeout.given,
            driver_timeouts=given.timeouts() if "timeout" in given.driver else None,
            foreign_keys=foreign_keys,
            foreign_keys_at=foreign_keys_at,
            pool=given.pool(),
            hooks=hooks,
            pragmas=pragmas,
            open_arguments=given.open,
            doors=tuple(self._doors(made, event)),
            writes=line.writes or (True if bases else None),
            kept=(*kept, *self._by_decorator(made, event)),
            factories=tuple(sorted({self._spans(_loc(one.event)) for one in factories})),
            tables=tuple(sorted({table.name for table in self._made_tables(made, bases)})),
            disposed=tuple(self._keeping.disposed(made, kept)),
        )
        own = moment.root is not None and moment.root == event.caller
        return _Met(made, moment, own, opening)

    def _timed(self, one: Attached, made: Made) -> Hook:
        """A hook, with what went before it."""
        uses = [*self._uses.get(id(made), ()), *self._bases.get(id(made), ())]
        first = first_use(one, made, uses, self._watch)
        return one.hook if first is None else replace(one.hook, late=self._spans(first))

    def _database(self, made: Made, given: Arguments, *, is_engine: bool) -> Database:
        making = self._inner.get(id(made), made)
        path = path_of(making)
        if making is not made or not is_engine:
            found = database.of_path(path, self.origins, is_uri="uri" in making.kwargs)
        else:
            found = database.of_url(path, self.origins)
            if found.dialect is None and given.is_driver_sqlite():
                found = Database("sqlite", words=found.words, origins=found.origins)
        return replace(found, folders=folders_of(path, self.origins))

    def _later_level(self, given: Arguments, made: Made, moment: Moment, *, is_engine: bool) -> Arguments:
        """The arguments with the isolation level that is assigned to the connection afterwards."""
        for one in () if is_engine else self._levels.get(id(made), ()):
            value = one.event.value if one.moment.is_sure(moment) else Unknown("set under a condition")
            given = replace(given, driver={**given.driver, "isolation_level": value})
        return given

    def origins(self, value: Value) -> Iterator[str]:
        """The functions that returned a value and the globals that hold it."""
        for known in (self._watch.returned, self._globals):
            found = known.get(id(value))
            if found is not None and not isinstance(value, _COMMON):
                yield from found[1]

    def _doors(self, made: Made, event: CallEvent) -> Iterator[str]:
        if event.function is not None:
            yield door(event.path, event.function)
        yield from self._watch.returned.get(id(made), (made, []))[1]

    def _by_decorator(self, made: Made, event: CallEvent) -> Iterator[Kept]:
        """The cache of `functools.lru_cache` around the function that it stands in, or the module that makes it."""
        if event.caller is None:
            for option, found in (self._globals.get(id(made), (made, [])),):
                if option is made and found:
                    yield Kept("module", found[0].rpartition(".")[2], self._spans(made.loc), None)
            return
        memo = self._memos.get(event.caller)
        if memo is not None:
            yield Kept("memo", memo, self._spans(made.loc), memo, checked=True)

    def _made_tables(self, made: Made, bases: list[Heard]) -> Iterator[TableFact]:
        for one in bases:
            yield from self._tables(one.event)
        if made.name in names.FLASK:  # its models' tables are made by `db.create_all()` or by migrations
            yield from self._found.tables_of(made)

    def _tables(self, event: CallEvent) -> tuple[TableFact, ...]:
        func = event.args[0] if event.name == "run_sync" and event.args else event.func
        if isinstance(func, External):  # `SQLModel.metadata.create_all`
            return self._found.tables_of(External(func.name.rpartition(".")[0]))
        return self._found.tables_of(func.base) if isinstance(func, Attribute) else ()

    def _answered(self, use: Heard) -> bool:
        module = self._machine.modules.at(use.event.path)
        if module is None or not self._reader.shapes.is_dropped(module, use.event.node):
            return True
        receiver = use.event.func.base if isinstance(use.event.func, Attribute) else None
        return any(
            one.moment.root == use.moment.root and one.moment.order > use.moment.order
            for one in self._fetches.get(id(receiver), ())
        )

    def _escapes(self, use: Heard, connection: Resource) -> bool:
        """Whether a connection is given away: to another library, or by a generator to whoever runs its body."""
        identity, event = id(connection.value), use.event
        if identity in self._watch.handed or identity in self._watch.returned:
            return True
        module = self._machine.modules.at(event.path)
        own = event.caller == use.moment.root
        return own and module is not None and self._reader.shapes.yields(module, event.node.at)


def _remembers(decorator: Value) -> bool:
    return isinstance(decorator, External) and decorator.name.rpartition(".")[2] in ("cache", "lru_cache")


def _loc(event: CallEvent) -> Loc:
    return Loc(event.path, event.node.at, event.node.end)


def _bound(one: Heard) -> Made | None:
    """The opening that `create_all` is given, or a connection of."""
    event = one.event
    if event.name == "run_sync":
        return anchor(one.receiver)
    return anchor(resource_of(event.kwargs.get("bind") or (event.args[0] if event.args else None)))


_T = TypeVar("_T")


def _by_made(pairs: Iterable[tuple[Made | None, _T]]) -> dict[int, list[_T]]:
    """What belongs to each opening, by its identity."""
    out: dict[int, list[_T]] = {}
    for made, one in pairs:
        if made is not None:
            out.setdefault(id(made), []).append(one)
    return out


def _by_part(sets: Iterable[Assigned]) -> dict[int, list[Assigned]]:
    """The assignments of each opening, alone or as a part of what is assigned."""
    found = list(sets)
    kept = _by_made((made, one) for one in found for made in openings_in(one.event.value))
    # A session factory has its engine with it, where nothing else keeps that.
    return {**_by_made((made, one) for one in found for made in _behind(one.event.value)), **kept}


def _behind(value: Value) -> list[Made]:
    """The openings behind a session factory."""
    factories = [one for option in options_of(value) if (one := resource_of(option)) and one.kind is Kind.FACTORY]
    return [made for one in factories if (made := anchor(one)) is not None]


def _globals(machine: Machine, watch: Watch) -> dict[int, tuple[Value, list[str]]]:
    modules = {function.env.module for function in machine.functions}
    modules |= {module for _, event, _ in watch.openings if (module := machine.modules.at(event.path)) is not None}
    out: dict[int, tuple[Value, list[str]]] = {}
    for module in sorted(modules, key=lambda one: one.path):
        for name, value in module.env.names.items():
            for option in options_of(value):
                out.setdefault(id(option), (option, []))[1].append(f"{module.name}.{name}")
    return out


def _by_value(fetches: Iterable[Heard]) -> dict[int, list[Heard]]:
    """The calls that fetch from each cursor or result, by its identity."""
    out: dict[int, list[Heard]] = {}
    for one in fetches:
        if isinstance(one.event.func, Attribute):
            out.setdefault(id(one.event.func.base), []).append(one)
    return out


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
        target = opening.database
        key = (target.dialect, target.memory, target.file)
        out[key] = _united(out[key], opening) if key in out else opening
    if not out and own is not None:
        return [own]
    if own is not None and len(out) == 1:  # what its own function does with it, callers may not show
        [key] = out
        out[key] = replace(_united(out[key], own), foreign_keys=out[key].foreign_keys, timeouts=out[key].timeouts)
    return [out[key] for key in sorted(out, key=lambda key: tuple(str(part) for part in key))]


def _united(one: Opening, other: Opening) -> Opening:
    return modes.united(one, other, united((*one.pragmas, *other.pragmas)))
