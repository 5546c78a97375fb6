"""What an expression evaluates to.

Values are plain objects compared by identity, because what they stand for is mutable: a list is appended to,
a table gets columns, an instance gets attributes. They live only while a project is being linked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from persistlint.facts import code

if TYPE_CHECKING:
    from persistlint.project.interp.modules import Module


@dataclass(frozen=True, slots=True)
class Loc:
    """A stretch of one file, as offsets."""

    path: str
    at: int
    end: int


class Value:
    """Anything."""

    __slots__ = ()


@dataclass(eq=False, slots=True)
class Unknown(Value):
    """A value that cannot be known; `parameter` names the function parameter that it is.

    `checked` turns True once the code compared it with known values or handed it to something that validates.
    """

    reason: str
    loc: Loc | None = None
    parameter: str | None = None
    checked: bool = False
    annotation: Value | None = None
    """What the code says of its type, evaluated."""
    given: Value | None = None
    """Of a parameter: what a framework hands in for it."""


@dataclass(eq=False, slots=True)
class Const(Value):
    """A number, True, False or None."""

    value: int | float | bool | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of known text; `source` is the literal that it comes from and `start` its offset in that's value."""

    text: str
    path: str
    source: code.Str | None
    start: int = 0


@dataclass(eq=False, slots=True)
class Gap:
    """An unknown stretch of a text: the value put there and the place of the expression."""

    value: Value
    loc: Loc
    source: str = ""
    spec: bool = False
    """Formatted with a conversion to a number: no foreign text can come in."""
    format: str | None = None
    """The format specification, where there is one."""


@dataclass(eq=False, slots=True)
class Text(Value):
    """A string of known and unknown stretches."""

    parts: tuple[Chunk | Gap, ...]

    @property
    def known(self) -> str | None:
        """The whole string, where every stretch of it is known."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Chunk):
            return self.parts[0].text
        out: list[str] = []
        for part in self.parts:
            if isinstance(part, Gap):
                return None
            out.append(part.text)
        return "".join(out)


@dataclass(eq=False, slots=True)
class Items(Value):
    """A list, tuple, set or generator; `open` where it may hold more than `items`, each of that like `element`."""

    kind: str
    items: list[Value]
    open: bool = False
    element: Value | None = None


@dataclass(eq=False, slots=True)
class Mapping(Value):
    """A dict in order; `open` where it may hold more."""

    entries: list[tuple[Value, Value]]
    open: bool = False

    def get(self, key: str) -> Value | None:
        """The value behind a string key; None where there is none."""
        found: Value | None = None
        for entry, value in self.entries:
            if isinstance(entry, Text) and entry.known == key:
                found = value
        return found


class Env:
    """One scope's names."""

    __slots__ = ("function", "globals", "module", "names", "parent")

    def __init__(self, module: Module, parent: Env | None) -> None:
        self.module = module
        self.parent = parent
        self.names: dict[str, Value] = {}
        self.globals: frozenset[str] = frozenset()
        self.function: Function | None = None
        """The function whose names these are."""

    def find(self, name: str) -> Value | None:
        env: Env | None = self
        while env is not None:
            value = env.names.get(name)
            if value is not None:
                return value
            env = env.parent
        return None


@dataclass(eq=False, slots=True)
class Function(Value):
    """A function of the project; `bound` is the instance or class that it was taken from.

    `kind` is `function`, `classmethod`, `staticmethod`, `property`, `declared_attr` or `contextmanager`.
    """

    node: code.FuncDef | code.Lambda
    env: Env
    qualname: str
    kind: str = "function"
    bound: Value | None = None
    owner: Class | None = None
    decorators: tuple[Value, ...] = ()

    @property
    def path(self) -> str:
        return self.env.module.path


@dataclass(eq=False, slots=True)
class Class(Value):
    """A class of the project. `node` is None for one made by calling `type`."""

    name: str
    qualname: str
    bases: tuple[Value, ...]
    keywords: dict[str, Value]
    names: dict[str, Value]
    env: Env
    loc: Loc
    annotations: dict[str, tuple[code.Expr, Env, int]] = field(default_factory=dict[str, tuple[code.Expr, Env, int]])
    places: dict[str, Loc] = field(default_factory=dict[str, Loc])
    decorators: tuple[Value, ...] = ()
    node: code.ClassDef | None = None
    order: int = 0
    _mro: tuple[Value, ...] = field(default=(), init=False, repr=False)

    def __post_init__(self) -> None:
        self._mro = _linearise(self)

    def mro(self) -> tuple[Value, ...]:
        """This class, then its bases, project classes before what stands behind them; near enough to Python's."""
        return self._mro

    def find(self, name: str) -> Value | None:
        """A name in this class or its project bases."""
        for value in self.mro():
            if isinstance(value, Class) and name in value.names:
                return value.names[name]
        return None


