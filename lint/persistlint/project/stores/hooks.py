"""Which functions are registered for the events of an engine, and what each does to a connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from persistlint.facts.stores import Hook, PragmaUse
from persistlint.project.interp.frames import CallEvent, SetEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    External,
    Function,
    Loc,
    Made,
    Value,
    options_of,
)
from persistlint.project.resources.kinds import Kind, resource_of, root_of
from persistlint.project.stores.arguments import level_of
from persistlint.project.stores.pragmas import Reader, united
from persistlint.project.stores.watch import FETCHES, Registered, Watch, anchor
from persistlint.source import Span

_OF_CONNECTION = frozenset({"connect", "first_connect", "checkout"})
_OF_TRANSACTION = frozenset({"begin", "engine_connect"})
_EVENTS = _OF_CONNECTION | _OF_TRANSACTION
_EXECUTES = frozenset({"execute", "exec_driver_sql", "executescript", "executemany"})


@dataclass(frozen=True, slots=True)
class Attached:
    """A hook with the moment of its registration; `target` is the opening, None for all engines."""

    hook: Hook
    target: Made | None
    registered: Registered


@dataclass(slots=True)
class _Done:
    """What a hook was heard to do to its connection."""

    level: str | None = None
    begins: str | None = None
    pragmas: list[PragmaUse] = field(default_factory=list[PragmaUse])
    certain: bool = True
    cursors: list[tuple[Value, int]] = field(default_factory=list[tuple[Value, int]])
    """What each PRAGMA was executed on, with its place in `pragmas`."""

    def fetched(self, cursor: Value) -> None:
        """An answer is fetched: it is that of the last PRAGMA on the same cursor."""
        for base, index in reversed(self.cursors):
            if base is cursor:
                self.pragmas[index] = replace(self.pragmas[index], answered=True)
                return


class Hooks:
    """The hooks of a project."""

    def __init__(self, machine: Machine, reader: Reader, spans: Callable[[Loc], Span]) -> None:
        self._machine = machine
        self._reader = reader
        self._spans = spans
        self._done: dict[int, _Done] = {}

    def attached(self, watch: Watch) -> list[Attached]:
        """Each registration for each engine that it may be for, in order."""
        decorated = {
            id(decorator): function for function in self._machine.decorated for decorator in function.decorators
        }
        met = {id(made): moment for made, _, moment in watch.openings}
        out: list[Attached] = []
        for one in watch.registered:
            if one.event not in _EVENTS:
                continue
            functions = [decorated.get(id(one.call.result))] if one.function is None else [*options_of(one.function)]
            for function in functions:
                if not isinstance(function, Function):
                    continue
                for reach, target in _targets(one.target):
                    sure = one.moment.is_sure(met.get(id(target), one.moment))
                    out.append(Attached(self._hook(one, function, reach, sure=sure), target, one))
        return out

    def _hook(self, one: Registered, function: Function, reach: str, *, sure: bool) -> Hook:
        done = self._done.get(id(function))
        if done is None:
            done = self._done[id(function)] = self._run(function, one.event)
        place = self._spans(Loc(one.call.path, one.call.node.at, one.call.node.end))
        return Hook(
            one.event,
            place,
            function.qualname,
            reach,
            done.level,
            done.begins,
            tuple(united(done.pragmas)),
            done.certain and sure,
        )

    def _run(self, function: Function, event: str) -> _Done:
        """Interpret a hook with a connection of its own."""
        done = _Done()
        machine, reader, spans = self._machine, self._reader, self._spans
        opened = Made(External("sqlite3.connect"), [], {}, Loc(function.path, function.node.at, function.node.at))
        engine = Made(External("sqlalchemy.create_engine"), [], {}, opened.loc)
        connection = opened if event in _OF_CONNECTION else Made(Attribute(engine, "connect"), [], {}, opened.loc)

        def on_call(call: CallEvent) -> None:
            if call.name in FETCHES and isinstance(call.func, Attribute):
                done.fetched(call.func.base)
            if call.name in _EXECUTES and isinstance(call.func, Attribute) and _is_of(call.func.base, connection):
                _note(done, call, reader, spans, sure=machine.uncertain == 0)

        def on_set(assigned: SetEvent) -> None:
            if assigned.name == "isolation_level" and assigned.base is not None and _is_of(assigned.base, connection):
                level = level_of(assigned.value)
                done.level = "?" if level is None else level
                done.certain = done.certain and machine.uncertain == 0

        heard = machine.on_call, machine.on_set, machine.uncertain
        machine.on_call, machine.on_set, machine.uncertain = on_call, on_set, 0
        try:
            with machine.budget():
                machine.invoke(function, [connection], {}, 0, open_=True)
        finally:
            machine.on_call, machine.on_set, machine.uncertain = heard
        return done


def _is_of(value: Value, connection: Made) -> bool:
    root = root_of(value)
    while root is not None:
        if root.value is connection:
            return True
        root = root.source
    return False


def _note(done: _Done, call: CallEvent, reader: Reader, spans: Callable[[Loc], Span], *, sure: bool) -> None:
    place = spans(Loc(call.path, call.node.at, call.node.end))
    for text, statements in reader.alternatives(call.args[0] if call.args else None):
        for statement in statements:
            if statement.begin_mode is not None:
                known_mode = done.begins in (None, statement.begin_mode)
                done.begins = statement.begin_mode if known_mode else "?"
                done.certain = done.certain and sure
            if statement.pragma is not None:
                begun = done.begins or "none"
                use = PragmaUse("", (), reads=False, span=place, function=call.function, via="hook", certain=sure)
                module = reader.modules(call.path)
                dropped = module is not None and reader.shapes.is_dropped(module, call.node)
                use = replace(use, begun=begun, answered=not dropped)
                if isinstance(call.func, Attribute):
                    done.cursors.append((call.func.base, len(done.pragmas)))
                done.pragmas.append(reader.pragma(text, statement.pragma, use))


def _targets(value: Value) -> list[tuple[str, Made | None]]:
    """The engines that a hook's target may be; one that cannot be seen is `loose`."""
    out: list[tuple[str, Made | None]] = []
    for option in options_of(value):
        if isinstance(option, External):
            last = option.name.rpartition(".")[2]
            if option.name.startswith("sqlalchemy") and last in ("Engine", "Pool"):
                out.append(("class", None))
            continue
        of_pool = isinstance(option, Attribute) and option.name == "pool"
        reach = "pool" if of_pool else "engine"
        resource = resource_of(option.base if isinstance(option, Attribute) and of_pool else option)
        if resource is not None and resource.kind is Kind.ENGINE:
            made = anchor(resource)
            if made is not None:
                out.append((reach, made))
                continue
        out.append(("loose", None))
    return out
