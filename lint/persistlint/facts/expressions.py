"""The expressions of the small program that one Python file is lowered to; `persistlint.facts.code` is their door."""

from __future__ import annotations

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
    """An argument: `name` for keywords; `star` counts the asterisks; `at` is where a keyword stands, -1 for others."""

    value: Expr
    name: str | None = None
    star: int = 0
    at: int = -1


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
