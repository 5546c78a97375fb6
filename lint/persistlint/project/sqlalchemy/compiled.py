"""Elements that the project compiles itself, with `sqlalchemy.ext.compiler.compiles`."""

from __future__ import annotations

from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Class, External, Function, Made, known
from persistlint.project.sqlalchemy.symbols import made


def compiled_for_sqlite(machine: Machine) -> list[tuple[Class | External, Function]]:
    """Classes and the functions that `sqlalchemy.ext.compiler.compiles` registers for them, SQLite's own last."""
    general: list[tuple[Class | External, Function]] = []
    special: list[tuple[Class | External, Function]] = []
    for function in machine.decorated:
        for value in function.decorators:
            if made(value) != "compiles" or not isinstance(value, Made) or not value.args:
                continue
            cls = value.args[0]
            dialects = [known(arg) for arg in value.args[1:]]
            if isinstance(cls, External) and "sqlite" in dialects:
                special.append((cls, function))
            elif isinstance(cls, Class) and not dialects:
                general.append((cls, function))
            elif isinstance(cls, Class) and "sqlite" in dialects:
                special.append((cls, function))
    return [*general, *special]
