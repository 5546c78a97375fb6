"""Iteration, indexing and slicing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import attributes, naming, texts
from persistlint.project.interp.choices import choose, same_site
from persistlint.project.interp.enums import is_enum, members
from persistlint.project.interp.frames import Frame
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    External,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    Operation,
    Result,
    Row,
    Text,
    Unknown,
    Value,
    known,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_MOST_RANGE = 512
MOST_ITEMS = 5000
"""Longer lists and dicts are cut and open: no program's tables need them, and doubling one again and again must end."""
_COMPARED_IN_A_STEP = 4
"""Entries of a list or dict that are looked through in one step of the budget."""


def met(machine: Machine, value: Value) -> Items | None:
    """What a loop over a value meets, listeners asked too; None where that is not known."""
    items = iterate(value)
    return machine.told(value) if items is None and machine.told is not None else items


def iterate(value: Value) -> Items | None:
    """The elements of an iterable; None where nothing is known of them."""
    match value:
        case Items():
            return value
        case Row(cells=cells, open=open_):
            return Items("tuple", list(cells), open=open_)
        case Result(rows=rows):
            return None if rows is None else Items("list", list(rows))
        case Mapping(entries=entries, open=open_):
            return Items("list", [key for key, _ in entries], open=open_)
        case Text() if value.known is not None and len(value.known) < _MOST_RANGE:
            return Items("list", [texts.cut(value, index, index + 1) for index in range(len(value.known))])
        case Class() if is_enum(value):
            return Items("list", list(members(value)))
        case _:
            return None


def element(iterable: Value, items: Items | None) -> Value:
    """Any one element of an iterable that is not wholly known."""
    if items is not None and items.items:
        return choose(*items.items, items.element or Unknown("an element of a list"))
    if items is not None and items.element is not None:
        return items.element
    return element_of(iterable) or Unknown("an element of something unknown")


def element_of(iterable: Value | None) -> Value | None:
    """Any one element of a value that is known only by where it comes from; None for one that is not even that."""
    match iterable:
        case Made() | Attribute() | Operation():
            return Attribute(iterable, "[]")
        case Unknown(annotation=annotation, parameter=parameter) if annotation is not None or parameter is not None:
            return Attribute(iterable, "[]")
        case Items(element=element):
            return element
        case Choice(options=options):
            found = [more for option in options if (more := element_of(option)) is not None]
            return choose(*found) if found else None
        case _:
            return None


def part(value: Value, index: int, count: int) -> Value:
    """The element `index` of a value that is unpacked into `count` targets."""
    items = iterate(value)
    if items is not None and not items.open and len(items.items) == count:
        return items.items[index]
    return Attribute(value, f"[{index}]")


def item(machine: Machine, base: Value, index: Value, loc: Loc) -> Value:
    """`base[index]`."""
    match base:
        case Mapping():
            look_through(machine, base)
            return _entry(base, index, loc)
        case Row():
            return _cell(base, index, loc)
        case Items() if isinstance(index, Const) and isinstance(index.value, int):
            position = index.value
            if -len(base.items) <= position < len(base.items) and not base.open:
                return base.items[position]
            return base.element or Unknown("an element of a list", loc)
        case Items():
            return element(base, base)
        case Text() if isinstance(index, Const) and isinstance(index.value, int) and base.known is not None:
            size = len(base.known)
            position = index.value + size if index.value < 0 else index.value
            return texts.cut(base, position, position + 1) if 0 <= position < size else Unknown("out of range", loc)
        case Class():
            member = known(index)
            if member is not None and member in base.names:
                return attributes.attribute(machine, base, member)
            return Operation("[]", (base, index), loc)
        case External() | Operation() | Made() | Attribute() | Instance():
            return Operation("[]", (base, index), loc)
        case Unknown(annotation=annotation) if annotation is not None:
            return Operation("[]", (base, index), loc)
        case _:
            return Unknown("an element of something unknown", loc)


def _cell(base: Row, index: Value, loc: Loc) -> Value:
    name = known(index)
    if name is not None:
        return base.named(name) or Unknown("a column that the row has not", loc)
    if isinstance(index, Const) and isinstance(index.value, int) and -len(base.cells) <= index.value < len(base.cells):
        return base.cells[index.value]
    return Unknown("a cell of a row", loc)


