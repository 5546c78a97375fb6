"""What one Python file says, as a small program: names, calls and control flow with their places, nothing else.

Which class is a table, which string is SQL and which engine is whose depends on other files (a base class, a constant,
a wrapper), so phase one keeps the statements themselves, in a vocabulary far smaller than a syntax tree, and phase two
interprets them together. Offsets count characters of the decoded text from 0; ends are exclusive.

The values are tagged `msgspec.Struct`s, not dataclasses, because the cache needs a typed decoder for unions:
what does not decode to these types is recomputed, and nothing in a cache folder is ever executed.
Function bodies are kept encoded (`FileFacts.bodies`) and decoded on demand: most are never looked at.
"""

from __future__ import annotations

import msgspec

from persistlint.facts.expressions import (
    Arg,
    Attr,
    Await,
    Bin,
    Call,
    Cmp,
    Comp,
    Expr,
    Fmt,
    Gen,
    IfExp,
    Join,
    Lambda,
    Lit,
    Map,
    Name,
    Node,
    Opaque,
    Param,
    Seq,
    Slice,
    Star,
    Str,
    Sub,
    Un,
    Walrus,
    Yield,
)
from persistlint.facts.statements import (
    Alias,
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Block,
    Case,
    ClassDef,
    Del,
    Eval,
    For,
    FuncDef,
    Handler,
    Hint,
    If,
    Import,
    ImportFrom,
    Jump,
    Match,
    Raise,
    Return,
    Scope,
    Stmt,
    Try,
    While,
    With,
)

__all__ = [
    "Alias", "AnnAssign", "Arg", "Assert", "Assign", "Attr", "AugAssign", "Await", "Bin", "Block", "Call", "Case",
    "ClassDef", "Cmp", "Comp", "Del", "Eval", "Expr", "FileFacts", "Fmt", "For", "FuncDef", "Gen",
    "Handler", "Hint", "If", "IfExp", "Import", "ImportFrom", "Join", "Jump", "Lambda", "Lit", "Map", "Match", "Name",
    "Node", "Opaque", "Param", "Problem", "Raise", "Return", "Scope", "Seq", "Slice", "Star", "Stmt", "Str", "Sub",
    "Try", "Un", "Walrus", "While", "With", "Yield", "decode_body",
]  # fmt: skip


class Problem(msgspec.Struct, frozen=True):
    """Why a file could not be read; `line` and `column` count from 1."""

    message: str
    line: int
    column: int


class FileFacts(msgspec.Struct, frozen=True):
    """All that one Python file says. `lines` holds the offset of each line's start, as native 32-bit integers."""

    path: str
    lines: bytes
    body: Block = ()
    bodies: tuple[bytes, ...] = ()
    hints: int = 0
    problem: Problem | None = None


_BLOCKS = msgspec.msgpack.Decoder(Block)


def decode_body(data: bytes) -> Block:
    """The statements of one function body. Raises msgspec.MsgspecError on foreign bytes."""
    return _BLOCKS.decode(data)
