"""Where one more keyword argument goes in a call, and what it would be called there."""

from __future__ import annotations

from collections.abc import Callable

from persistlint.facts import code
from persistlint.facts.boundary import Insertion
from persistlint.project.interp.values import Loc
from persistlint.source import Span

_STARS = 2
"""The asterisks of `**value`."""


def insertion_of(call: code.Call | None, path: str, spans: Callable[[Loc], Span]) -> Insertion | None:
    """Before the last keyword argument of a call, else before its `**`: there no comma can be missing."""
    if call is None:
        return None
    places = [index for index, arg in enumerate(call.args) if arg.name is not None and arg.at >= 0]
    if not places:
        return _before_stars(call, path, spans)
    last = places[-1]
    at = call.args[last].at
    here = spans(Loc(path, at, at))
    before = call.args[last - 1] if last else None
    previous = before.at if before is not None and before.at >= 0 else call.at
    above = spans(Loc(path, previous, previous))
    own_line = above.line < here.line
    return Insertion(here, "\n" + " " * (here.column - 1) if own_line else " ")


def _before_stars(call: code.Call, path: str, spans: Callable[[Loc], Span]) -> Insertion | None:
    stars = [arg.value for arg in call.args if arg.star == _STARS and isinstance(arg.value, code.Call)]
    if len(call.args) != 1 or not stars:
        return None
    at = stars[0].at - _STARS
    return Insertion(spans(Loc(path, at, at)), " ")


def dumped(arg: code.Arg) -> code.Name | None:
    """The `data` of an argument `**data.model_dump(…)`."""
    match arg.value:
        case code.Call(func=code.Attr(base=code.Name() as base, name="model_dump" | "dict")) if arg.star == _STARS:
            return base
        case _:
            return None


def holder(call: code.Call | None, names: frozenset[str]) -> code.Expr | None:
    """The expression whose attributes or entries fill a call's keywords: `data` of `Row(a=data.a, b=data.b)`.

    None where keywords are filled from several things, or from none.
    """
    found: list[code.Expr] = []
    for arg in call.args if call is not None else ():
        given = dumped(arg)
        if given is not None:
            found.append(given)
        if arg.name is None or arg.name not in names:
            continue
        value = arg.value
        while isinstance(value, code.IfExp):
            value = value.body
        match value:
            case code.Attr(base=code.Name() as base):
                found.append(base)
            case code.Call(func=code.Attr(base=code.Name() as base, name="get")):
                found.append(base)
            case code.Sub(base=code.Name() as base):
                found.append(base)
            case _:
                continue
    ids = {one.id for one in found if isinstance(one, code.Name)}
    return found[0] if len(ids) == 1 else None
