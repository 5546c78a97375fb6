"""The statements of the small program that one Python file is lowered to; `persistlint.facts.code` is their door."""

from __future__ import annotations

from enum import IntFlag

from persistlint.facts.expressions import Arg, Expr, Node, Param


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
    """A `case`: of the pattern, the names that it binds, and the constants of which it takes any.

    `values` is empty where the pattern takes everything, and None where it is of another kind.
    """

    at: int
    names: tuple[str, ...]
    guard: Expr | None
    body: Block
    values: tuple[Expr, ...] | None = None


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
