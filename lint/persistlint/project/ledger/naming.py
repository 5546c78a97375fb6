"""Whether anyone names a field of a shape: it may be filled where nothing was seen, or be meant to stay as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Class

_WORD = re.compile(rb"[A-Za-z0-9_]+")


class Naming:
    """Answers for one project."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._users: dict[bytes, set[Class | None]] | None = None
        self._apart: set[tuple[int, str]] | None = None

    def names(self, cls: Class, name: str) -> bool:
        """Whether any function of the project, those of the shape itself aside, has a word that is the field's name."""
        if self._users is None:
            self._users = self._read()
        return not self._users.get(name.encode(), set()) <= {cls}

    def tells_apart(self, owner: Class, name: str) -> bool:
        """Whether a class gives an inherited field its own value: the default tells the others what they are."""
        if self._apart is None:
            self._apart = set(self._overridden())
        return (id(owner), name) in self._apart

    def _overridden(self) -> Iterator[tuple[int, str]]:
        for cls in self._machine.classes:
            for base in cls.mro()[1:]:
                if isinstance(base, Class):
                    yield from ((id(base), name) for name in base.annotations.keys() & cls.names.keys())

    def _read(self) -> dict[bytes, set[Class | None]]:
        """The words in the bodies of functions, each with the classes whose methods have it."""
        out: dict[bytes, set[Class | None]] = {}
        for function in self._machine.functions:
            if isinstance(function.node, code.FuncDef):
                for word in set(_WORD.findall(function.env.module.facts.bodies[function.node.body])):
                    out.setdefault(word, set()).add(function.owner)
        return out
