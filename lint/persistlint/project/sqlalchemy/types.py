"""Column types as SQLAlchemy's SQLite dialect renders them in DDL.

The table was read from SQLAlchemy 2.0's SQLiteTypeCompiler
(https://docs.sqlalchemy.org/en/20/core/type_basics.html, https://docs.sqlalchemy.org/en/20/dialects/sqlite.html).
A type that this dialect cannot render, so that `create_all` fails on SQLite, is written `!NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.project.interp.calls import iterate, members
from persistlint.project.interp.machine import Machine, is_enum
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    External,
    Function,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    Operation,
    Value,
    flag,
    known,
    text,
)
from persistlint.project.sqlalchemy.symbols import made, symbol

_PLAIN = {
    "Integer": "INTEGER", "INTEGER": "INTEGER", "INT": "INTEGER", "BigInteger": "BIGINT", "BIGINT": "BIGINT",
    "SmallInteger": "SMALLINT", "SMALLINT": "SMALLINT", "Boolean": "BOOLEAN", "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN", "DateTime": "DATETIME", "DATETIME": "DATETIME", "Date": "DATE", "DATE": "DATE",
    "Time": "TIME", "TIME": "TIME", "TIMESTAMP": "TIMESTAMP", "Interval": "DATETIME", "Float": "FLOAT",
    "FLOAT": "FLOAT", "REAL": "REAL", "Double": "DOUBLE", "DOUBLE": "DOUBLE", "DOUBLE_PRECISION": "DOUBLE PRECISION",
    "LargeBinary": "BLOB", "Binary": "BLOB", "BLOB": "BLOB", "PickleType": "BLOB", "JSON": "JSON", "CLOB": "CLOB",
    "MatchType": "BOOLEAN", "Tuple": "!TUPLE", "NullType": "NULL", "AutoString": "VARCHAR",
    "UUID": "UUID", "Uuid": "CHAR(32)", "UUIDType": "BINARY(16)", "MutableJson": "JSON", "NestedMutableJson": "JSON",
    "ScalarListType": "TEXT", "URLType": "TEXT", "EmailType": "VARCHAR(255)", "ArrowType": "DATETIME",
    "UtcDateTime": "DATETIME", "JSONType": "TEXT", "Geometry": "geometry", "Geography": "geography",
    "GUID": "CHAR(36)", "TIMESTAMPAware": "TIMESTAMP", "TSVectorType": "!TSVECTOR",
}  # fmt: skip
_SIZED = {
    "String": "VARCHAR", "Unicode": "VARCHAR", "VARCHAR": "VARCHAR", "Text": "TEXT", "TEXT": "TEXT",
    "UnicodeText": "TEXT", "CHAR": "CHAR", "NCHAR": "NCHAR", "NVARCHAR": "NVARCHAR", "BINARY": "BINARY",
    "VARBINARY": "VARBINARY", "AutoString": "VARCHAR",
}  # fmt: skip
_DECIMAL = {"Numeric": "NUMERIC", "NUMERIC": "NUMERIC", "DECIMAL": "DECIMAL"}
_REFUSED = frozenset({
    "ARRAY", "JSONB", "HSTORE", "INET", "CIDR", "MACADDR", "TSVECTOR", "BYTEA", "OID", "MONEY", "BIT", "INTERVAL",
    "CITEXT", "INT4RANGE", "INT8RANGE", "NUMRANGE", "DATERANGE", "TSRANGE", "TSTZRANGE", "LONGTEXT", "MEDIUMTEXT",
    "TINYTEXT", "LONGBLOB", "MEDIUMBLOB", "TINYBLOB", "TINYINT", "MEDIUMINT", "YEAR", "SET", "NTEXT", "DATETIME2",
    "UNIQUEIDENTIFIER", "XML", "Vector",
})  # fmt: skip

# `float` is a Double since SQLAlchemy 2.1, a Float before.
_PYTHON = {
    "builtins.int": "Integer", "builtins.str": "String", "builtins.bool": "Boolean", "builtins.float": "Double",
    "builtins.bytes": "LargeBinary", "datetime.datetime": "DateTime", "datetime.date": "Date",
    "datetime.time": "Time", "datetime.timedelta": "Interval", "decimal.Decimal": "Numeric", "uuid.UUID": "Uuid",
}  # fmt: skip
_PYTHON_SQLMODEL = {
    **_PYTHON, "builtins.str": "AutoString", "builtins.float": "Float", "pathlib.Path": "AutoString", "ipaddress.IPv4Address": "AutoString",
    "ipaddress.IPv4Network": "AutoString", "ipaddress.IPv6Address": "AutoString", "pydantic.EmailStr": "AutoString",
    "ipaddress.IPv6Network": "AutoString", "pydantic.UUID4": "Uuid", "pydantic.UUID1": "Uuid", "pydantic.UUID3": "Uuid",
    "pydantic.UUID5": "Uuid", "pydantic.AnyUrl": "AutoString", "pydantic.HttpUrl": "AutoString",
}  # fmt: skip
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
        self._compiled = {id(cls): function for cls, function in compiled_for_sqlite(machine)}
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
                return self._named(name, [], {}, value) if name is not None else UNKNOWN

    def _made(self, value: Made, depth: int) -> Rendered:
        if isinstance(value.func, Attribute):
            inner = self._method(value, value.func, depth)
            if inner is not None:
                return inner
        name = symbol(value.func)
        if name is None and isinstance(value.func, Operation):
            name = symbol(value.func.operands[0])
        return self._named(name, value.args, value.kwargs, value.func) if name is not None else UNKNOWN

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

    def _named(self, name: str, args: list[Value], kwargs: dict[str, Value], func: Value) -> Rendered:
        if name in ("Enum", "ENUM", "SQLEnum"):
            return self.enum(args, kwargs)
        if name == "AutoString" or name in _SIZED:
            return self._sized(_SIZED[name], args, kwargs)
        if name in _DECIMAL:
            return self._decimal(_DECIMAL[name], args, kwargs)
        if name == "Boolean" and flag(kwargs.get("create_constraint")):
            return Rendered("BOOLEAN", check=known(kwargs.get("name")) or "")
        if name == "as_mutable" and args:
            return self.render(args[0])
        if name in ("ChoiceType", "Choice"):
            return Rendered("VARCHAR(255)", 255)
        if name == "GUID" or (name == "UUIDType" and flag(kwargs.get("binary")) is False):
            return Rendered("CHAR(36)" if name == "GUID" else "CHAR(32)")
        if name in _REFUSED:
            return Rendered(f"!{name}")
        del func
        return Rendered(_PLAIN[name]) if name in _PLAIN else UNKNOWN

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
                result = iterate(self._machine, self._machine.invoke(callable_, [cls], {}, 0))
                values = [known(item) for item in result.items] if result is not None and not result.open else [None]
                return [value for value in values if value is not None] if None not in values else None
            return [member.name for member in members(self._machine, cls) if isinstance(member, Member)]
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
            return self._impl(impl, instance, depth)
        return self._builtin_base(cls, instance, depth)

    def compiled(self, value: Value) -> str | None:
        """What a `@compiles(Class, "sqlite")` function of the project renders a type or an element as."""
        cls = value.cls if isinstance(value, Instance) else value
        for owner in cls.mro() if isinstance(cls, Class) else ():
            function = self._compiled.get(id(owner))
            if function is not None:
                return known(self._machine.invoke(function, [value], {}, 0))
        return None

    def _impl(self, impl: Value, instance: Instance | None, depth: int) -> Rendered:
        # TypeDecorator hands its constructor's arguments to the class in `impl`, unless its own __init__ says otherwise.
        if instance is None or (not instance.args and not instance.kwargs) or isinstance(impl, Made):
            return self.render(impl, depth + 1)
        init = instance.cls.find("__init__")
        if isinstance(init, Function):
            return self.render(impl, depth + 1)
        return self._made(Made(impl, list(instance.args), instance.kwargs, _NOWHERE), depth + 1)

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
            return self._named(name, args, kwargs, base)
        del depth
        return UNKNOWN

    def _call(self, function: Function, target: Value, args: list[Value]) -> Value:
        kind = "function" if function.kind in ("property", "declared_attr") else function.kind
        bound = Function(function.node, function.env, function.qualname, kind, target, function.owner)
        return self._machine.invoke(bound, args, {}, 0)

    # -- Python annotations ----------------------------------------------------------------------------------------

    def python(self, value: Value, mapping: Mapping | None, *, sqlmodel: bool = False) -> Rendered:
        """The type that an annotation's Python type maps to (`type_annotation_map` first)."""
        mapped = self._mapped(value, mapping)
        if mapped is not None:
            return self.render(mapped)
        match value:
            case External(name=name):
                names = _PYTHON_SQLMODEL if sqlmodel else _PYTHON
                if name in names:
                    return self._named(names[name], [], {}, value)
                if "EmailStr" in name or "Url" in name:
                    return Rendered("VARCHAR")
                return UNKNOWN
            case Class():
                return self._python_class(value, mapping, sqlmodel=sqlmodel)
            case Operation(op="[]", operands=operands) if _is_literal(operands[0]):
                inner = operands[1].items if isinstance(operands[1], Items) else [operands[1]]
                return self.enum(list(inner), {})
            case Operation(op="[]", operands=operands):
                if isinstance(operands[0], External) and operands[0].name.endswith(".Annotated"):
                    inner = operands[1].items if isinstance(operands[1], Items) else [operands[1]]
                    return self.python(inner[0], mapping, sqlmodel=sqlmodel) if inner else UNKNOWN
                if mapping is not None:
                    return self.python(operands[0], mapping, sqlmodel=sqlmodel)
                return UNKNOWN
            case _:
                return UNKNOWN

    def _python_class(self, cls: Class, mapping: Mapping | None, *, sqlmodel: bool) -> Rendered:
        if is_enum(cls):
            return self.enum([cls], {})
        for base in cls.mro():
            if isinstance(base, External):
                mapped = self._mapped(base, mapping)
                if mapped is not None:
                    return self.render(mapped)
                names = _PYTHON_SQLMODEL if sqlmodel else _PYTHON
                if base.name in names:
                    return self._named(names[base.name], [], {}, base)
        return UNKNOWN

    @staticmethod
    def _mapped(value: Value, mapping: Mapping | None) -> Value | None:
        if mapping is None:
            return None
        for key, target in mapping.entries:
            if same_type(key, value):
                return target
        return None


