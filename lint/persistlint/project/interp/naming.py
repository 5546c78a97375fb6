"""What is found by a name that is put together at run time: `getattr(self, f"migrate_{version}")`, `dir(module)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from persistlint.project.interp import attributes
from persistlint.project.interp.choices import choose
from persistlint.project.interp.values import (
    Chunk,
    Class,
    Function,
    Instance,
    Items,
    Mapping,
    ModuleRef,
    Text,
    Unknown,
    Value,
    text,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_SHORTEST = 2
"""Letters of a name that must be known for it to tell anything."""


def pattern(name: Value) -> re.Pattern[str] | None:
    """What a name that is known in parts can be; None for one of which nothing is known."""
    if not isinstance(name, Text):
        return None
    known = "".join(part.text for part in name.parts if isinstance(part, Chunk))
    if len(known) < _SHORTEST:
        return None
    parts = [re.escape(part.text) if isinstance(part, Chunk) else r"\w+" for part in name.parts]
    return re.compile("".join(parts))


def any_of(machine: Machine, base: Value, name: Value) -> Value | None:
    """The functions of an object that a name may mean; None where nothing tells."""
    wanted = pattern(name)
    if wanted is None:
        return None
    found = [
        value
        for own in names_of(base)
        if wanted.fullmatch(own) and isinstance(value := attributes.attribute(machine, base, own), Function)
    ]
    return choose(*found, Unknown("an attribute that is named at run time")) if found else None


def names_of(base: Value) -> list[str]:
    """The names that a module, a class or an instance has, as far as they are the project's."""
    match base:
        case ModuleRef(module=module):
            return [name for name in module.env.names if not name.startswith("\0")]
        case Class():
            owners = [owner for owner in base.mro() if isinstance(owner, Class)]
            return list(dict.fromkeys(name for owner in owners for name in owner.names if not name.startswith("\0")))
        case Instance():
            return names_of(base.cls)
        case _:
            return []


def listed(base: Value) -> Items | None:
    """`dir(base)`."""
    names = sorted(names_of(base))
    return Items("list", [text(name) for name in names], open=isinstance(base, Instance)) if names else None


def entry(base: Mapping, name: Value) -> Value | None:
    """Any of the entries of a dict whose keys a name may be; None where nothing tells."""
    wanted = pattern(name)
    if wanted is None:
        return None
    found = [value for key, value in base.entries if isinstance(key, Text) and wanted.fullmatch(key.known or "")]
    return choose(*found, Unknown("an entry that is named at run time")) if found else None
