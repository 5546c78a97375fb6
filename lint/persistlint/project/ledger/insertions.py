"""Where one more keyword argument goes in a call, and what it would be called there."""

from __future__ import annotations

from collections.abc import Callable

from persistlint.facts import code
from persistlint.facts.boundary import Insertion
from persistlint.project.interp.values import Loc
from persistlint.source import Span


def insertion_of(call: code.Call | None, path: str, spans: Callable[[Loc], Span]) -> Insertion | None:
    """Before the last keyword argument of a call: there no comma can be missing."""
    if call is None:
        return None
    places = [index for index, arg in enumerate(call.args) if arg.name is not None and arg.at >= 0]
    if not places:
        return None
    last = places[-1]
    at = call.args[last].at
    here = spans(Loc(path, at, at))
    before = call.args[last - 1] if last else None
    previous = before.at if before is not None and before.at >= 0 else call.at
    above = spans(Loc(path, previous, previous))
    own_line = above.line < here.line
    return Insertion(here, "\n" + " " * (here.column - 1) if own_line else " ")


def holder(call: code.Call | None, names: frozenset[str]) -> code.Expr | None:
    """The expression whose attributes or entries fill a call's keywords: `data` of `Row(a=data.a, b=data.b)`.

    None where keywords are filled from several things, or from none.
    """
    found: list[code.Expr] = []
    for arg in call.args if call is not None else ():
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
