"""Calls, and what else Python's own types do: iteration, indexing, attributes of built-in values."""

from __future__ import annotations

import builtins as _builtins
import inspect
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp import methods, texts
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    NONE,
    Attribute,
    Choice,
    Chunk,
    Class,
    Const,
    Env,
    External,
    Function,
    Gap,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    Operation,
    Text,
    Unknown,
    Value,
    choose,
    flag,
    known,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Frame, Machine

BUILTINS = frozenset(name for name in dir(_builtins) if not name.startswith("_")) | {"__import__"}
_MOST_RANGE = 512
_TRANSPARENT = frozenset({
    "functools.cache", "functools.lru_cache", "functools.wraps", "functools.cached_property", "typing.final",
    "typing.no_type_check", "typing_extensions.final", "typing.runtime_checkable", "copy.copy", "copy.deepcopy",
    "contextlib.closing", "contextlib.suppress",
})  # fmt: skip
_CONTEXT = ("contextmanager", "asynccontextmanager")


def kind_of(decorators: Sequence[Value], node: code.FuncDef) -> str:
    """What its decorators make of a function."""
    kind = "function"
    for value, written in zip(decorators, node.decorators, strict=True):
        name = _decorator_name(value, written)
        if name in ("staticmethod", "classmethod"):
            kind = name if kind == "function" else kind
        elif name in ("property", "cached_property", "hybrid_property", "memoized_property"):
            kind = "property"
        elif name == "declared_attr":
            kind = "declared_attr"
        elif name in _CONTEXT:
            kind = "contextmanager"
        elif name == "overload":
            return "overload"
        elif name in ("setter", "deleter", "expression", "comparator", "update_expression"):
            return "setter"
    return kind


def _decorator_name(value: Value, written: code.Expr) -> str:
    while isinstance(written, code.Call):
        written = written.func
    if isinstance(written, code.Attr):
        # `declared_attr.directive`, `declared_attr.cascading` and `hybrid_property.inplace` are what they hang on.
        if written.name in ("directive", "cascading", "inplace") and isinstance(written.base, code.Name | code.Attr):
            return written.base.id if isinstance(written.base, code.Name) else written.base.name
        return written.name
    name = written.id if isinstance(written, code.Name) else ""
    return value.name.rpartition(".")[2] if isinstance(value, External) else name


def unsubscripted(base: Value) -> Value:
    """A base class without its type arguments."""
    while isinstance(base, Operation) and base.op == "[]":
        base = base.operands[0]
    return base


def call(
    machine: Machine, func: Value, args: list[Value], kwargs: dict[str, Value], node: code.Call, frame: Frame, *, open_: bool
) -> Value:
    """`func(*args, **kwargs)`."""
    loc = Loc(frame.env.module.path, node.at, node.end)
    match func:
        case Function():
            return machine.invoke(func, args, kwargs, frame.depth, open_=open_)
        case Class():
            return instantiate(machine, func, args, kwargs, loc)
        case Attribute(base=base, name=name):
            result = methods.method(machine, base, name, args, kwargs, loc, unparse(node.func))
            if result is not None:
                return result
        case External(name=name):
            result = _external(machine, name, args, kwargs, node, frame, loc)
            if result is not None:
                return result
        case Operation(op="[]"):
            return call(machine, func.operands[0], args, kwargs, node, frame, open_=open_)
        case Instance():
            found = func.cls.find("__call__")
            if isinstance(found, Function):
                bound = Function(found.node, found.env, found.qualname, "function", func, found.owner)
                return machine.invoke(bound, args, kwargs, frame.depth, open_=open_)
        case _:
            pass
    made = Made(func, args, kwargs, loc, open_)
    machine.made.append(made)
    return made


def instantiate(machine: Machine, cls: Class, args: list[Value], kwargs: dict[str, Value], loc: Loc) -> Value:
    """What calling a class gives."""
    from persistlint.project.interp.machine import is_enum  # noqa: PLC0415  (machine imports this module)

    if is_enum(cls):
        wanted = known(args[0]) if args else None
        for name, value in cls.names.items():
            if wanted is not None and known(value) == wanted:
                return Member(cls, name, value)
        return Unknown("some member of an enumeration")
    instance = Instance(cls, args=tuple(args), kwargs=dict(kwargs), loc=loc, ready=False)
    del machine
    return instance


