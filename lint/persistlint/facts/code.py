"""What one Python file says, as a small program: names, calls and control flow with their places, nothing else.

Which class is a table, which string is SQL and which engine is whose depends on other files (a base class, a constant,
a wrapper), so phase one keeps the statements themselves, in a vocabulary far smaller than a syntax tree, and phase two
interprets them together. Offsets count characters of the decoded text from 0; ends are exclusive.

The values are tagged `msgspec.Struct`s, not dataclasses, because the cache needs a typed decoder for unions:
what does not decode to these types is recomputed, and nothing in a cache folder is ever executed.
Function bodies are kept encoded (`FileFacts.bodies`) and decoded on demand: most are never looked at.
"""

from __future__ import annotations

from enum import IntFlag

import msgspec


class Node(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Any part of the program."""


class Lit(Node, frozen=True, array_like=True, gc=False, tag="L"):
    """A number, True, False or None."""

    at: int
    end: int
    value: int | float | bool | None


class Str(Node, frozen=True, array_like=True, gc=False, tag="S"):
    """A string literal, or the fixed part of an f-string.

    `body` is the offset of its first character; `raw` is the text between the quotes where that differs from
    `value` (escapes, CRLF), else empty.
    """

    at: int
    end: int
    body: int
    value: str
    raw: str = ""


class Name(Node, frozen=True, array_like=True, gc=False, tag="N"):
    at: int
    id: str


class Attr(Node, frozen=True, array_like=True, gc=False, tag="A"):
    """`base.name`; `at` is where `name` stands."""

    at: int
    base: Expr
    name: str


class Arg(Node, frozen=True, array_like=True, gc=False):
    """An argument: `name` for keywords; `star` counts the asterisks."""

    value: Expr
    name: str | None = None
    star: int = 0


class Call(Node, frozen=True, array_like=True, gc=False, tag="C"):
    at: int
    end: int
    func: Expr
    args: tuple[Arg, ...] = ()


class Fmt(Node, frozen=True, array_like=True, gc=False, tag="{"):
    """A replacement field of an f-string."""

    at: int
    end: int
    value: Expr
    conversion: str | None = None
    spec: str | None = None


class Join(Node, frozen=True, array_like=True, gc=False, tag="F"):
    """An f-string or an implicit concatenation, flattened."""

    at: int
    end: int
    parts: tuple[Str | Fmt, ...]


class Seq(Node, frozen=True, array_like=True, gc=False, tag="Q"):
    """`kind` is `tuple`, `list` or `set`; items may be `Star`."""

    at: int
    end: int
    kind: str
    items: tuple[Expr, ...]


class Map(Node, frozen=True, array_like=True, gc=False, tag="M"):
    """A dict display; the key None is `**value`."""

    at: int
    end: int
    items: tuple[tuple[Expr | None, Expr], ...]


class Bin(Node, frozen=True, array_like=True, gc=False, tag="B"):
    """A binary operation; `and` and `or` too."""

    at: int
    op: str
    left: Expr
    right: Expr


class Un(Node, frozen=True, array_like=True, gc=False, tag="U"):
    at: int
    op: str
    operand: Expr


class Cmp(Node, frozen=True, array_like=True, gc=False, tag="="):
    at: int
    left: Expr
    pairs: tuple[tuple[str, Expr], ...]


class IfExp(Node, frozen=True, array_like=True, gc=False, tag="?"):
    at: int
    test: Expr
    body: Expr
    orelse: Expr


class Sub(Node, frozen=True, array_like=True, gc=False, tag="["):
    """`base[index]`; several indices are a tuple."""

    at: int
    end: int
    base: Expr
    index: Expr


class Slice(Node, frozen=True, array_like=True, gc=False, tag=":"):
    lower: Expr | None = None
    upper: Expr | None = None
    step: Expr | None = None


class Param(Node, frozen=True, array_like=True, gc=False):
    """`kind` is `p` (positional only), `a` (either), `k` (keyword only), `*` or `**`."""

    at: int
    name: str
    kind: str
    annotation: Expr | None = None
    default: Expr | None = None


class Lambda(Node, frozen=True, array_like=True, gc=False, tag="l"):
    at: int
    params: tuple[Param, ...]
    body: Expr


class Gen(Node, frozen=True, array_like=True, gc=False):
    """One `for … in … if …` of a comprehension."""

    target: Expr
    iter: Expr
    ifs: tuple[Expr, ...] = ()
    is_async: bool = False


class Comp(Node, frozen=True, array_like=True, gc=False, tag="c"):
    """`kind` is `list`, `set`, `dict` or `generator`; `key` is set for dicts."""

    at: int
    end: int
    kind: str
    value: Expr
    gens: tuple[Gen, ...]
    key: Expr | None = None


class Await(Node, frozen=True, array_like=True, gc=False, tag="w"):
    at: int
    value: Expr


class Yield(Node, frozen=True, array_like=True, gc=False, tag="y"):
    at: int
    value: Expr | None = None
    is_from: bool = False


class Walrus(Node, frozen=True, array_like=True, gc=False, tag="W"):
    at: int
    target: Expr
    value: Expr


class Star(Node, frozen=True, array_like=True, gc=False, tag="*"):
    at: int
    value: Expr


class Opaque(Node, frozen=True, array_like=True, gc=False, tag="O"):
    """An expression outside the vocabulary (bytes, complex and giant numbers, `...`): known only by its place."""

    at: int
    end: int


Expr = (
    Lit
    | Str
    | Name
    | Attr
    | Call
    | Fmt
    | Join
    | Seq
    | Map
    | Bin
    | Un
    | Cmp
    | IfExp
    | Sub
    | Slice
    | Lambda
    | Comp
    | Await
    | Yield
    | Walrus
    | Star
    | Opaque
)


class Assign(Node, frozen=True, array_like=True, gc=False, tag="as"):
    at: int
    targets: tuple[Expr, ...]
    value: Expr


class AnnAssign(Node, frozen=True, array_like=True, gc=False, tag="an"):
    at: int
    target: Expr
    annotation: Expr
    value: Expr | None = None


class AugAssign(Node, frozen=True, array_like=True, gc=False, tag="au"):
    at: int
    target: Expr
    op: str
    value: Expr


class Eval(Node, frozen=True, array_like=True, gc=False, tag="ev"):
    """An expression as a statement."""

    at: int
    value: Expr


class If(Node, frozen=True, array_like=True, gc=False, tag="if"):
    at: int
    test: Expr
    body: Block
    orelse: Block = ()


class For(Node, frozen=True, array_like=True, gc=False, tag="fo"):
    at: int
    target: Expr
    iter: Expr
    body: Block
    orelse: Block = ()
    is_async: bool = False


class While(Node, frozen=True, array_like=True, gc=False, tag="wh"):
    at: int
    test: Expr
    body: Block
    orelse: Block = ()


class Handler(Node, frozen=True, array_like=True, gc=False):
    at: int
    type: Expr | None
    name: str | None
    body: Block


class Try(Node, frozen=True, array_like=True, gc=False, tag="tr"):
    at: int
    body: Block
    handlers: tuple[Handler, ...] = ()
    orelse: Block = ()
    final: Block = ()


class With(Node, frozen=True, array_like=True, gc=False, tag="wi"):
    at: int
    items: tuple[tuple[Expr, Expr | None], ...]
    body: Block
    is_async: bool = False


class Case(Node, frozen=True, array_like=True, gc=False):
    """A `case`: the pattern is kept only as the names that it binds."""

    at: int
    names: tuple[str, ...]
    guard: Expr | None
    body: Block


class Match(Node, frozen=True, array_like=True, gc=False, tag="ma"):
    at: int
    subject: Expr
    cases: tuple[Case, ...]


class Hint(IntFlag):
    """What a function body holds, its nested functions included, so that most need never be decoded."""

    NONE = 0
    SQL = 1
    """A string that looks like SQL."""
    EXECUTE = 2
    """A call of something named execute, executemany, executescript, exec_driver_sql, text, …"""
    TABLES = 4
    """A call of something named Table, Column, mapped_column, create_all, …"""
    RESOURCES = 8
    """A call that opens, ends or configures an engine, connection or session."""
    ALEMBIC = 16
    """A use of a name called `op` or `batch_op`."""


class FuncDef(Node, frozen=True, array_like=True, gc=False, tag="fn"):
    """`body` is an index into `FileFacts.bodies`."""

    at: int
    end: int
    name: str
    params: tuple[Param, ...]
    body: int
    hints: int = 0
    decorators: tuple[Expr, ...] = ()
    returns: Expr | None = None
    is_async: bool = False


class ClassDef(Node, frozen=True, array_like=True, gc=False, tag="cl"):
    at: int
    end: int
    name: str
    args: tuple[Arg, ...]
    body: Block
    decorators: tuple[Expr, ...] = ()


class Return(Node, frozen=True, array_like=True, gc=False, tag="re"):
    at: int
    value: Expr | None = None


class Raise(Node, frozen=True, array_like=True, gc=False, tag="ra"):
    at: int
    value: Expr | None = None
    cause: Expr | None = None


class Assert(Node, frozen=True, array_like=True, gc=False, tag="at"):
    at: int
    test: Expr


class Del(Node, frozen=True, array_like=True, gc=False, tag="de"):
    at: int
    targets: tuple[Expr, ...]


class Scope(Node, frozen=True, array_like=True, gc=False, tag="gl"):
    """`global` or `nonlocal`."""

    at: int
    names: tuple[str, ...]
    is_global: bool = True


class Alias(Node, frozen=True, array_like=True, gc=False):
    """`name as bound`; `bound` is what the import binds."""

    name: str
    bound: str


class Import(Node, frozen=True, array_like=True, gc=False, tag="im"):
    at: int
    names: tuple[Alias, ...]


class ImportFrom(Node, frozen=True, array_like=True, gc=False, tag="fr"):
    """`from …module import names`; the name `*` imports all. `level` counts the leading dots."""

    at: int
    module: str
    level: int
    names: tuple[Alias, ...]


class Jump(Node, frozen=True, array_like=True, gc=False, tag="ju"):
    """`break`, `continue` or `pass`."""

    at: int
    kind: str


Stmt = (
    Assign
    | AnnAssign
    | AugAssign
    | Eval
    | If
    | For
    | While
    | Try
    | With
    | Match
    | FuncDef
    | ClassDef
    | Return
    | Raise
    | Assert
    | Del
    | Scope
    | Import
    | ImportFrom
    | Jump
)

Block = tuple[Stmt, ...]


class Problem(msgspec.Struct, frozen=True):
    """Why a file could not be read; `line` and `column` count from 1."""

    message: str
    line: int
    column: int


class Comment(msgspec.Struct, frozen=True, array_like=True):
    """A comment that speaks to persistlint: where its `#` stands and its text."""

    at: int
    text: str


class FileFacts(msgspec.Struct, frozen=True):
    """All that one Python file says. `lines` holds the offset of each line's start, as native 32-bit integers."""

    path: str
    lines: bytes
    body: Block = ()
    bodies: tuple[bytes, ...] = ()
    hints: int = 0
    comments: tuple[Comment, ...] = ()
    problem: Problem | None = None


_BLOCKS = msgspec.msgpack.Decoder(Block)


def decode_body(data: bytes) -> Block:
    """The statements of one function body. Raises msgspec.MsgspecError on foreign bytes."""
    return _BLOCKS.decode(data)
