"""Enumerations of the project: their members and what these are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.project.interp.values import (
    Class,
    Const,
    External,
    Function,
    Items,
    Lazy,
    Made,
    Member,
    Value,
    known,
    text,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "strenum.StrEnum"})
_AUTO = frozenset({"enum.auto", "strenum.auto"})


def is_enum(cls: Class) -> bool:
    """Whether a class is an enumeration."""
    return any(isinstance(base, External) and base.name in _ENUMS for base in cls.mro())


def members(cls: Class) -> list[Member]:
    """The members of an enumeration, in order; a second name for a value is none."""
    out: list[Member] = []
    for owner in reversed(cls.mro()):
        for name, value in owner.names.items() if isinstance(owner, Class) else ():
            if _is_member(name, value) and not any(_equal(value, other.value) for other in out):
                out.append(Member(owner if isinstance(owner, Class) else cls, name, value))
    return out


def number_members(machine: Machine, cls: Class) -> None:
    """Put what `auto()` stands for in its place, once the class is defined."""
    last: list[Value] = []
    for name, value in list(cls.names.items()):
        if _is_member(name, value):
            if isinstance(value, Made) and value.name in _AUTO:
                cls.names[name] = _next_value(machine, cls, name, last)
            last.append(cls.names[name])


def _next_value(machine: Machine, cls: Class, name: str, last: list[Value]) -> Value:
    own = cls.find("_generate_next_value_")
    if isinstance(own, Function):
        given: list[Value] = [text(name, cls.loc.path), Const(1), Const(len(last)), Items("list", last)]
        return machine.invoke(own, given, {}, 0)
    if any(isinstance(base, External) and base.name.endswith(".StrEnum") for base in cls.mro()):
        return text(name.lower(), cls.loc.path)
    numbers = [value.value for value in last if isinstance(value, Const) and isinstance(value.value, int)]
    return Const((max(numbers) if numbers else 0) + 1)


def _is_member(name: str, value: Value) -> bool:
    return not name.startswith(("_", "\0")) and not isinstance(value, Function | Class | Lazy)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value == right.value
    return known(left) is not None and known(left) == known(right)
