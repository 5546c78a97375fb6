"""Calls of Python's own functions and of the few of the standard library that shape names and SQL."""

from __future__ import annotations

import builtins as _builtins
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import attributes, elements, invocation, methods, naming, sets, texts
from persistlint.project.interp.frames import Frame, SetEvent
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    FALSE,
    NONE,
    TRUE,
    Class,
    Const,
    Env,
    External,
    Function,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    Row,
    Super,
    Text,
    Unknown,
    Value,
    flag,
    known,
    text,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

BUILTINS = frozenset(name for name in dir(_builtins) if not name.startswith("_")) | {"__import__"}
_MOST_RANGE = 512
_TRANSPARENT = frozenset({
    "functools.cache", "functools.lru_cache", "functools.wraps", "functools.cached_property", "typing.final",
    "typing.no_type_check", "typing_extensions.final", "typing.runtime_checkable", "copy.copy", "copy.deepcopy",
    "contextlib.closing",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Given:
    """One call: who evaluates it, what it is given, and where it stands."""

    machine: Machine
    args: list[Value]
    kwargs: dict[str, Value]
    node: code.Call
    frame: Frame
    loc: Loc

    @property
    def first(self) -> Value | None:
        return self.args[0] if self.args else None


def external(
    machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], node: code.Call, frame: Frame, loc: Loc
) -> Value | None:
    """What calling the external `name` gives; None where nothing is known of it."""
    if name.startswith("builtins."):
        call = _CALLS.get(name[9:])
        return None if call is None else call(_Given(machine, args, kwargs, node, frame, loc))
    if name in _TRANSPARENT:  # `lru_cache(1)` is a decorator still
        return args[0] if args and not isinstance(args[0], Const) else External(name)
    if name in ("typing.cast", "typing_extensions.cast") and len(args) > 1:
        return args[1]
    if name in ("textwrap.dedent", "inspect.cleandoc") and args and isinstance(args[0], Text):
        return texts.lines_of(args[0], textwrap.dedent if name == "textwrap.dedent" else inspect.cleandoc)
    if name in ("os.path.join", "posixpath.join") and args:
        return _path_join(args, loc)
    if name == "re.sub" and len(args) >= 3:
        return methods.substitute(args[0], args[1], args[2])
    return None


def _path_join(args: Sequence[Value], loc: Loc) -> Value:
    parts: list[Text] = []
    for index, arg in enumerate(args):
        if index:
            parts.append(text("/"))
        parts.append(texts.piece(arg, loc, "path"))
    return texts.concat(parts)


# -- values ------------------------------------------------------------------------------------------------------------


def _str(given: _Given) -> Value | None:
    if given.first is None:
        return text("")
    return texts.piece(given.first, given.loc, unparse(given.node.args[0].value))


def _int(given: _Given) -> Value | None:
    if isinstance(given.first, Const) and isinstance(given.first.value, int | float):
        return _converted(given.first.value)
    whole = known(given.first)
    if whole is not None and whole.strip().lstrip("-").isdecimal():
        return Const(int(whole))
    return _number("int", given)


def _converted(value: float) -> Value:
    try:
        return Const(int(value))
    except (OverflowError, ValueError):
        return Unknown("a number that is none")


def _len(given: _Given) -> Value | None:
    whole = known(given.first)
    if whole is not None:
        return Const(len(whole))
    match given.first:
        case Items(items=items, open=False):
            return Const(len(items))
        case Mapping(entries=entries, open=False):
            return Const(len(entries))
        case _:
            return _number("len", given)


def _number(name: str, given: _Given) -> Value:
    return Made(External(f"builtins.{name}"), given.args[:1], {}, given.loc)


def _bool(given: _Given) -> Value | None:
    decided = flag(given.first) if given.first is not None else False
    return None if decided is None else Const(decided)


def _any(given: _Given) -> Value:
    return _of_all(given, decides=True)


def _all(given: _Given) -> Value:
    return _of_all(given, decides=False)


def _of_all(given: _Given, *, decides: bool) -> Value:
    """`any` where `decides` is True, `all` where it is False."""
    items = elements.iterate(given.first) if given.first is not None else None
    verdicts = [flag(item) for item in items.items] if items is not None else [None]
    if decides in verdicts:
        return Const(decides)
    return Unknown("depends on its elements") if None in verdicts or (items and items.open) else Const(not decides)


# -- attributes and types ----------------------------------------------------------------------------------------------


def _getattr(given: _Given) -> Value | None:
    wanted = known(given.args[1]) if len(given.args) > 1 else None
    if wanted is None:
        return naming.any_of(given.machine, given.args[0], given.args[1]) if len(given.args) > 1 else None
    return attributes.attribute(given.machine, given.args[0], wanted)


def _globals(given: _Given) -> Value:
    names = given.frame.env.module.env.names
    return Mapping([(text(name), value) for name, value in names.items() if not name.startswith("\0")], open=True)


def _isinstance(given: _Given) -> Value:
    """Decided for constants, containers and SQL types that are known by their text."""
    if len(given.args) != 2:
        return Unknown("depends on a type")
    value, wanted = given.args
    options = wanted.items if isinstance(wanted, Items) else [wanted]
    verdicts = [_is_a(value, option) for option in options]
    if any(verdicts):
        return TRUE
    return Unknown("depends on a type") if None in verdicts else FALSE


def _is_a(value: Value, wanted: Value) -> bool | None:
    name = wanted.name if isinstance(wanted, External) else ""
    kinds = {"bool": bool, "int": int, "float": float}
    match value:
        case Const(value=constant) if name.startswith("builtins."):
            kind = kinds.get(name[9:])
            return kind is not None and isinstance(constant, kind)
        case Text() if name.startswith("sqlalchemy"):
            whole = value.known
            return None if whole is None else whole.partition("(")[0].upper() == name.rpartition(".")[2].upper()
        case Text() if name.startswith("builtins."):
            return name == "builtins.str"
        case Items(kind=kind) if name.startswith("builtins."):
            return name == f"builtins.{kind}"
        case Mapping() if name.startswith("builtins."):
            return name == "builtins.dict"
        case Made(func=External(name=maker)) if maker.endswith(".connect") and name.endswith("Connection"):
            return True if name.partition(".")[0] == maker.partition(".")[0] else None
        case _:
            return None


def _setattr(given: _Given) -> Value | None:
    if len(given.args) != 3:
        return None
    target, name, value = given.args
    wanted = known(name)
    if given.machine.on_set is not None:
        given.machine.on_set(_setting(given, target, wanted, value))
    if wanted is not None:
        if isinstance(target, Class):
            target.names[wanted] = value
        elif isinstance(target, Instance | Made):
            target.attrs[wanted] = value
    return NONE


def _setting(given: _Given, target: Value, name: str | None, value: Value) -> SetEvent:
    frame = given.frame
    path, caller = frame.env.module.path, given.machine.caller
    return SetEvent(target, name, given.args[1], value, given.node, path, frame.function, caller)


def _type(given: _Given) -> Value | None:
    args = given.args
    if len(args) == 1:
        return args[0].cls if isinstance(args[0], Instance | Member) else None
    bases = elements.iterate(args[1]) if len(args) == 3 else None
    if bases is None:
        return None
    name = known(args[0]) or "?"
    names = {known(key) or "": value for key, value in args[2].entries} if isinstance(args[2], Mapping) else {}
    machine, loc = given.machine, given.loc
    env = Env(given.frame.env.module, given.frame.env)
    env.names = names
    places = dict.fromkeys(names, loc)
    cls = Class(name, name, tuple(bases.items), {}, names, env, loc, places=places, order=len(machine.classes))
    machine.classes.append(cls)
    return cls


def _super(given: _Given) -> Value | None:
    env: Env | None = given.frame.env
    while env is not None:
        function = env.function
        if function is not None and function.owner is not None and function.node.params:
            base = env.names.get(function.node.params[0].name)
            return Super(base, function.owner) if isinstance(base, Instance | Class) else None
        env = env.parent
    return None


# -- collections -------------------------------------------------------------------------------------------------------


def _collection(kind: str) -> Callable[[_Given], Value]:
    def make(given: _Given) -> Value:
        if given.first is None:
            return Items(kind, [])
        return _same_elements(given.machine, kind, given.first)

    return make


def _same_elements(machine: Machine, kind: str, value: Value | None, *, backwards: bool = False) -> Items:
    """A new list of what an iterable holds."""
    items = elements.met(machine, value) if value is not None else None
    if items is None:
        return Items(kind, [], open=True, element=elements.element_of(value))
    kept = items.items[::-1] if backwards else list(items.items)
    return Items(kind, kept, open=items.open, element=items.element)


def _reversed(given: _Given) -> Value:
    return _same_elements(given.machine, "list", given.first, backwards=True)


def _sorted(given: _Given) -> Value:
    out = _same_elements(given.machine, "list", given.first)
    places = None if out.open else _places(given, out.items)
    if places is not None:
        out.items[:] = [out.items[place] for place in places]
        if flag(given.kwargs.get("reverse")):
            out.items.reverse()
    return out


def _places(given: _Given, items: Sequence[Value]) -> list[int] | None:
    """The positions of the elements in their order, `key=…` applied."""
    by = given.kwargs.get("key")
    return sets.order([sets.key(item if by is None else _applied(given, by, item)) for item in items])


def _extreme(given: _Given, *, last: bool) -> Value | None:
    """`max` where `last`, else `min`."""
    items = elements.iterate(given.first) if len(given.args) == 1 and given.first is not None else None
    found = items if len(given.args) == 1 else Items("list", given.args)
    if found is None or found.open:
        return None
    if not found.items:
        return given.kwargs.get("default")
    places = _places(given, found.items)
    return None if places is None else found.items[places[-1 if last else 0]]


def _dict(given: _Given) -> Value:
    out = Mapping([])
    match given.first:
        case None:
            pass
        case Mapping(entries=entries, open=open_):
            out.entries.extend(entries)
            out.open = open_
        case Row() as row:
            out = row.as_mapping()
        case Items(items=items, open=False):
            pairs = [item.items for item in items if isinstance(item, Items) and len(item.items) == 2]
            out.entries.extend((key, value) for key, value in pairs)
        case _:
            out.open = True
    out.entries.extend((text(key), value) for key, value in given.kwargs.items())
    return out


def _range(given: _Given) -> Value:
    numbers = [arg.value for arg in given.args if isinstance(arg, Const) and isinstance(arg.value, int)]
    if len(numbers) == len(given.args) and 1 <= len(numbers) <= 3 and 0 not in numbers[2:]:
        values = range(*numbers)
        if len(values) <= _MOST_RANGE:
            return Items("list", [Const(value) for value in values])
    return Items("list", [], open=True)


def _enumerate(given: _Given) -> Value:
    items = elements.met(given.machine, given.first) if given.first is not None else None
    more = elements.element_of(given.first if items is None else items)
    pair = None if more is None else Items("tuple", [Unknown("a position"), more])
    if items is None:
        return Items("list", [], open=True, element=pair)
    start = given.args[1] if len(given.args) > 1 else given.kwargs.get("start")
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else 0
    rows = [Items("tuple", [Const(index), item]) for index, item in enumerate(items.items, first)]
    return Items("list", list(rows), open=items.open, element=pair)


def _zip(given: _Given) -> Value:
    columns = [elements.met(given.machine, arg) for arg in given.args]
    found = [column for column in columns if column is not None]
    if not found or len(found) < len(columns):
        return Items("list", [], open=True)
    rows = zip(*(column.items for column in found), strict=False)
    return Items("list", [Items("tuple", list(row)) for row in rows], open=any(column.open for column in found))


def _map(given: _Given) -> Value:
    items = elements.iterate(given.args[1]) if len(given.args) == 2 else None
    if items is None:
        more = elements.element_of(given.args[1]) if len(given.args) == 2 else None
        return Items("list", [], open=True, element=None if more is None else _applied(given, given.first, more))
    return Items("list", [_applied(given, given.first, item) for item in items.items], open=items.open)


def _applied(given: _Given, what: Value | None, item: Value) -> Value:
    """`what(item)`."""
    match what:
        case Function() as function:
            return invocation.invoke(given.machine, function, [item], {}, given.frame.depth)
        case External(name="builtins.str"):
            return texts.piece(item, given.loc, "str(…)")
        case External(name="builtins.int"):
            return _int(replace(given, args=[item])) or Unknown("mapped")
        case Made(name="operator.itemgetter", args=[index]):
            return elements.item(given.machine, item, index, given.loc)
        case Made(name="operator.attrgetter", args=[name]) if (wanted := known(name)) is not None:
            return attributes.attribute(given.machine, item, wanted)
        case _:
            return Unknown("mapped")


_CALLS: dict[str, Callable[[_Given], Value | None]] = {
    "str": _str,
    "int": _int,
    "len": _len,
    "bool": _bool,
    "any": _any,
    "all": _all,
    "float": lambda given: _number("float", given),
    "abs": lambda given: _number("abs", given),
    "round": lambda given: _number("round", given),
    "id": lambda given: _number("id", given),
    "hash": lambda given: _number("hash", given),
    "type": _type,
    "super": _super,
    "getattr": _getattr,
    "dir": lambda given: None if given.first is None else naming.listed(given.first),
    "globals": _globals,
    "setattr": _setattr,
    "hasattr": lambda _: Unknown("depends on attributes"),
    "isinstance": _isinstance,
    "list": _collection("list"),
    "tuple": _collection("tuple"),
    "set": _collection("set"),
    "frozenset": _collection("set"),
    "iter": _collection("generator"),
    "reversed": _reversed,
    "sorted": _sorted,
    "max": lambda given: _extreme(given, last=True),
    "min": lambda given: _extreme(given, last=False),
    "dict": _dict,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "filter": lambda given: Items(
        "list", [], open=True, element=elements.element_of(given.args[1]) if len(given.args) > 1 else None
    ),
}
"""By name of the built-in function, what calling it gives; None where that is an object of its own."""
