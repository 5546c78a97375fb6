"""Whether anyone near a shape names a field of it: then something may fill it that was not seen."""

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
        """Whether a function of a module that knows the shape names its field."""
        word = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(name.encode()) + rb"(?![A-Za-z0-9_])")
        for function in self._machine.functions:
            node, module = function.node, function.env.module
            if not isinstance(node, code.FuncDef) or function.owner is cls:
                continue
            body = module.facts.bodies[node.body]
            if word.search(body) and (cls.name in module.env.names or cls.name.encode() in body):
                return True
        return False
