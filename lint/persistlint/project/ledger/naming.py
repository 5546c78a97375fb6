"""Whether anyone names a field of a shape: then something may fill it that was not seen."""

from __future__ import annotations

import re

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Class


class Naming:
    """Answers for one project."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def names(self, cls: Class, name: str) -> bool:
        """Whether any function of the project, those of the shape itself aside, has a word that is the field's name."""
        word = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(name.encode()) + rb"(?![A-Za-z0-9_])")
        return any(
            isinstance(function.node, code.FuncDef)
            and function.owner is not cls
            and word.search(function.env.module.facts.bodies[function.node.body]) is not None
            for function in self._machine.functions
        )