def _linearise(cls: Class) -> tuple[Value, ...]:
    # Python's C3 where that has an answer; where it has none, the first base first.
    lines = [list(base.mro()) if isinstance(base, Class) else [base] for base in cls.bases]
    lines.append(list(cls.bases))
    out: list[Value] = [cls]
    while any(lines):
        lines = [line for line in lines if line]
        pick = next((line[0] for line in lines if not any(line[0] in other[1:] for other in lines)), lines[0][0])
        out.append(pick)
        lines = [[value for value in line if value is not pick] for line in lines]
    return tuple(out)


@dataclass(eq=False, slots=True)
class Instance(Value):
    """An instance of a class of the project, with the attributes that are known of it."""

    cls: Class
    attrs: dict[str, Value] = field(default_factory=dict[str, Value])
    args: tuple[Value, ...] = ()
    kwargs: dict[str, Value] = field(default_factory=dict[str, Value])
    loc: Loc | None = None
    ready: bool = True
    """False until `__init__` has been looked at."""
    open: bool = False
    """Made with arguments that are not known, or nobody knows where."""
    spread: tuple[Value, ...] = ()
    """What it was made with by `**`, as far as the entries of that are not known."""
    parent: Made | None = None
    """The call of `super().__init__` that reaches a class outside the project."""


@dataclass(eq=False, slots=True)
class Super(Value):
    """`super()` in a method of `owner`: attributes of `base` (an instance or class) from behind `owner`."""

    base: Instance | Class
    owner: Class


@dataclass(eq=False, slots=True)
class Member(Value):
    """A member of an enumeration of the project."""

    cls: Class
    name: str
    value: Value


@dataclass(eq=False, slots=True)
class External(Value):
    """Something outside the project, by its dotted name: `sqlalchemy.Column`."""

    name: str


@dataclass(eq=False, slots=True)
class Made(Value):
    """What calling something outside the project returned: `Column(Integer)`, `MetaData()`, `create_engine(url)`."""

    func: Value
    args: list[Value]
    kwargs: dict[str, Value]
    loc: Loc
    open: bool = False
    """Called with `*args` or `**kwargs` that are not known."""
    attrs: dict[str, Value] = field(default_factory=dict[str, Value])

    @property
    def name(self) -> str:
        """The dotted name of what was called; empty where that is not an external name."""
        return self.func.name if isinstance(self.func, External) else ""


@dataclass(eq=False, slots=True)
class Attribute(Value):
    """An attribute of a value outside the project, or of an unknown one: `Base.metadata`, `sa_type.with_variant`."""

    base: Value
    name: str


@dataclass(eq=False, slots=True)
class ModuleRef(Value):
    """A module of the project."""

    module: Module


@dataclass(eq=False, slots=True)
class Lazy(Value):
    """A name that an import binds, not looked up yet."""

    module: str
    name: str | None
    """None for the module itself."""
    importer: Module
    level: int = 0


@dataclass(eq=False, slots=True)
class Choice(Value):
    """One of several values: the branches of a condition that cannot be decided."""

    options: tuple[Value, ...]


@dataclass(eq=False, slots=True)
class Operation(Value):
    """An operator applied to values that are not constants: `Column("a") > 1`, `int | None`."""

    op: str
    operands: tuple[Value, ...]
    loc: Loc


@dataclass(eq=False, slots=True)
class Row(Value):
    """A row that a database answered: cells by position and by name; `open` where it may have more of them."""

    names: tuple[str, ...]
    cells: tuple[Value, ...]
    open: bool = False

    def named(self, name: str) -> Value | None:
        """The cell of that column, in any case."""
        lowered = name.lower()
        return next((cell for key, cell in zip(self.names, self.cells, strict=True) if key.lower() == lowered), None)

    def as_mapping(self) -> Mapping:
        """What `dict(row)` makes of it."""
        return Mapping([(text(name), cell) for name, cell in zip(self.names, self.cells, strict=True)], self.open)


@dataclass(eq=False, slots=True)
class Result(Value):
    """What executing a statement returned; `rows` is None where they cannot be known."""

    rows: list[Row] | None


MESSAGE = "\0message"
"""The attribute of an exception that holds what `str` makes of it."""
NONE = Const(None)
TRUE = Const(value=True)
FALSE = Const(value=False)


def text(value: str, path: str = "", source: code.Str | None = None) -> Text:
    """A known string."""
    return Text((Chunk(value, path, source),))


def known(value: Value | None) -> str | None:
    """The string that a value is, where it is a known one."""
    if isinstance(value, Text):
        return value.known
    if isinstance(value, Choice):
        found = {known(option) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Member) and isinstance(value.value, Text):
        return value.value.known
    return None


def flag(value: Value | None) -> bool | None:
    """Whether a value is true; None where that cannot be known."""
    match value:
        case Const(value=constant):
            return bool(constant)
        case Text():
            if value.known is not None:
                return bool(value.known)
            return True if any(isinstance(part, Chunk) and part.text for part in value.parts) else None
        case Items():
            return True if value.items else (None if value.open else False)
        case Mapping():
            return True if value.entries else (None if value.open else False)
        case Class() | Function() | ModuleRef() | Member():
            return True
        case _:
            return None


def options_of(value: Value) -> tuple[Value, ...]:
    """The values that a value may be."""
    return value.options if isinstance(value, Choice) else (value,)
