"""What imports bind, looked up when a name is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp.frames import Frame
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Env, External, Items, Lazy, ModuleRef, Unknown, Value, known

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine


def lookup(machine: Machine, module: Module, name: str) -> Value | None:
    """A global name of a module, its imports followed."""
    machine.run_module(module)
    value = module.env.names.get(name)
    if isinstance(value, Lazy):
        return resolve(machine, value, module.env, name)
    return value


def resolve(machine: Machine, lazy: Lazy, env: Env | None, bound: str | None) -> Value:
    """What an import names."""
    value = _import(machine, lazy)
    if env is not None and bound is not None and env.names.get(bound) is lazy:
        env.names[bound] = value
    return value


def _import(machine: Machine, lazy: Lazy) -> Value:
    path = _module_path(machine, lazy)
    if lazy.name is None:
        module = machine.modules.at(path) if path is not None else None
        return ModuleRef(module) if module is not None else External(lazy.module)
    base = f"{lazy.module}.{lazy.name}" if lazy.module else lazy.name
    if path is None:
        submodule = (
            machine.modules.relative(lazy.importer, lazy.level, base)
            if lazy.level
            else machine.modules.find(base, lazy.importer.path)
        )
        module = machine.modules.at(submodule) if submodule is not None else None
        return ModuleRef(module) if module is not None else External("." * lazy.level + base)
    module = machine.modules.at(path)
    if module is None:
        return Unknown(f"module `{lazy.module}` cannot be read")
    if path == lazy.importer.path:
        return submodule_of(machine, module, lazy.name)  # `from . import name` in a package's __init__
    if machine.guard(("import", path, lazy.name)):
        return submodule_of(machine, module, lazy.name)
    try:
        value = lookup(machine, module, lazy.name)
        return value if value is not None else submodule_of(machine, module, lazy.name)
    finally:
        machine.stack.pop()


def submodule_of(machine: Machine, module: Module, name: str) -> Value:
    """A module inside a package, where the package itself has no such name."""
    if module.is_package:
        path = machine.modules.relative(module, 1, name)
        found = machine.modules.at(path) if path is not None else None
        if found is not None:
            return ModuleRef(found)
    return Unknown(f"`{module.name}` has no `{name}` that can be seen")


def _module_path(machine: Machine, lazy: Lazy) -> str | None:
    if lazy.level:
        return machine.modules.relative(lazy.importer, lazy.level, lazy.module)
    return machine.modules.find(lazy.module, lazy.importer.path)


def import_stmt(machine: Machine, stmt: code.Import, frame: Frame) -> None:
    """Run `import …`."""
    del machine
    for alias in stmt.names:
        module = alias.name if alias.bound != alias.name.split(".")[0] else alias.bound
        frame.env.names[alias.bound] = Lazy(module, None, frame.env.module)


def import_from(machine: Machine, stmt: code.ImportFrom, frame: Frame) -> None:
    """Run `from … import …`."""
    importer = frame.env.module
    for alias in stmt.names:
        if alias.name == "*":
            _import_star(machine, Lazy(stmt.module, None, importer, stmt.level), frame)
            continue
        lazy = Lazy(stmt.module, alias.name, importer, stmt.level)
        if alias.bound in importer.env.names and stmt.level == 0 and stmt.module == importer.name:
            continue
        frame.env.names[alias.bound] = lazy


def _import_star(machine: Machine, lazy: Lazy, frame: Frame) -> None:
    path = _module_path(machine, lazy)
    if path is None:
        frame.env.names.setdefault("*", External("." * lazy.level + lazy.module))
        return
    module = machine.modules.at(path)
    if module is None or module.state == "running":
        return
    machine.run_module(module)
    exported = module.env.names.get("__all__")
    names = [known(item) for item in exported.items] if isinstance(exported, Items) and not exported.open else None
    for name, value in list(module.env.names.items()):
        if name in names if names is not None else not name.startswith("_"):
            frame.env.names[name] = resolve(machine, value, module.env, name) if isinstance(value, Lazy) else value
