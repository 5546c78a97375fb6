"""Hears, while the interpreter runs, what is opened, registered, executed and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from persistlint.project.interp.frames import CallEvent, SetEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    External,
    Function,
    Instance,
    Items,
    Made,
    Text,
    Value,
    known,
    options_of,
)
from persistlint.project.resources import names
from persistlint.project.resources.kinds import Resource, receiver_of
from persistlint.project.stores.handed import hands_on

Root = tuple[str, int]

_DEEPEST = 2
_CONFIGURES = frozenset({"from_mapping", "update", "setdefault"})
_CLOSERS = frozenset({"contextlib.closing", "contextlib.aclosing"})
_CLOSES = re.compile(r"(?i)a?close|dispose|shut_?down|disconnect|tear_?down|clean_?up|kill|terminate|stop")
_CONNECTS = frozenset({"connect", "begin", "raw_connection", "connection", "cursor"})

USES = frozenset({
    "execute", "exec_driver_sql", "executescript", "executemany", "commit", "rollback", "begin", "close",
    "execution_options", "execute_fetchall", "scalar", "scalars", "exec", "add", "add_all", "delete", "merge",
    "flush", "query", "get", "run_sync",
})  # fmt: skip
"""Methods of connections, cursors, sessions and engines whose order matters for what is open when."""
REMOVES = frozenset({
    "rmtree", "move", "remove", "unlink", "rename", "renames", "replace", "copy", "copy2", "copyfile",
})  # fmt: skip
"""Functions of `os` and `shutil`, and methods of paths, after which a path is not what it was."""
FETCHES = frozenset({"fetchone", "fetchall", "fetchmany", "scalar", "scalar_one", "first", "one", "all", "fetch"})


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was heard: in what order, in the interpretation of which root, under which managers."""

    order: int
    root: Root | None
    depth: int
    """Within how many conditions that could not be decided."""
    held: tuple[tuple[str, Value], ...]

    def is_sure(self, since: Moment) -> bool:
        """Whether it happens whenever what was heard at another moment does."""
        return self.depth <= (since.depth if since.root == self.root else 0)


@dataclass(frozen=True, slots=True)
class Heard:
    """One call, with what it is called on."""

    event: CallEvent
    moment: Moment
    receiver: Resource | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """One assignment of anything to an attribute, an item or a global."""

    event: SetEvent
    moment: Moment


@dataclass(frozen=True, slots=True)
class Registered:
    """A function registered for an event: by a call, or as a decorator, whose function comes later."""

    target: Value
    event: str
    function: Value | None
    call: CallEvent
    moment: Moment


