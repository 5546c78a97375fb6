"""Hears, while the interpreter runs, what is opened, registered, executed and kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from persistlint.project.interp.frames import CallEvent, SetEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Attribute, External, Function, Made, Value, known, options_of
from persistlint.project.resources import names
from persistlint.project.resources.kinds import Resource, receiver_of

Root = tuple[str, int]

USES = frozenset({
    "execute", "exec_driver_sql", "executescript", "executemany", "commit", "rollback", "begin", "dispose", "close",
    "execution_options", "execute_fetchall", "scalar", "scalars", "exec", "add", "flush", "query", "get",
})  # fmt: skip
"""Methods of connections, cursors, sessions and engines whose order matters for what is open when."""
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
    bases: list[Heard] = field(default_factory=list[Heard])
    sets: list[Assigned] = field(default_factory=list[Assigned])
    returned: dict[int, tuple[Value, list[str]]] = field(default_factory=dict[int, tuple[Value, list[str]]])
    """By identity, the values that functions of the project returned, with the functions' dotted names."""
    _order: int = 0

    def on_call(self, event: CallEvent) -> None:
        """Keep what matters of a call."""
        self._note_result(event)
        name = event.name
        if name in ("listen", "listens_for"):
            self._register(event)
        elif name == "create_all":
            self.bases.append(Heard(event, self._moment()))
        elif name in USES:
            receiver = receiver_of(event.func)
            if receiver is not None:
                self.uses.append(Heard(event, self._moment(), receiver))
        elif name in FETCHES:
            self.fetches.append(Heard(event, self._moment()))
        for made in options_of(event.result):
            if isinstance(made, Made):
                self._made(made, event)

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
        for func in options_of(event.func):
            if isinstance(func, Function):
                name = f"{func.env.module.name}:{func.qualname}"
                for value in options_of(event.result):
                    known_names = self.returned.setdefault(id(value), (value, []))[1]
                    if name not in known_names:
                        known_names.append(name)

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


def is_opening(name: str) -> bool:
    """Whether calling that opens a database."""
    return (
        name in names.CONNECT
        or name in names.FLASK
        or (name in names.CONNECTIONS and name.startswith(("sqlite3.", "_sqlite3.", "pysqlite")))
        or names.in_library(name, names.ENGINE_MAKERS)
    )


def anchor(resource: Resource | None) -> Made | None:
    """The opening call at the root of a resource, None where it cannot be seen."""
    if resource is None:
        return None
    value = resource.opening.value
    if isinstance(value, Attribute) and isinstance(value.base, Made):
        value = value.base  # `db.engine` of Flask-SQLAlchemy
    return value if isinstance(value, Made) and is_opening(value.name) else None