def compiled_for_sqlite(machine: Machine) -> list[tuple[Class, Function]]:
    """Classes and the functions that `sqlalchemy.ext.compiler.compiles` registers for them, SQLite's own last."""
    general: list[tuple[Class, Function]] = []
    special: list[tuple[Class, Function]] = []
    for function in machine.decorated:
        for value in function.decorators:
            if made(value) != "compiles" or not isinstance(value, Made) or not value.args:
                continue
            cls = value.args[0]
            dialects = [known(arg) for arg in value.args[1:]]
            if isinstance(cls, Class) and not dialects:
                general.append((cls, function))
            elif isinstance(cls, Class) and "sqlite" in dialects:
                special.append((cls, function))
    return [*general, *special]


def same_type(left: Value, right: Value) -> bool:
    """Whether two annotations name the same type."""
    if left is right:
        return True
    if isinstance(left, External) and isinstance(right, External):
        return left.name == right.name
    if isinstance(left, Operation) and isinstance(right, Operation) and left.op == right.op == "[]":
        return all(same_type(one, other) for one, other in zip(left.operands, right.operands, strict=False))
    if isinstance(left, Items) and isinstance(right, Items) and len(left.items) == len(right.items):
        return all(same_type(one, other) for one, other in zip(left.items, right.items, strict=True))
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value == right.value
    return False


def _is_literal(value: Value) -> bool:
    return isinstance(value, External) and value.name.endswith(".Literal")
