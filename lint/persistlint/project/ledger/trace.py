"""What one function was seen to do with rows, shapes, documents and files, in the order in which it does it."""

from __future__ import annotations

from dataclasses import dataclass, field

from persistlint.facts import code
from persistlint.project.interp.values import Class, Function, Loc, Value
from persistlint.project.ledger.kinds import RowOf

Key = tuple[str, int]
"""A function, by file and place."""


@dataclass(frozen=True, slots=True)
class At:
    """Where something happens: the place, the innermost function around it, and the order in the trace."""

    loc: Loc
    caller: Key | None
    function: str | None
    order: int


@dataclass(frozen=True, slots=True)
class Built:
    """A row that is made: by the model's constructor, or by an insert with named values.

    `open` says that more columns may be given than `values` names. `call` is the constructor's call.
    """

    at: At
    row: RowOf
    values: dict[str, Value]
    open: bool
    via: str
    call: code.Call | None = None
    update: bool = False
    spread: tuple[Value, ...] = ()
    """What it is given by `**`, as far as the entries of that are not known."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """An attribute of a row that is assigned; `name` is None where it is computed."""

    at: At
    row: RowOf
    base: Value
    name: str | None
    value: Value
    loop: bool = False
    """By `setattr`."""


@dataclass(frozen=True, slots=True)
class Got:
    """An attribute that is read of a row or shape."""

    at: At
    cls: Class | None
    row: RowOf | None
    base: Value
    name: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """A shape that is made: by keywords, or from the attributes of `source`."""

    at: At
    cls: Class
    values: dict[str, Value]
    open: bool
    source: Value | None = None


@dataclass(frozen=True, slots=True)
class Dumped:
    """A value that is written as a document to the file or path `target`, or sent over the connection `target`."""

    at: At
    value: Value
    target: Value


@dataclass(frozen=True, slots=True)
class Act:
    """Any other call that matters: `commit`, `rollback`, `query`, `rename`, `unlink`, `execute`, …"""

    at: At
    name: str
    func: Value
    args: tuple[Value, ...]
    kwargs: dict[str, Value]
    node: code.Call
    result: Value


@dataclass(frozen=True, slots=True)
class Entered:
    """A `with` block that is entered; `node` is the expression of its manager, `value` what that is."""

    at: At
    node: code.Expr
    value: Value


@dataclass(frozen=True, slots=True)
class Changed:
    """The value of a row's attribute is changed in place: `row.tags.append(…)`, or the same by another name."""

    at: At
    row: RowOf
    base: Value
    name: str
    within: tuple[Value, ...] = ()
    """What the `with` blocks around it were entered over."""


@dataclass(slots=True)
class Trace:
    """One function, run with unknown arguments."""

    root: Function
    built: list[Built] = field(default_factory=list[Built])
    assigned: list[Assigned] = field(default_factory=list[Assigned])
    got: list[Got] = field(default_factory=list[Got])
    shaped: list[Shaped] = field(default_factory=list[Shaped])
    dumped: list[Dumped] = field(default_factory=list[Dumped])
    sent: list[Dumped] = field(default_factory=list[Dumped])
    """Messages to a client."""
    acts: list[Act] = field(default_factory=list[Act])
    blocks: list[Entered] = field(default_factory=list[Entered])
    calls: list[tuple[At, Key]] = field(default_factory=list["tuple[At, Key]"])
    """Calls of functions of the project."""
    changed: list[Changed] = field(default_factory=list[Changed])
    passed: list[tuple[Value, At]] = field(default_factory=list["tuple[Value, At]"])
    """What attributes hold, of whatever, that functions of the project are given."""
    filled: list[tuple[Class, str]] = field(default_factory=list["tuple[Class, str]"])
    """Fields of shapes that are assigned."""
    dumped_shapes: list[Class] = field(default_factory=list[Class])
    escaped: list[tuple[Value, str]] = field(default_factory=list["tuple[Value, str]"])
    """Shapes that were handed to something outside the project, or unknown, with its name."""
    entered: set[Key] = field(default_factory=set[Key])
    result: Value | None = None
    limited: bool = False
    """Not everything was run: it proves no absence."""

    @property
    def key(self) -> Key:
        """The function itself."""
        return self.root.path, self.root.node.at