@dataclass(slots=True)
class Watch:
    """All that was heard, in order."""

    machine: Machine
    openings: list[tuple[Made, CallEvent, Moment]] = field(default_factory=list[tuple[Made, CallEvent, Moment]])
    uses: list[Heard] = field(default_factory=list[Heard])
    fetches: list[Heard] = field(default_factory=list[Heard])
    registered: list[Registered] = field(default_factory=list[Registered])
    factories: list[Heard] = field(default_factory=list[Heard])
    configured: list[CallEvent] = field(default_factory=list[CallEvent])
    """What fills an application's configuration: `app.config.from_mapping(…)`."""
    bases: list[Heard] = field(default_factory=list[Heard])
    sets: list[Assigned] = field(default_factory=list[Assigned])
    returned: dict[int, tuple[Value, list[str]]] = field(default_factory=dict[int, tuple[Value, list[str]]])
    """By identity, the values that functions of the project returned, with the functions' dotted names."""
    disposals: list[Heard] = field(default_factory=list[Heard])
    """Every call of `dispose`, whatever it is called on."""
    removals: list[Heard] = field(default_factory=list[Heard])
    """Every call that may delete, move or write over a file or folder."""
    closings: list[Heard] = field(default_factory=list[Heard])
    """Every call by whose name something may be closed, but for functions of the project, which are followed."""
    detached: set[int] = field(default_factory=set[int])
    """By identity, the connections that were taken out of their pool for good."""
    handed: set[int] = field(default_factory=set[int])
    """By identity, the connections that were given to something outside the project."""
    _order: int = 0

    def on_call(self, event: CallEvent) -> None:
        """Keep what matters of a call."""
        self._note_result(event)
        self._note_arguments(event)
        self._note_end(event)
        name = event.name
        if name in ("listen", "listens_for"):
            self._register(event)
        elif name in _CONFIGURES and _is_config(event.func):
            self.configured.append(event)
        elif name == "create_all":
            self.bases.append(Heard(event, self._moment()))
        elif name == "dispose" and not event.args:
            self.disposals.append(Heard(event, self._moment(), receiver_of(event.func)))
        elif name in USES:
            receiver = receiver_of(event.func)
            if receiver is not None:
                self.uses.append(Heard(event, self._moment(), receiver))
                if name == "run_sync" and event.args and _is_create_all(event.args[0]):
                    self.bases.append(self.uses[-1])
        elif name in FETCHES:
            self.fetches.append(Heard(event, self._moment()))
        for made in options_of(event.result):
            if isinstance(made, Made):
                self._made(made, event)

    def _note_end(self, event: CallEvent) -> None:
        if event.name in ("detach", "invalidate") and (gone := receiver_of(event.func)) is not None:
            self.detached.add(id(gone.value))
        elif event.name in REMOVES:
            self.removals.append(Heard(event, self._moment()))
        elif _CLOSES.match(event.name) and not isinstance(event.func, Function):
            self.closings.append(Heard(event, self._moment(), receiver_of(event.func)))

    def _made(self, made: Made, event: CallEvent) -> None:
        if not isinstance(made.func, External) or (made.loc.path, made.loc.at) != (event.path, event.node.at):
            return
        if is_opening(made.name):
            self.openings.append((made, event, self._moment()))
        elif names.in_library(made.name, names.FACTORIES):
            self.factories.append(Heard(event, self._moment()))

    def on_set(self, event: SetEvent) -> None:
        """Keep an assignment."""
        self.sets.append(Assigned(event, self._moment()))

    def _note_result(self, event: CallEvent) -> None:
        if any(isinstance(value, Text) for value in (*event.args, *event.kwargs.values())):
            return  # what it returns depends on a name that it is given: `path_of(project, "cache.db")`
        given = {id(one) for value in (*event.args, *event.kwargs.values()) for one in options_of(value)}
        for func in options_of(event.func):
            if isinstance(func, Function):
                name = door(func.path, func.qualname)
                for value in _inside(event.result, 0):
                    if not _is_made(value) and hands_on(value, given):
                        continue
                    known_names = self.returned.setdefault(id(value), (value, []))[1]
                    if name not in known_names:
                        known_names.append(name)

    def _note_arguments(self, event: CallEvent) -> None:
        if isinstance(event.func, Function) or (isinstance(event.func, External) and event.func.name in _CLOSERS):
            return  # followed as it is interpreted
        for value in (*event.args, *event.kwargs.values()):
            if isinstance(value, Made) and (
                is_opening(value.name) or (isinstance(value.func, Attribute) and value.func.name in _CONNECTS)
            ):
                self.handed.add(id(value))

    def _register(self, event: CallEvent) -> None:
        wanted = event.func.name if isinstance(event.func, External) else ""
        if not wanted.startswith(("sqlalchemy", "sqlmodel")) or len(event.args) < 2:
            return
        name = known(event.args[1])
        if name is not None:
            function = event.args[2] if len(event.args) > 2 else event.kwargs.get("fn")
            self.registered.append(Registered(event.args[0], name, function, event, self._moment()))

    def _moment(self) -> Moment:
        self._order += 1
        machine = self.machine
        return Moment(self._order, machine.root, machine.uncertain, tuple(machine.held))


def _inside(value: Value, depth: int) -> Iterator[Value]:
    """A result and the parts of it: of a tuple, of what an object of the project is made from.

    What an object keeps in its attributes is that object's affair: who hands on a manager does not hand on its engine.
    """
    for option in options_of(value):
        yield option
        if depth > _DEEPEST:
            continue
        match option:
            case Items(items=items):
                parts = items
            case Instance(args=args, kwargs=kwargs):
                parts = [*args, *kwargs.values()]
            case _:
                parts = []
        for part in parts:
            yield from _inside(part, depth + 1)


def _is_made(value: Value) -> bool:
    return isinstance(value, Made) and is_opening(value.name)


def _is_config(func: Value) -> bool:
    base = func.base if isinstance(func, Attribute) else None
    return isinstance(base, Attribute) and base.name == "config"


def _is_create_all(value: Value) -> bool:
    """`Base.metadata.create_all`, or `SQLModel.metadata.create_all`."""
    return isinstance(value, Attribute | External) and value.name.rpartition(".")[2] == "create_all"


def door(path: str, function: str) -> str:
    """A function as `module:function`, the module named by its path: a folder need not be a package."""
    return f"{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}:{function}"


def openings_in(value: Value) -> list[Made]:
    """The openings that a value is, or has as a part, each once."""
    found = {id(part): part for part in _inside(value, 0) if isinstance(part, Made) and is_opening(part.name)}
    return list(found.values())


def is_opening(name: str) -> bool:
    """Whether calling that opens a database."""
    return (
        name in names.CONNECT
        or name in names.FLASK
        or (name in names.CONNECTIONS and not name.startswith("sqlalchemy"))
        or names.in_library(name, names.ENGINE_MAKERS)
    )


def path_of(made: Made) -> Value | None:
    """The path or URL that an opening is given; None where it is given none."""
    if made.args and made.name not in names.FLASK:
        return made.args[0]
    return made.kwargs.get("url") or made.kwargs.get("database")


def anchor(resource: Resource | None) -> Made | None:
    """The opening call at the root of a resource, None where it cannot be seen."""
    if resource is None:
        return None
    value = resource.opening.value
    if isinstance(value, Attribute) and isinstance(value.base, Made):
        value = value.base  # `db.engine` of Flask-SQLAlchemy
    return value if isinstance(value, Made) and is_opening(value.name) else None