def _external(
    machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], node: code.Call, frame: Frame, loc: Loc
) -> Value | None:
    if name in _TRANSPARENT:
        return args[0] if args else External(name)
    if name.startswith("builtins."):
        return _builtin(machine, name[9:], args, kwargs, node, frame, loc)
    if name in ("typing.cast", "typing_extensions.cast") and len(args) > 1:
        return args[1]
    if name == "typing.NewType" and len(args) > 1:
        return args[1]
    if name in ("textwrap.dedent", "inspect.cleandoc") and args and isinstance(args[0], Text):
        return texts.lines_of(args[0], textwrap.dedent if name == "textwrap.dedent" else inspect.cleandoc)
    if name in ("os.path.join", "posixpath.join") and args:
        return _path_join(args, loc)
    if name == "functools.partial" and args and isinstance(args[0], Function) and not args[0].bound:
        return None
    if name in ("re.sub",) and len(args) >= 3:  # noqa: PLR2004
        return methods.substitute(args[0], args[1], args[2])
    return None


def _path_join(args: Sequence[Value], loc: Loc) -> Value:
    parts: list[Text] = []
    for index, arg in enumerate(args):
        if index:
            parts.append(Text((Chunk("/", "", None),)))
        parts.append(texts.piece(arg, loc, "path"))
    return texts.concat(parts)


def _builtin(
    machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], node: code.Call, frame: Frame, loc: Loc
) -> Value | None:
    first = args[0] if args else None
    match name:
        case "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "iter":
            return _collection(machine, name, first)
        case "dict":
            return _dict(first, kwargs)
        case "str" if first is not None:
            return texts.piece(first, loc, unparse(node.args[0].value))
        case "int" if isinstance(first, Const):
            return Const(int(first.value or 0))
        case "int" | "float" | "len" | "abs" | "round" | "id" | "hash":
            return _number(name, first, loc)
        case "type":
            return _type(machine, args, frame, loc)
        case "getattr" if len(args) > 1:
            wanted = known(args[1])
            return machine.attribute(args[0], wanted, frame) if wanted is not None else None
        case "setattr" if len(args) == 3:  # noqa: PLR2004
            return _setattr(args)
        case "hasattr":
            return Unknown("depends on attributes")
        case "isinstance":
            return Unknown("depends on a type")
        case "range":
            return _range(args)
        case "enumerate" | "zip" | "map" | "filter":
            return _pairs(machine, name, args, frame, loc)
        case "super":
            return _super(frame)
        case "bool" if first is not None and flag(first) is not None:
            return Const(flag(first))
        case _:
            return None


def _collection(machine: Machine, name: str, value: Value | None) -> Value:
    kind = {"sorted": "list", "reversed": "list", "iter": "generator", "frozenset": "set"}.get(name, name)
    if value is None:
        return Items(kind, [])
    items = iterate(machine, value)
    if items is None:
        return Items(kind, [], open=True)
    out = list(items.items)
    if name == "reversed":
        out.reverse()
    if name == "sorted" and all(known(item) is not None for item in out):
        out.sort(key=lambda item: known(item) or "")
    return Items(kind, out, open=items.open)


def _dict(first: Value | None, kwargs: dict[str, Value]) -> Value:
    out = Mapping([])
    if isinstance(first, Mapping):
        out.entries.extend(first.entries)
        out.open = first.open
    elif isinstance(first, Items) and not first.open:
        for item in first.items:
            if isinstance(item, Items) and len(item.items) == 2:  # noqa: PLR2004
                out.entries.append((item.items[0], item.items[1]))
    elif first is not None:
        out.open = True
    out.entries.extend((Text((Chunk(key, "", None),)), value) for key, value in kwargs.items())
    return out


def _number(name: str, value: Value | None, loc: Loc) -> Value:
    if name == "len":
        whole = known(value)
        if whole is not None:
            return Const(len(whole))
        if isinstance(value, Items) and not value.open:
            return Const(len(value.items))
        if isinstance(value, Mapping) and not value.open:
            return Const(len(value.entries))
    whole = known(value)
    if name == "int" and whole is not None and whole.strip().lstrip("-").isdigit():
        return Const(int(whole))
    return Made(External(f"builtins.{name}"), [value] if value is not None else [], {}, loc)


def _type(machine: Machine, args: list[Value], frame: Frame, loc: Loc) -> Value | None:
    if len(args) == 1:
        return args[0].cls if isinstance(args[0], Instance | Member) else None
    if len(args) != 3:  # noqa: PLR2004
        return None
    name = known(args[0])
    bases = iterate(machine, args[1])
    names = {known(key) or "": value for key, value in args[2].entries} if isinstance(args[2], Mapping) else {}
    if bases is None:
        return None
    env = Env(frame.env.module, frame.env)
    env.names = names
    cls = Class(
        name or "?", name or "?", tuple(bases.items), {}, names, env, loc, order=len(machine.classes),
        places=dict.fromkeys(names, loc),
    )  # fmt: skip
    machine.classes.append(cls)
    return cls


