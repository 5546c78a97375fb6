"""Operators on abstract values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from persistlint.project.interp import elements, sets, texts
from persistlint.project.interp.values import (
    FALSE,
    TRUE,
    Class,
    Const,
    External,
    Function,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    ModuleRef,
    Operation,
    Text,
    Unknown,
    Value,
    flag,
    known,
)


def _power(base: Any, exponent: Any) -> Any:
    if abs(base) > _LARGEST_BASE or abs(exponent) > _LARGEST_EXPONENT:
        raise OverflowError
    return base**exponent


_LARGEST_BASE, _LARGEST_EXPONENT = 1000, 64
# On values of any type: what Python refuses is caught where these are called.
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "%": operator.mod, "/": lambda a, b: a / b,
    "//": lambda a, b: a // b, "|": lambda a, b: a | b, "&": lambda a, b: a & b, "^": lambda a, b: a ^ b,
    "**": _power, "<<": lambda a, b: a << b, ">>": lambda a, b: a >> b,
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_LARGEST = 2**62
_MOST_REPEATS = 1000


def binary(op: str, left: Value, right: Value, loc: Loc, source: str) -> Value:
    """`left op right`."""
    if isinstance(left, Text):
        if op == "+":
            return texts.concat([left, texts.piece(right, loc, source)])
        if op == "%":
            return texts.percent(left, right, loc, lambda _: source)
        if op == "*" and isinstance(right, Const) and isinstance(right.value, int):
            return _repeated(left, right.value, loc, source)
    if isinstance(right, Text) and op == "+" and not isinstance(left, Items):
        return texts.concat([texts.piece(left, loc, source), right])
    if isinstance(left, Items) and isinstance(right, Items) and (whole := _of_items(op, left, right)) is not None:
        return whole
    if isinstance(left, Items) and op == "*":
        return _repeat(left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping) and op == "|":
        union = Mapping(list(left.entries), open=left.open)
        elements.enter(union, right.entries, open_=right.open)
        return union
    if isinstance(left, Const) and isinstance(right, Const):
        return _arithmetic(op, left, right, loc)
    if isinstance(left, Items) and op == "+":
        return Items(left.kind, list(left.items), open=True)
    return Operation(op, (left, right), loc)


def same(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None where that cannot be known."""
    return _decide("==", left, right)


def _of_items(op: str, left: Items, right: Items) -> Items | None:
    most = elements.MOST_ITEMS
    match op:
        case "+":
            items = [*left.items, *right.items]
            return Items(left.kind, items[:most], open=left.open or right.open or len(items) > most)
        case "|":
            return sets.joined(left, right, same, most)
        case "&":
            return sets.common(left, right, same)
        case "-":
            return sets.without(left, right, same)
        case "^":
            return sets.joined(sets.without(left, right, same), sets.without(right, left, same), same, most)
        case _:
            return None


def _repeated(left: Text, times: int, loc: Loc, source: str) -> Value:
    if len(left.parts) * times >= _MOST_REPEATS:
        return texts.gap(Unknown("a text repeated too often"), loc, source)
    return texts.concat([left] * max(0, times))


def _repeat(left: Items, right: Value) -> Value:
    if isinstance(right, Const) and isinstance(right.value, int) and len(left.items) * right.value < _MOST_REPEATS:
        return Items(left.kind, left.items * max(0, right.value), open=left.open)
    return Items(left.kind, list(left.items), open=True)


def _arithmetic(op: str, left: Const, right: Const, loc: Loc) -> Value:
    one, other = left.value, right.value
    if one is None or other is None or op not in _ARITHMETIC:
        return Operation(op, (left, right), loc)
    try:
        if op in ("*", "<<") and (abs(one) > _LARGEST or abs(other) > (64 if op == "<<" else _LARGEST)):
            return Unknown("a giant number", loc)
        return Const(_ARITHMETIC[op](one, other))
    except (ArithmeticError, TypeError, ValueError):
        return Unknown("an operation that fails", loc)


def unary(op: str, value: Value, loc: Loc) -> Value:
    """`op value`."""
    if op == "not":
        decided = flag(value)
        return Operation("not", (value,), loc) if decided is None else Const(not decided)
    if isinstance(value, Const) and value.value is not None:
        if op == "-":
            return Const(-value.value)
        if op == "~" and isinstance(value.value, int):
            return Const(-int(value.value) - 1)
    return Operation(op, (value,), loc)


