"""libcst tree to program facts, in one walk in source order."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from persistlint.extract.python.expressions import EXPRESSIONS
from persistlint.extract.python.statements import STATEMENTS
from persistlint.extract.python.tokens import Cursor
from persistlint.facts import code

_DEEPEST = 400
"""Expressions within expressions; what is deeper stays opaque, since encoders and interpreters recurse."""
_DEEPEST_BLOCK = 100
"""Python itself refuses more."""


class Lowering:
    """Lowers one module; `bodies` and `hints` grow as functions are met."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cursor = Cursor(text)
        self.bodies: list[bytes] = []
        self.hints = code.Hint.NONE
        self.began = 0
        """Where the last expression began, brackets around it included."""
        self._depth = 0
        self._blocks = 0

    def block(self, body: Sequence[cst.CSTNode]) -> code.Block:
        """The statements of a module or an indented block."""
        out: list[code.Stmt] = []
        for node in body:
            for small in node.body if type(node) is cst.SimpleStatementLine else (node,):
                lower = STATEMENTS.get(type(small))
                if lower is not None:
                    out.append(lower(self, small))
        return tuple(out)

    def suite(self, node: cst.BaseSuite) -> code.Block:
        """The statements behind a colon. Raises RecursionError where blocks nest deeper than Python allows."""
        self._blocks += 1
        if self._blocks > _DEEPEST_BLOCK:
            raise RecursionError("too many levels of indentation")
        out = self.block(node.body)
        self._blocks -= 1
        return out

    def expr(self, node: cst.CSTNode) -> code.Expr:
        """Any expression; what is outside the vocabulary is opaque."""
        lower = EXPRESSIONS.get(type(node))
        cursor = self.cursor
        if lower is None or self._depth > _DEEPEST:
            at = cursor.at
            self.skip(node)
            return code.Opaque(at, cursor.at)
        self._depth += 1
        opening = [cursor.open("(") - 1 for _ in getattr(node, "lpar", ())]
        value = lower(self, node)
        if opening:
            self.began = opening[0]
            for _ in opening:
                cursor.close(")")
        elif not isinstance(value, code.Attr | code.Slice):
            self.began = value.at
        self._depth -= 1
        return value

    def skip(self, node: cst.CSTNode) -> None:
        """Move the cursor behind a part of the tree that is not lowered."""
        stack: list[cst.CSTNode] = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, (cst.Name, cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString)):
                self.cursor.take(part.value)
            else:
                stack.extend(reversed(part.children))
