"""Who calls whom, and which functions change a schema, heard while the interpreter runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.texts import skeleton
from persistlint.project.interp.values import (
    Attribute,
    Class,
    Function,
    Instance,
    Made,
    ModuleRef,
    Text,
    Value,
    options_of,
)

_CHANGES = re.compile(
    r"\s*(?:ALTER\s+TABLE|CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX)|DROP\s+(?:TABLE|INDEX))\b", re.IGNORECASE
)
_EXECUTE = frozenset({"execute", "exec_driver_sql", "executescript", "text"})

Key = tuple[str, int]


@dataclass(slots=True)
class Calls:
    """`edges` by caller; `acting` are functions that change a schema themselves, `defining` those of them that only
    call `create_all`."""

    edges: dict[Key, set[Key]] = field(default_factory=dict[Key, set[Key]])
    acting: set[Key] = field(default_factory=set[Key])
    defining: set[Key] = field(default_factory=set[Key])
    migrating: set[Key] = field(default_factory=set[Key])
    """Functions that run Alembic's revisions."""
    handed: set[str] = field(default_factory=set[str])
    """The files whose modules are given to some function, which may call whatever is in them: `run(db, migrations)`."""
    callbacks: set[Key] = field(default_factory=set[Key])
    """The functions that are given to some other, or are what calling an object does that is."""
    at_import: list[tuple[str, Value]] = field(default_factory=list[tuple[str, Value]])
    """The files that call `create_all` while they are imported, each with what it is called on."""

    def on_call(self, event: CallEvent) -> None:
        """Note one call."""
        for value in (*event.args, *event.kwargs.values()):
            for one in options_of(value):
                self._given(one)
        if event.caller is None:
            if event.name == "create_all" and isinstance(event.func, Attribute):
                self.at_import.append((event.path, event.func.base))
            return
        # `await connection.run_sync(what)` calls what it is given.
        ran = event.args[0] if event.name == "run_sync" and event.args else None
        name = ran.name if isinstance(ran, Attribute) else event.name
        for func in options_of(event.func if ran is None else ran):
            target = func.find("__init__") if isinstance(func, Class) else func
            if isinstance(target, Function):
                self.edges.setdefault(event.caller, set()).add((target.path, target.node.at))
        if event.name == "upgrade" and getattr(event.func, "name", "") == "alembic.command.upgrade":
            self.migrating.add(event.caller)
        if name == "create_all":
            self.defining.add(event.caller)
            self.acting.add(event.caller)
        elif event.name in _EXECUTE and event.args and _is_change(event.args[0]):
            self.acting.add(event.caller)

    def _given(self, value: Value) -> None:
        target = value.cls.find("__call__") if isinstance(value, Instance) else value
        if isinstance(target, ModuleRef):
            self.handed.add(target.module.path)
        elif isinstance(target, Function):
            self.callbacks.add((target.path, target.node.at))


def _is_change(value: Value) -> bool:
    for option in options_of(value):
        if isinstance(option, Made) and option.args:
            return _is_change(option.args[0])
        if isinstance(option, Text) and _CHANGES.match(skeleton(option)):
            return True
    return False
