"""Column types as SQLAlchemy's SQLite dialect renders them in DDL.

A type that this dialect cannot render, so that `create_all` fails on SQLite, is written `!NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.project.interp.attributes import initialise
from persistlint.project.interp.elements import iterate
from persistlint.project.interp.enums import is_enum, members
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    External,
    Function,
    Instance,
    Loc,
    Made,
    Member,
    Operation,
    Value,
    flag,
    known,
    text,
)
from persistlint.project.sqlalchemy.compiled import compiled_for_sqlite
from persistlint.project.sqlalchemy.symbols import symbol
from persistlint.project.sqlalchemy.type_names import DECIMAL, PLAIN, REFUSED, SIZED

_NOWHERE = Loc("", 0, 0)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Rendered:
    """A type's DDL text (None: unknown), its length, and the CHECK that a constrained Enum or Boolean brings."""

    text: str | None
    length: int | None = None
    members: tuple[str, ...] = ()
    check: str | None = None
    """The name of the CHECK that comes with the type; empty for an unnamed one; None for none."""


UNKNOWN = Rendered(None)


class Types:
    """Renders types; asks the interpreter about TypeDecorators."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        found = compiled_for_sqlite(machine)
        self._compiled = {id(cls): function for cls, function in found if isinstance(cls, Class)}
        self._functions = {cls.name.rpartition(".")[2]: one for cls, one in found if isinstance(cls, External)}
        self._sqlite = Made(External("sqlalchemy.engine.Dialect"), [], {}, _NOWHERE)
        self._sqlite.attrs["name"] = text("sqlite")

    def render(self, value: Value, depth: int = 0) -> Rendered:
        """What the type `value` renders as."""
        if depth > _DEEPEST:
            return UNKNOWN
        match value:
            case Choice(options=options):
                return self.render(options[0], depth + 1)
            case Class():
                return self._class(value, depth)
            case Instance():
                return self._class(value.cls, depth, value)
            case Made():
                return self._made(value, depth)
            case Operation(op="[]"):
                return self.render(value.operands[0], depth + 1)
            case _:
                name = symbol(value)
                return self.named(name, [], {}) if name is not None else UNKNOWN

    def _made(self, value: Made, depth: int) -> Rendered:
        if isinstance(value.func, Attribute):
            inner = self._method(value, value.func, depth)
            if inner is not None:
                return inner
        name = symbol(value.func)
        if name is None and isinstance(value.func, Operation):
            name = symbol(value.func.operands[0])
        return self.named(name, value.args, value.kwargs) if name is not None else UNKNOWN

    def _method(self, value: Made, func: Attribute, depth: int) -> Rendered | None:
        """`with_variant`, `as_mutable`, `evaluates_none` and their kind."""
        if func.name == "with_variant" and value.args:
            names = [known(arg) for arg in value.args[1:]]
            if "sqlite" in names:
                return self.render(value.args[0], depth + 1)
            return self.render(func.base, depth + 1)
        if func.name in ("as_mutable", "associate_with") and value.args:
            return self.render(value.args[0], depth + 1)
        if func.name in ("evaluates_none", "copy", "adapt", "with_collation"):
            return self.render(func.base, depth + 1)
        return None

    def named(self, name: str, args: list[Value], kwargs: dict[str, Value]) -> Rendered:
        """What SQLAlchemy's type of that name renders as, made with these arguments."""
        if name in ("Enum", "ENUM", "SQLEnum"):
            return self.enum(args, kwargs)
        if name == "AutoString" or name in SIZED:
            return self._sized(SIZED[name], args, kwargs)
        if name in DECIMAL:
            return self._decimal(DECIMAL[name], args, kwargs)
        if name == "Boolean" and flag(kwargs.get("create_constraint")):
            return Rendered("BOOLEAN", check=known(kwargs.get("name")) or "")
        if name == "as_mutable" and args:
            return self.render(args[0])
        if name in ("ChoiceType", "Choice"):
            return Rendered("VARCHAR(255)", 255)
        if name == "GUID" or (name == "UUIDType" and flag(kwargs.get("binary")) is False):
            return Rendered("CHAR(36)" if name == "GUID" else "CHAR(32)")
        if name in REFUSED:
            return Rendered(f"!{name}")
        return Rendered(PLAIN[name]) if name in PLAIN else UNKNOWN

    @staticmethod
    def _sized(word: str, args: list[Value], kwargs: dict[str, Value]) -> Rendered:
        size = kwargs.get("length", args[0] if args else None)
        collation = known(kwargs.get("collation", args[1] if len(args) > 1 else None))
        tail = f' COLLATE "{collation}"' if collation else ""
        if isinstance(size, Choice):
            size = size.options[0]
        if size is None or (isinstance(size, Const) and size.value is None):
            return Rendered(word + tail)
        if isinstance(size, Member):
            size = size.value
        if isinstance(size, Const) and isinstance(size.value, int):
            return Rendered(f"{word}({size.value}){tail}", size.value)
        return UNKNOWN

    @staticmethod
    def _decimal(word: str, args: list[Value], kwargs: dict[str, Value]) -> Rendered:
        precision = kwargs.get("precision", args[0] if args else None)
        scale = kwargs.get("scale", args[1] if len(args) > 1 else None)
        if not isinstance(precision, Const) or precision.value is None:
            return Rendered(word)
        if not isinstance(scale, Const) or scale.value is None:
            return Rendered(f"{word}({precision.value})")
        return Rendered(f"{word}({precision.value}, {scale.value})")

    def enum(self, args: list[Value], kwargs: dict[str, Value]) -> Rendered:
        """An Enum's VARCHAR: as long as its longest member, or as it says."""
        names = self._enum_names(args, kwargs)
        constrained = flag(kwargs.get("create_constraint"))
        check = (known(kwargs.get("name")) or "") if constrained else None
        length = kwargs.get("length")
        if isinstance(length, Const) and isinstance(length.value, int):
            return Rendered(f"VARCHAR({length.value})", length.value, tuple(names or ()), check)
        if names is None:
            return Rendered(None, None, (), check)
        if isinstance(length, Const) and length.value is None:
            return Rendered("VARCHAR", None, tuple(names), check)
        longest = max((len(name) for name in names), default=0)
        return Rendered(f"VARCHAR({longest})", longest, tuple(names), check)

    def _enum_names(self, args: list[Value], kwargs: dict[str, Value]) -> list[str] | None:
        args = [arg for arg in args if arg is not kwargs.get("name")]
        if len(args) == 1 and isinstance(args[0], Class) and is_enum(args[0]):
            cls = args[0]
            callable_ = kwargs.get("values_callable")
            if isinstance(callable_, Function):
                result = iterate(self._machine.invoke(callable_, [cls], {}, 0))
                values = [known(item) for item in result.items] if result is not None and not result.open else [None]
                return [value for value in values if value is not None] if None not in values else None
            return [member.name for member in members(cls)]
        values = [known(arg) for arg in args]
        return [value for value in values if value is not None] if None not in values and values else None

    # -- classes of the project ------------------------------------------------------------------------------------

    def _class(self, cls: Class, depth: int, instance: Instance | None = None) -> Rendered:
        if is_enum(cls):
            return UNKNOWN
        compiled = self.compiled(instance or cls)
        if compiled is not None:
            return Rendered(compiled)
        spec = cls.find("get_col_spec")
        if isinstance(spec, Function):
            return Rendered(known(self._call(spec, instance or self._machine.example_of(cls), [])))
        loaded = self._dialect_impl(cls, instance, depth)
        if loaded is not None:
            return loaded
        impl = cls.find("impl")
        if isinstance(impl, Function):
            impl = self._call(impl, instance or self._machine.example_of(cls), [])
        if impl is not None:
            return self._impl(cls, impl, instance, depth)
        return self._builtin_base(cls, instance, depth)

    def compiled(self, value: Value) -> str | None:
        """What a `@compiles(Class, "sqlite")` function of the project renders a type or an element as; `?` where it
        renders something that cannot be known, None where there is no such function."""
        cls = value.cls if isinstance(value, Instance) else value
        if isinstance(value, Made) and isinstance(value.func, External) and ".func." in value.func.name:
            function = self._functions.get(value.func.name.rpartition(".")[2])
            return None if function is None else known(self._machine.invoke(function, [value], {}, 0)) or "?"
        for owner in cls.mro() if isinstance(cls, Class) else ():
            function = self._compiled.get(id(owner))
            if function is not None:
                return known(self._machine.invoke(function, [value], {}, 0))
        return None

    def _impl(self, cls: Class, impl: Value, instance: Instance | None, depth: int) -> Rendered:
        # TypeDecorator hands what it is made with to the class in `impl`, unless its own __init__ says otherwise.
        if isinstance(impl, Made):
            return self.render(impl, depth + 1)
        given = instance
        if isinstance(cls.find("__init__"), Function):
            given = instance or Instance(cls, ready=False)
            initialise(self._machine, given)
            if "impl" in given.attrs:
                return self.render(given.attrs["impl"], depth + 1)
        args, kwargs = _handed_on(given)
        if isinstance(impl, Class):
            return self.render(Instance(impl, args=tuple(args), kwargs=kwargs, ready=False), depth + 1)
        return self._made(Made(impl, args, kwargs, _NOWHERE), depth + 1)

    def _dialect_impl(self, cls: Class, instance: Instance | None, depth: int) -> Rendered | None:
        loader = cls.find("load_dialect_impl")
        if not isinstance(loader, Function):
            return None
        result = self._call(loader, instance or self._machine.example_of(cls), [self._sqlite])
        for option in result.options if isinstance(result, Choice) else (result,):
            rendered = self._descriptor(option, depth)
            if rendered.text is not None:
                return rendered
        return None

    def _descriptor(self, value: Value, depth: int) -> Rendered:
        if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name == "type_descriptor":
            return self.render(value.args[0], depth + 1) if value.args else UNKNOWN
        if isinstance(value, Made | Instance | Class | External):
            return self.render(value, depth + 1)
        return UNKNOWN

    def _builtin_base(self, cls: Class, instance: Instance | None, depth: int) -> Rendered:
        for base in cls.mro():
            if isinstance(base, Class):
                continue
            name = symbol(base)
            if name in ("TypeDecorator", "UserDefinedType", "TypeEngine", None):
                continue
            args = list(instance.args) if instance is not None else []
            kwargs = dict(instance.kwargs) if instance is not None else {}
            return self.named(name, args, kwargs)
        del depth
        return UNKNOWN

    def _call(self, function: Function, target: Value, args: list[Value]) -> Value:
        kind = "function" if function.kind in ("property", "declared_attr") else function.kind
        bound = Function(function.node, function.env, function.qualname, kind, target, function.owner)
        return self._machine.invoke(bound, args, {}, 0)


def _handed_on(instance: Instance | None) -> tuple[list[Value], dict[str, Value]]:
    """What an instance of a TypeDecorator is made with, or what its own `__init__` hands to the one behind it."""
    if instance is None:
        return [], {}
    if isinstance(instance.cls.find("__init__"), Function):
        return (instance.parent.args, instance.parent.kwargs) if instance.parent is not None else ([], {})
    return list(instance.args), instance.kwargs
