"""Exit stacks: what a `with ExitStack() as stack` block ends, as it is registered inside of it."""

from __future__ import annotations

from persistlint.facts import code
from persistlint.project.flow.blocks import Manager, managers
from persistlint.project.flow.calls import Caller
from persistlint.project.flow.views import place_of
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import Attribute, External, Made, Value, options_of
from persistlint.project.resources.kinds import resource_of

_STACKS = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})
_ENTERS = frozenset({"enter_context", "enter_async_context", "push", "push_async_exit"})
_CALLS = frozenset({"callback", "push_async_callback"})
_ACTS = {"close": "close", "aclose": "close", "dispose": "dispose", "commit": "commit", "rollback": "rollback"}


class Stacks:
    """The stacks whose blocks are being followed, by variable, each with what it has to end."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._open: dict[str, list[Manager]] = {}

    def enter(self, manager: code.Expr, target: code.Expr | None) -> str | None:
        """The variable of the stack that a `with` item opens; None where it opens none."""
        if not isinstance(target, code.Name) or not self._is_stack(manager):
            return None
        self._open[target.id] = []
        return target.id

    def leave(self, name: str) -> list[Manager]:
        """What the block of a stack ends, in the order in which it was registered."""
        return self._open.pop(name, [])

    def register(self, node: code.Call, events: list[CallEvent]) -> list[Manager]:
        """What a call hands to one of these stacks to end; nothing for any other call."""
        if not isinstance(node.func, code.Attr) or not isinstance(node.func.base, code.Name) or not node.args:
            return []
        known = self._open.get(node.func.base.id)
        if known is None:
            return []
        found = self._found(node, events)
        known.extend(one for one in found if one not in known)
        return found

    def _found(self, node: code.Call, events: list[CallEvent]) -> list[Manager]:
        names = {event.name for event in events}
        if names & _ENTERS:
            return managers(self._caller, node.args[0].value)
        if names & _CALLS:
            return [one for event in events if event.args for one in self._called_back(event.args[0])]
        return []

    def _called_back(self, value: Value) -> list[Manager]:
        out: list[Manager] = []
        for option in options_of(value):
            resource = resource_of(option.base) if isinstance(option, Attribute) else None
            if resource is not None and isinstance(option, Attribute) and option.name in _ACTS:
                acts = (_ACTS[option.name],)
                out.append(Manager(self._caller.view.rid(resource), acts, acts))
        return out

    def _is_stack(self, manager: code.Expr) -> bool:
        return any(
            isinstance(option, Made) and isinstance(option.func, External) and option.func.name in _STACKS
            for value in self._caller.view.entered.get(place_of(manager), ())
            for option in options_of(value)
        )
