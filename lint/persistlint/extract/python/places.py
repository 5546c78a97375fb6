"""Where expressions begin."""

from __future__ import annotations

from persistlint.facts import code


def start_of(node: code.Expr) -> int:
    """The offset at which an expression begins, brackets around it left aside."""
    while isinstance(node, code.Attr):
        node = node.base
    if isinstance(node, code.Slice):
        bounds = (node.lower, node.upper, node.step)
        return next((start_of(bound) for bound in bounds if bound is not None), 0)
    return node.at
