"""Attributes: of modules, classes, instances, members of enumerations and things outside the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.project.interp import imports
from persistlint.project.interp.choices import choose
from persistlint.project.interp.enums import is_enum
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    External,
    Function,
    Instance,
    Lazy,
    Made,
    Member,
    ModuleRef,
    Row,
    Super,
    Value,
    text,
)

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine


def attribute(machine: Machine, base: Value, name: str) -> Value:
    """`base.name`."""
    if machine.world is not None and (answer := machine.world.attribute(base, name)) is not None:
        return answer
    match base:
        case External():
            return _external_attribute(machine, base, name)
        case ModuleRef(module=module):
            value = imports.lookup(machine, module, name)
            return value if value is not None else imports.submodule_of(machine, module, name)
        case Class():
            return _class_attribute(machine, base, name)
        case Instance():
            return _instance_attribute(machine, base, name)
        case Super():
            return _super_attribute(machine, base, name)
        case Member():
            return _member_attribute(machine, base, name)
        case Made():
            return base.attrs.get(name) or _dialect_name(machine, base, name) or Attribute(base, name)
        case Choice(options=options):
            return choose(*(attribute(machine, option, name) for option in options))
        case Attribute(name="dialect") if name == "name":
            return text(machine.dialect)
        case Row():
            # SQLAlchemy's rows show themselves as mappings.
            return base if name == "_mapping" else base.named(name) or Attribute(base, name)
        case _:
            return Attribute(base, name)


def _dialect_name(machine: Machine, base: Made, name: str) -> Value | None:
    """`engine.dialect.name` of an engine in a variable, whatever it was made by."""
    if name != "name" or not isinstance(base.func, Attribute) or base.func.name not in ("get_dialect", "get_backend"):
        return None
    return text(machine.dialect)


def _external_attribute(machine: Machine, base: External, name: str) -> Value:
    full = f"{base.name}.{name}"
    path = machine.modules.find(full, "")
    module = machine.modules.at(path) if path is not None else None
    return ModuleRef(module) if module is not None else External(full)


def _class_attribute(machine: Machine, cls: Class, name: str) -> Value:
    if name in ("__name__", "__qualname__"):
        return text(cls.name, cls.loc.path)
    for owner in cls.mro():
        if isinstance(owner, Class) and name in owner.names:
            value = owner.names[name]
            if isinstance(value, Lazy):
                value = imports.resolve(machine, value, owner.env, name)
            if is_enum(owner) and not name.startswith("_") and not isinstance(value, Function):
                return Member(owner, name, value)
            if machine.is_instrumented is not None and machine.is_instrumented(value):
                return Attribute(cls, name)
            return _bound(machine, value, cls, owner)
    return Attribute(cls, name)


def _super_attribute(machine: Machine, base: Super, name: str) -> Value:
    cls = base.base if isinstance(base.base, Class) else base.base.cls
    line = cls.mro()
    behind = line[line.index(base.owner) + 1 :] if base.owner in line else ()
    for owner in behind:
        if isinstance(owner, Class) and name in owner.names:
            value = owner.names[name]
            if isinstance(value, Lazy):
                value = imports.resolve(machine, value, owner.env, name)
            return _bound(machine, value, base.base, owner)
    return Attribute(base, name)


def _member_attribute(machine: Machine, member: Member, name: str) -> Value:
    if name in ("value", "_value_"):
        return member.value
    if name in ("name", "_name_"):
        return text(member.name, member.cls.loc.path)
    found = member.cls.find(name)
    return _bound(machine, found, member, member.cls) if found is not None else Attribute(member, name)


def _instance_attribute(machine: Machine, instance: Instance, name: str) -> Value:
    if name == "__class__":
        return instance.cls
    if name in instance.attrs:
        return instance.attrs[name]
    for owner in instance.cls.mro():
        if isinstance(owner, Class) and name in owner.names:
            value = owner.names[name]
            if isinstance(value, Function):
                return _bound(machine, value, instance, owner)
            initialise(machine, instance)
            given = instance.attrs.get(name) or _field_value(instance, name)
            if given is not None:
                return given
            if instance.spread and machine.is_record is not None and machine.is_record(instance.cls):
                return Attribute(instance, name)  # not its default: it may be among what the object was made of
            return imports.resolve(machine, value, owner.env, name) if isinstance(value, Lazy) else value
    given = _field_value(instance, name)
    if given is not None:
        return given
    initialise(machine, instance)
    return instance.attrs.get(name) or Attribute(instance, name)


def initialise(machine: Machine, instance: Instance) -> None:
    """Look at `__init__` for the attributes that it sets."""
    if instance.ready:
        return
    instance.ready = True
    init = instance.cls.find("__init__")
    if isinstance(init, Function):
        bound = Function(init.node, init.env, init.qualname, init.kind, instance, init.owner, init.decorators)
        with machine.before():
            machine.invoke(bound, list(instance.args), dict(instance.kwargs), 0, open_=instance.open)


def _bound(machine: Machine, value: Value, base: Value, owner: Class) -> Value:
    if not isinstance(value, Function):
        return value
    match value.kind:
        case "staticmethod":
            return value
        case "classmethod":
            target = base.cls if isinstance(base, Instance | Member) else base
            return Function(value.node, value.env, value.qualname, value.kind, target, owner, value.decorators)
        case "property" if isinstance(base, Instance | Member):
            bound = Function(value.node, value.env, value.qualname, "function", base, owner)
            return machine.invoke(bound, [], {}, len(machine.stack))
        case "declared_attr" if isinstance(base, Class):
            bound = Function(value.node, value.env, value.qualname, "function", base, owner)
            return machine.invoke(bound, [], {}, len(machine.stack))
        case _ if isinstance(base, Instance | Member):
            return Function(value.node, value.env, value.qualname, value.kind, base, owner, value.decorators)
        case _:
            return value


def _field_value(instance: Instance, name: str) -> Value | None:
    """A field given to the constructor of a dataclass, named tuple or model."""
    if name in instance.kwargs:
        if instance.cls.find("__init__") is None:
            return instance.kwargs[name]
        return None
    if not instance.args or instance.cls.find("__init__") is not None:
        return None
    fields: list[str] = []
    for owner in reversed(list(instance.cls.mro())):
        if isinstance(owner, Class):
            fields.extend(key for key in owner.annotations if key not in fields)
    if name in fields and fields.index(name) < len(instance.args):
        return instance.args[fields.index(name)]
    return None
