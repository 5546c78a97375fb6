"""Calls that a thread is asked for and that are waited on: what they call is called here, as far as values go."""

from __future__ import annotations

from persistlint.facts import code
from persistlint.project.interp.values import Attribute, External, Value

_FUNCTIONS = frozenset({
    "asyncio.to_thread", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool",
    "fastapi.concurrency.run_in_threadpool", "trio.to_thread.run_sync",
})  # fmt: skip
_OWN = frozenset({"limiter", "cancellable", "abandon_on_cancel", "thread_name"})
"""Arguments that are not for the function that is called."""


def asked(
    node: code.Call, func: Value, args: list[Value], kwargs: dict[str, Value]
) -> tuple[code.Call, Value, list[Value], dict[str, Value]]:
    """The call that a call asks a thread for; itself where it asks for none."""
    first = _first(func)
    starred = any(arg.star for arg in node.args[: first + 1]) if first is not None else True
    if first is None or starred or len(args) <= first or node.args[first].name is not None:
        return node, func, args, kwargs
    inner = code.Call(node.at, node.end, node.args[first].value, node.args[first + 1 :])
    named = {name: value for name, value in kwargs.items() if name not in _OWN}
    return inner, args[first], args[first + 1 :], named


def _first(func: Value) -> int | None:
    """Which argument is the function that is called."""
    match func:
        case External(name=name) if name in _FUNCTIONS:
            return 0
        case Attribute(name="run_in_executor"):
            return 1
        case _:
            return None