def _setattr(args: Sequence[Value]) -> Value:
    name = known(args[1])
    if name is not None:
        if isinstance(args[0], Class):
            args[0].names[name] = args[2]
        elif isinstance(args[0], Instance | Made):
            args[0].attrs[name] = args[2]
    return NONE


def _range(args: Sequence[Value]) -> Value:
    numbers = [arg.value for arg in args if isinstance(arg, Const) and isinstance(arg.value, int)]
    if len(numbers) == len(args) and 1 <= len(numbers) <= 3 and 0 not in numbers[2:]:  # noqa: PLR2004
        values = range(*numbers)
        if len(values) <= _MOST_RANGE:
            return Items("list", [Const(value) for value in values])
    return Items("list", [], open=True)


def _pairs(machine: Machine, name: str, args: list[Value], frame: Frame, loc: Loc) -> Value | None:
    if name in ("map", "filter"):
        return _map(machine, name, args, frame, loc)
    rows = [iterate(machine, arg) for arg in args[: 1 if name == "enumerate" else None]]
    if not rows or any(row is None for row in rows):
        return Items("list", [], open=True)
    found = [row for row in rows if row is not None]
    columns = [[Const(index) for index in range(len(found[0].items))], found[0].items] if name == "enumerate" else [
        row.items for row in found
    ]
    items: list[Value] = [Items("tuple", list(row)) for row in zip(*columns, strict=False)]
    return Items("list", items, open=any(row.open for row in found))


def _map(machine: Machine, name: str, args: list[Value], frame: Frame, loc: Loc) -> Value:
    if len(args) != 2 or name == "filter":  # noqa: PLR2004
        return Items("list", [], open=True)
    items = iterate(machine, args[1])
    if items is None:
        return Items("list", [], open=True)
    out: list[Value] = []
    for item in items.items:
        match args[0]:
            case Function():
                out.append(machine.invoke(args[0], [item], {}, frame.depth))
            case External(name="builtins.str"):
                out.append(texts.piece(item, loc, "str(…)"))
            case _:
                out.append(Unknown("mapped"))
    return Items("list", out, open=items.open)


def _super(frame: Frame) -> Value | None:
    env: Env | None = frame.env
    while env is not None:
        for value in env.names.values():
            if isinstance(value, Instance | Class):
                owner = value.cls if isinstance(value, Instance) else value
                bases = [base for base in owner.bases if isinstance(base, Class)]
                return bases[0] if bases else None
        env = env.parent
    return None


# -- iteration and indexing ----------------------------------------------------------------------------------------


def iterate(machine: Machine, value: Value) -> Items | None:
    """The elements of an iterable; None where nothing is known of them."""
    from persistlint.project.interp.machine import is_enum  # noqa: PLC0415  (machine imports this module)

    match value:
        case Items():
            return value
        case Mapping(entries=entries, open=open_):
            return Items("list", [key for key, _ in entries], open=open_)
        case Text() if value.known is not None and len(value.known) < _MOST_RANGE:
            return Items("list", [texts.cut(value, index, index + 1) for index in range(len(value.known))])
        case Class() if is_enum(value):
            return Items("list", members(machine, value))
        case _:
            return None


def members(machine: Machine, cls: Class) -> list[Value]:
    """The members of an enumeration, in order."""
    out: list[Value] = []
    for owner in cls.mro():
        if isinstance(owner, Class):
            out.extend(
                Member(owner, name, enum_value(machine, owner, name, value))
                for name, value in owner.names.items()
                if not name.startswith(("_", "\0")) and not isinstance(value, Function | Class)
            )
    return out


def enum_value(machine: Machine, cls: Class, name: str, value: Value) -> Value:
    """A member's value, `auto()` counted."""
    del machine
    if isinstance(value, Made) and value.name in ("enum.auto", "strenum.auto"):
        if any(isinstance(base, External) and base.name == "enum.StrEnum" for base in cls.mro()):
            return Text((Chunk(name.lower(), cls.loc.path, None),))
        names = [key for key in cls.names if not key.startswith("_")]
        return Const(names.index(name) + 1)
    if isinstance(value, Items) and value.kind == "tuple" and value.items and not cls.names.get("__new__"):
        return value
    return value


