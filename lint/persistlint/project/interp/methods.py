"""Methods of strings, lists and dicts, and the few of the standard library that shape names and SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from persistlint.project.interp import elements, operators, texts
from persistlint.project.interp.choices import choose
from persistlint.project.interp.values import (
    NONE,
    Choice,
    Chunk,
    Class,
    Const,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    Result,
    Row,
    Text,
    Unknown,
    Value,
    known,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_CHANGES: dict[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "title": str.title, "capitalize": str.capitalize,
    "swapcase": str.swapcase, "casefold": str.casefold,
}  # fmt: skip
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_REPEATS = re.compile(r"[*+{]")
_MOST_REPEATS = 2
_TESTS = frozenset({"startswith", "endswith", "isdigit", "isidentifier", "isalnum", "isalpha", "isupper", "islower"})


def method(
    machine: Machine, base: Value, name: str, args: list[Value], kwargs: dict[str, Value], loc: Loc, source: str
) -> Value | None:
    """`base.name(*args)` for a built-in value; None where nothing is known of it."""
    match base:
        case Text():
            return _text(base, name, args, kwargs, loc, source)
        case Member() if isinstance(base.value, Text) and name in _CHANGES:
            return _text(base.value, name, args, kwargs, loc, source)
        case Items():
            return _list(machine, base, name, args, loc)
        case Mapping():
            return _dict(machine, base, name, args, loc)
        case Choice(options=options) if all(isinstance(option, Text | Items | Mapping) for option in options):
            results = [method(machine, option, name, args, kwargs, loc, source) for option in options]
            return choose(*results) if all(result is not None for result in results) else None
        case Result():
            return _result(base, name)
        case Row():
            return _row(machine, base, name, args, loc)
        case Made(name="re.compile") if name == "sub" and len(args) >= 2:
            return substitute(base.args[0], args[0], args[1]) if base.args else None
        case Class() if name == "__subclasses__":
            # While the modules are read, more may follow.
            found = [cls for cls in machine.classes if any(one is base for one in cls.bases)]
            return Items("list", list(found), open=machine.world is None)
        case _:
            return None


def _result(base: Result, name: str) -> Value | None:
    rows = base.rows
    if name in ("fetchall", "all", "fetchmany", "partitions", "unique", "mappings", "tuples"):
        return base if rows is None or name in ("mappings", "unique", "tuples") else Items("list", list(rows))
    if name in ("fetchone", "first", "one", "one_or_none"):
        return Unknown("a row") if rows is None else (rows[0] if rows else NONE)
    if name in ("scalar", "scalar_one", "scalar_one_or_none"):
        return Unknown("a cell") if rows is None else (rows[0].cells[0] if rows and rows[0].cells else NONE)
    if name == "scalars":
        return Result(None) if rows is None else Items("list", [row.cells[0] for row in rows if row.cells])
    return None


def _row(machine: Machine, base: Row, name: str, args: list[Value], loc: Loc) -> Value | None:
    if name == "keys":
        return Items("list", [Text((Chunk(key, "", None),)) for key in base.names], open=base.open)
    if name == "get" and args:
        wanted = known(args[0])
        return base.named(wanted) if wanted is not None else None
    if name == "_asdict":
        return base.as_mapping()
    if name in ("items", "values"):
        return _dict(machine, base.as_mapping(), name, args, loc)
    return None


def substitute(pattern: Value, replacement: Value, subject: Value) -> Value:
    """`re.sub(pattern, replacement, subject)` of known strings."""
    one, two, three = known(pattern), known(replacement), known(subject)
    if one is None or two is None or three is None or len(three) > 200 or len(one) > 200 or _may_take_long(one):
        return Unknown("a substitution")
    try:
        return Text((Chunk(re.sub(one, two, three), "", None),))
    except (re.error, IndexError):
        return Unknown("a substitution that fails")


def _may_take_long(pattern: str) -> bool:
    """Whether a pattern repeats what repeats, or repeats so often that trying all ways takes too long."""
    return bool(_REPEATED_GROUP.search(pattern)) or len(_REPEATS.findall(pattern)) > _MOST_REPEATS


def _text(base: Text, name: str, args: list[Value], kwargs: dict[str, Value], loc: Loc, source: str) -> Value | None:
    if name == "format":
        return texts.braces(base, args, kwargs, loc, lambda _: source)
    if name == "format_map" and args and isinstance(args[0], Mapping):
        given = {known(key) or "": value for key, value in args[0].entries}
        return texts.braces(base, [], given, loc, lambda _: source)
    if name == "join" and args:
        return _join(base, args[0], loc, source)
    if name in _CHANGES:
        return texts.mapped(base, _CHANGES[name])
    if name in ("strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "expandtabs"):
        return _strip(base, name, args)
    if name == "replace" and len(args) >= 2:
        old = known(args[0])
        return (
            texts.replaced(base, old, texts.piece(args[1], loc, source))
            if old is not None
            else Unknown("a replacement")
        )
    if name in ("split", "splitlines", "rsplit"):
        return _split(base, name, args)
    if name in _TESTS:
        return _test(base, name, args)
    if name in ("encode", "decode"):
        return base
    return None


def _join(base: Text, value: Value, loc: Loc, source: str) -> Value:
    options: list[Value] = []
    for option in value.options if isinstance(value, Choice) else (value,):
        items = elements.iterate(option) or Items("list", [], open=True)
        options.append(texts.join(base, items, loc, source))
    return choose(*options)


def _strip(base: Text, name: str, args: list[Value]) -> Value:
    given = known(args[0]) if args else None
    if args and given is None:
        return Unknown("a stripped text")
    if name in ("removeprefix", "removesuffix"):
        return texts.strip(base, lambda whole: getattr(whole, name)(given or ""))
    if name == "expandtabs":
        return base
    return texts.strip(base, lambda whole: getattr(whole, name)(given))


def _split(base: Text, name: str, args: list[Value]) -> Value:
    if name == "rsplit":
        return Items("list", [], open=True)
    separator = "\n" if name == "splitlines" else (known(args[0]) if args else None)
    limit = args[1].value if len(args) > 1 and isinstance(args[1], Const) and isinstance(args[1].value, int) else -1
    parts = texts.split(base, separator, limit)
    return Items("list", [], open=True) if parts is None else Items("list", list(parts))


def _test(base: Text, name: str, args: list[Value]) -> Value:
    whole = base.known
    given = [known(arg) for arg in args]
    if whole is None or any(arg is None for arg in given):
        return Unknown("depends on a text")
    return Const(bool(getattr(whole, name)(*given)))


_OPERATORS = {
    "difference": "-", "intersection": "&", "symmetric_difference": "^", "issubset": "<=", "issuperset": ">=",
}  # fmt: skip


def _of_sets(name: str, base: Items, other: Value, loc: Loc) -> Value | None:
    given = elements.iterate(other)
    if given is None:
        return Items("set", [], open=True)
    left, right = Items("set", base.items, open=base.open), Items("set", given.items, open=given.open)
    if name in ("issubset", "issuperset"):
        return operators.compare(_OPERATORS[name], left, right, loc)
    return operators.binary(_OPERATORS[name], left, right, loc, name)


def _popped(machine: Machine, base: Items, args: list[Value]) -> Value:
    """`pop()` and `pop(0)`: which element it is, where all are known."""
    at = args[0].value if args and isinstance(args[0], Const) else -1
    if base.open or machine.uncertain or not isinstance(at, int) or not -len(base.items) <= at < len(base.items):
        base.open = True
        return Unknown("an element of a list")
    return base.items.pop(at)


def _list(machine: Machine, base: Items, name: str, args: list[Value], loc: Loc) -> Value | None:
    match name:
        case "append" | "add" | "appendleft" if args:
            elements.append(machine, base, args[0])
            return NONE
        case "insert" if len(args) > 1:
            at = args[0].value if isinstance(args[0], Const) and isinstance(args[0].value, int) else len(base.items)
            elements.append(machine, base, args[1], at)
            return NONE
        case "extend" | "update" if args:
            elements.extend(machine, base, args[0])
            return NONE
        case "copy":
            return Items(base.kind, list(base.items), open=base.open)
        case "pop":
            return _popped(machine, base, args)
        case "reverse":
            base.items.reverse()
            return NONE
        case "clear" if not machine.uncertain:
            base.items.clear()
            base.open = False
            return NONE
        case "remove" | "clear" | "discard" | "sort":
            base.open = base.open or name != "sort"
            return NONE
        case "union" if args:
            out = Items(base.kind, list(base.items), open=base.open)
            elements.extend(machine, out, args[0])
            return out
        case "difference" | "intersection" | "symmetric_difference" | "issubset" | "issuperset" if len(args) == 1:
            return _of_sets(name, base, args[0], loc)
        case _:
            return None


def _dict(machine: Machine, base: Mapping, name: str, args: list[Value], loc: Loc) -> Value | None:
    match name:
        case "items":
            return Items("list", [Items("tuple", [key, value]) for key, value in base.entries], open=base.open)
        case "keys":
            return Items("list", [key for key, _ in base.entries], open=base.open)
        case "values":
            return Items("list", [value for _, value in base.entries], open=base.open)
        case "get" | "pop" | "setdefault" if args:
            elements.look_through(machine, base)
            wanted = known(args[0])
            found = base.get(wanted) if wanted is not None else None
            if found is not None:
                if name == "pop" and wanted is not None:
                    elements.drop(machine, base, wanted)
                return found
            if wanted is None or base.open:
                return choose(*(value for _, value in base.entries), Unknown("an entry of a dict", loc))
            if name == "setdefault" and len(args) > 1:
                elements.enter(base, [(args[0], args[1])])
            return args[1] if len(args) > 1 else NONE
        case "update" if args:
            if isinstance(args[0], Mapping):
                elements.enter(base, args[0].entries, open_=args[0].open or bool(machine.uncertain))
            else:
                base.open = True
            return NONE
        case "copy":
            return Mapping(list(base.entries), open=base.open)
        case _:
            return None
