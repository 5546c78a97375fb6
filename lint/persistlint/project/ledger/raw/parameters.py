"""The parameters that a call gives to its SQL: one set a row, found by position or by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import (
    Attribute,
    Items,
    Loc,
    Mapping,
    Operation,
    Row,
    Text,
    Value,
    options_of,
    text,
)
from persistlint.project.ledger.kinds import Document, Kinds
from persistlint.project.ledger.raw.texts import SQL_NAMES, bound_to

_PARAMETERS = ("params", "parameters", "values", "seq_of_parameters")
_MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Given:
    """The parameters of one row: by position, by name, or as a value of which either can be asked."""

    positional: tuple[Value, ...] | None
    named: dict[str, Value] | None
    whole: Value | None = None

    def at(self, key: int | str | None, loc: Loc) -> Value | None:
        """The value of the parameter at a position, or of that name."""
        if key is None:
            return None
        if isinstance(key, int):
            if self.positional is not None:
                return self.positional[key] if key < len(self.positional) else None
            return None if self.whole is None else Attribute(self.whole, f"[{key}]")
        if self.named is not None:
            return self.named.get(key)
        return None if self.whole is None else Operation("[]", (self.whole, text(key)), loc)


def given(event: CallEvent, query: Value, kinds: Kinds) -> Iterator[Given]:
    """The parameters of each row, or of an example of them."""
    named = {key: value for key, value in event.kwargs.items() if key not in SQL_NAMES}
    named.update(bound_to(query))
    params = event.args[1] if len(event.args) > 1 else None
    for key in _PARAMETERS:
        params = params or named.pop(key, None)
    if params is None:
        yield Given((), named)
        return
    many = "many" in event.name
    for option in options_of(params):
        for one in _sets(option, many=many):
            found = _set(one, named, kinds)
            if found is not None:
                yield found
    if len(event.args) > 2 and not isinstance(params, Items | Mapping):
        yield Given(event.args[1:], None)  # `execute(sql, a, b)`, as some wrappers have it


def _sets(params: Value, *, many: bool) -> list[Value]:
    if isinstance(params, Items):
        found = [*params.items, *([] if params.element is None else [params.element])]
        inner = [one for value in found for one in options_of(value)]
        if many or (inner and all(isinstance(one, Mapping) for one in inner)):
            return inner[:_MOST_ROWS]
    return [params]


def _set(value: Value, named: dict[str, Value], kinds: Kinds) -> Given | None:
    match value:
        case Items(items=items, open=False):
            return Given(tuple(items), named)
        case Row(cells=cells) if not value.open:
            return Given(cells, dict(zip(value.names, cells, strict=True)))
        case Mapping():
            entries = {key.known: entry for key, entry in value.entries if isinstance(key, Text)}
            return Given(None, {**named, **{key: one for key, one in entries.items() if key is not None}})
        case _ if isinstance(kinds.of(value), Document):
            return Given(None, None, value)
        case _:
            return None