def element(iterable: Value, items: Items | None) -> Value:
    """Any one element of an iterable that is not wholly known."""
    if items is not None and items.items:
        return choose(*items.items, Unknown("an element of a list"))
    return Unknown("an element of something unknown", parameter=None) if not isinstance(iterable, Made) else Attribute(iterable, "[]")


def part(machine: Machine, value: Value, index: int, count: int) -> Value:
    """The element `index` of a value that is unpacked into `count` targets."""
    items = iterate(machine, value)
    if items is not None and not items.open and len(items.items) == count:
        return items.items[index]
    return Attribute(value, f"[{index}]")


def item(machine: Machine, base: Value, index: Value, loc: Loc) -> Value:
    """`base[index]`."""
    match base:
        case Mapping():
            return _entry(base, index, loc)
        case Items() if isinstance(index, Const) and isinstance(index.value, int):
            position = index.value
            if -len(base.items) <= position < len(base.items) and not base.open:
                return base.items[position]
            return Unknown("an element of a list", loc)
        case Items():
            return element(base, base)
        case Text() if isinstance(index, Const) and isinstance(index.value, int) and base.known is not None:
            size = len(base.known)
            position = index.value + size if index.value < 0 else index.value
            return texts.cut(base, position, position + 1) if 0 <= position < size else Unknown("out of range", loc)
        case Class():
            member = known(index)
            if member is not None and member in base.names:
                return machine.attribute(base, member)
            return Operation("[]", (base, index), loc)
        case External() | Operation() | Made() | Attribute() | Instance():
            return Operation("[]", (base, index), loc)
        case _:
            return Unknown("an element of something unknown", loc)


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
    if wanted is None and base.entries:
        return choose(*(value for _, value in base.entries), Unknown("an entry of a dict", loc))
    return Unknown("an entry of a dict", loc)


def set_item(machine: Machine, base: Value, index: Value, value: Value) -> None:
    """`base[index] = value`."""
    if isinstance(base, Mapping):
        base.entries.append((index, value))
        if machine.uncertain:
            base.open = True


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
            return Items(base.kind, list(base.items), open=True) if isinstance(base, Items) else Unknown("a slice")
    cut = slice(ends[0], ends[1])
    if bounds.step is not None:
        return Unknown("a slice with a step")
    if isinstance(base, Items) and not base.open:
        return Items(base.kind, base.items[cut])
    if isinstance(base, Text) and base.known is not None:
        start, stop, _ = cut.indices(len(base.known))
        return texts.cut(base, start, max(start, stop))
    return Unknown("a slice")


def extend(machine: Machine, target: Items, value: Value, *, certain: bool = False) -> None:
    """Append what an iterable holds."""
    items = iterate(machine, value)
    if items is None:
        target.open = True
        return
    target.items.extend(items.items)
    target.open = target.open or items.open or (bool(machine.uncertain) and not certain)


def spread(value: Value, kwargs: dict[str, Value]) -> bool:
    """Add `**value` to keyword arguments; whether more may be in it."""
    if not isinstance(value, Mapping):
        return not (isinstance(value, Const) and value.value is None)
    for key, entry in value.entries:
        name = known(key)
        if name is None:
            return True
        kwargs[name] = entry
    return value.open


def enter(machine: Machine, value: Value) -> Value:
    """What `with value as …` binds."""
    del machine
    match value:
        case Items(kind="context", items=items):
            return items[0]
        case Choice(options=options):
            return choose(*(items.items[0] if isinstance(items, Items) and items.items else items for items in options))
        case _:
            return value


# -- classes -------------------------------------------------------------------------------------------------------

_PLAIN_BASES = frozenset({"typing.NamedTuple", "typing.Protocol", "abc.ABC", "builtins.object"})


def is_plain(cls: Class) -> bool:
    """Whether an instance of a class is worth following: it has methods of the project."""
    return any(isinstance(value, Function) for value in cls.names.values())


def field_value(instance: Instance, name: str) -> Value | None:
    """A field given to the constructor of a dataclass, named tuple or model."""
    if name in instance.kwargs:
        if instance.cls.find("__init__") is None:
            return instance.kwargs[name]
        return None
    if not instance.args or instance.cls.find("__init__") is not None:
        return None
    fields: list[str] = []
    for owner in reversed(list(instance.cls.mro())):
        if isinstance(owner, Class):
            fields.extend(key for key in owner.annotations if key not in fields)
    if name in fields and fields.index(name) < len(instance.args):
        return instance.args[fields.index(name)]
    return None


def gap(value: Value, loc: Loc, source: str) -> Text:
    """A wholly unknown text."""
    return Text((Gap(value, loc, source),))
