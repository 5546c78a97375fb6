"""Enumerations of the project: their members and what these are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.project.interp.values import Chunk, Class, Const, External, Function, Items, Made, Member, Text, Value

if TYPE_CHECKING:
    pass

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "strenum.StrEnum"})


def is_enum(cls: Class) -> bool:
    """Whether a class is an enumeration."""
    return any(isinstance(base, External) and base.name in _ENUMS for base in cls.mro())


def members(cls: Class) -> list[Value]:
    """The members of an enumeration, in order."""
    out: list[Value] = []
    for owner in cls.mro():
        if isinstance(owner, Class):
            out.extend(
                Member(owner, name, enum_value(owner, name, value))
                for name, value in owner.names.items()
                if not name.startswith(("_", "\0")) and not isinstance(value, Function | Class)
            )
    return out


def enum_value(cls: Class, name: str, value: Value) -> Value:
    """A member's value, `auto()` counted."""
    if isinstance(value, Made) and value.name in ("enum.auto", "strenum.auto"):
        if any(isinstance(base, External) and base.name == "enum.StrEnum" for base in cls.mro()):
            return Text((Chunk(name.lower(), cls.loc.path, None),))
        names = [key for key in cls.names if not key.startswith("_")]
        return Const(names.index(name) + 1)
    if isinstance(value, Items) and value.kind == "tuple" and value.items and not cls.names.get("__new__"):
        return value
    return value