def _entry(base: Mapping, index: Value, loc: Loc) -> Value:
    wanted = known(index)
    if wanted is not None:
        found = base.get(wanted)
        if found is not None:
            return found
    for key, value in base.entries:
        if key is index or (isinstance(key, Const) and isinstance(index, Const) and key.value == index.value):
            return value
        if isinstance(key, Member) and isinstance(index, Member) and (key.cls, key.name) == (index.cls, index.name):
            return value
    if wanted is None and (some := naming.entry(base, index)) is not None:
        return some
    if wanted is None and base.entries:
        return choose(*(value for _, value in base.entries), Unknown("an entry of a dict", loc))
    return Unknown("an entry of a dict", loc)


def set_item(machine: Machine, base: Value, index: Value, value: Value) -> None:
    """`base[index] = value`."""
    if isinstance(base, Mapping):
        if known(index) is None and any(same_site(old, value) for _, old in base.entries):
            return  # a cache that is filled again, by the same call for another key that is not known
        enter(base, [(index, value)], open_=bool(machine.uncertain))


def enter(target: Mapping, entries: Sequence[tuple[Value, Value]], *, open_: bool = False) -> None:
    """Put entries into a dict; `open_` where there may be more of them."""
    if len(target.entries) + len(entries) > MOST_ITEMS:
        target.open = True
        return
    target.entries.extend(entries)
    target.open = target.open or open_


def append(machine: Machine, target: Items, value: Value, at: int | None = None) -> None:
    """Put one value into a list, at its end or at a place."""
    if len(target.items) < MOST_ITEMS:
        target.items.insert(len(target.items) if at is None else at, value)
    target.open = target.open or bool(machine.uncertain) or len(target.items) == MOST_ITEMS


def look_through(machine: Machine, container: Value) -> None:
    """Count the work of finding something in a list or dict."""
    match container:
        case Items(items=found):
            machine.steps += len(found) // _COMPARED_IN_A_STEP
        case Mapping(entries=pairs):
            machine.steps += len(pairs) // _COMPARED_IN_A_STEP
        case _:
            pass


def drop(machine: Machine, base: Mapping, key: str) -> None:
    """`del base[key]`."""
    if machine.uncertain:
        base.open = True
    else:
        base.entries[:] = [(own, value) for own, value in base.entries if known(own) != key]


def sliced(machine: Machine, base: Value, bounds: code.Slice, frame: Frame) -> Value:
    """`base[lower:upper]`."""
    ends: list[int | None] = []
    for bound in (bounds.lower, bounds.upper):
        value = None if bound is None else machine.eval(bound, frame)
        if value is None or (isinstance(value, Const) and value.value is None):
            ends.append(None)
        elif isinstance(value, Const) and isinstance(value.value, int):
            ends.append(value.value)
        else:
            return (
                Items(base.kind, list(base.items), open=True, element=base.element)
                if isinstance(base, Items)
                else _part_of(base)
            )
    cut = slice(ends[0], ends[1])
    if bounds.step is not None:
        return Unknown("a slice with a step")
    if isinstance(base, Items) and not base.open:
        return Items(base.kind, base.items[cut])
    if isinstance(base, Text) and base.known is not None:
        start, stop, _ = cut.indices(len(base.known))
        return texts.cut(base, start, max(start, stop))
    return _part_of(base)


def _part_of(base: Value) -> Value:
    element = element_of(base)
    return Unknown("a slice") if element is None else Items("list", [], open=True, element=element)


def extend(machine: Machine, target: Items, value: Value, *, certain: bool = False) -> None:
    """Append what an iterable holds."""
    items = iterate(value)
    if items is None:
        target.open = True
        target.element = target.element or element_of(value)
        return
    if len(target.items) + len(items.items) > MOST_ITEMS:
        target.open = True
        return
    target.items.extend(items.items)
    target.open = target.open or items.open or (bool(machine.uncertain) and not certain)
    target.element = target.element or items.element


def spread(value: Value, kwargs: dict[str, Value]) -> bool:
    """Add `**value` to keyword arguments; whether more may be in it."""
    value = value.as_mapping() if isinstance(value, Row) else value
    if not isinstance(value, Mapping):
        return not (isinstance(value, Const) and value.value is None)
    for key, entry in value.entries:
        name = known(key)
        if name is None:
            return True
        kwargs[name] = entry
    return value.open


def entered(value: Value) -> Value:
    """What `with value as …` binds."""
    match value:
        case Items(kind="context", items=items):
            return items[0]
        case Choice(options=options):
            return choose(*(items.items[0] if isinstance(items, Items) and items.items else items for items in options))
        case _:
            return value