def compare(op: str, left: Value, right: Value, loc: Loc) -> Value:
    """`left op right` for comparisons; an Operation where it cannot be decided."""
    decided = _decide(op, left, right)
    if isinstance(left, Unknown) and (op in ("in", "not in") or (op in ("==", "!=") and known(right) is not None)):
        left.checked = True
    if decided is None:
        return Operation(op, (left, right), loc)
    return TRUE if decided else FALSE


def _decide(op: str, left: Value, right: Value) -> bool | None:
    if op in ("is", "is not"):
        same = _identical(left, right)
        return None if same is None else same == (op == "is")
    if op in ("in", "not in"):
        held = _holds(right, left)
        return None if held is None else held == (op == "in")
    if isinstance(left, Const) and isinstance(right, Const):
        return _numbers(op, left, right)
    one, other = known(left), known(right)
    if one is not None and other is not None and op in _COMPARE:
        return bool(_COMPARE[op](one, other))
    if op in ("==", "!="):
        equal = _equal(left, right)
        return None if equal is None else equal == (op == "==")
    if isinstance(left, Items) and isinstance(right, Items):
        return _ordered(op, left, right)
    return None


def _ordered(op: str, left: Items, right: Items) -> bool | None:
    """Sets by what they hold, tuples and lists by their elements: `version >= (3, 35, 0)`."""
    if left.kind == right.kind == "set":
        small, large = (left, right) if op in ("<", "<=") else (right, left)
        inside = sets.covers(large, small, same)
        if op in ("<=", ">=") or not inside:
            return inside
        differs = sets.covers(small, large, same)
        return None if differs is None else not differs
    try:
        return bool(_COMPARE[op](sets.key(left), sets.key(right))) if op in _COMPARE else None
    except TypeError:
        return None


def _numbers(op: str, left: Const, right: Const) -> bool | None:
    one, other = left.value, right.value
    if op == "==":
        return one == other
    if op == "!=":
        return one != other
    if one is None or other is None:
        return None
    return bool(_COMPARE[op](one, other))


_MAKERS = ("sqlalchemy.", "sqlmodel.", "sqlite3.", "aiosqlite.", "flask_sqlalchemy.", "alembic.")


def _is_constructed(value: Made) -> bool:
    """Whether a call outside the project cannot have given None: a class, a maker of a library; not `query.first()`."""
    name = value.name
    return name.rpartition(".")[2][:1].isupper() or name.startswith(_MAKERS)


def _identical(left: Value, right: Value) -> bool | None:
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value
    if isinstance(right, Const) and right.value is None:
        # What was built here is not None; what comes from elsewhere may be.
        if isinstance(left, (Text, Items, Mapping, Class, Function, Instance, Member, ModuleRef)):
            return False
        if isinstance(left, Made) and _is_constructed(left):
            return False
        return None
    if isinstance(left, (Class, Member, Function)) and isinstance(right, (Class, Member, Function)):
        return _same_member(left, right)
    return None


def _same_member(left: Value, right: Value) -> bool:
    if isinstance(left, Member) and isinstance(right, Member):
        return left.cls is right.cls and left.name == right.name
    return left is right


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, Member) and isinstance(right, Member):
        return _same_member(left, right)
    if isinstance(left, External) and isinstance(right, External):
        return True if left.name == right.name else None
    if left is right and isinstance(left, (Class, Function)):
        return True
    if isinstance(left, Items) and isinstance(right, Items):
        return sets.equal(left, right, same)
    if isinstance(left, Const) and known(right) is not None:
        return False
    if isinstance(right, Const) and known(left) is not None:
        return False
    return None


def _holds(container: Value, item: Value) -> bool | None:
    if isinstance(container, Items):
        verdicts = [_decide("==", entry, item) for entry in container.items]
        if any(verdicts):
            return True
        return None if container.open or None in verdicts else False
    if isinstance(container, Mapping):
        return _holds(Items("list", [key for key, _ in container.entries], open=container.open), item)
    whole, part = known(container), known(item)
    if whole is not None and part is not None:
        return part in whole
    return None
