"""Defaults that only Python code applies, compared as far as their source text tells."""

from __future__ import annotations

import ast

from persistlint.sdk import DefaultClause

_UNKNOWN = "…"
_EMPTY = {"list": "[]", "dict": "{}", "str": "''", "int": "0", "float": "0.0", "bool": "False", "tuple": "()"}


def differs(clause: DefaultClause, own: str | None) -> bool:
    """Whether a column's default is certainly not the one that a clause promises; `own` is its source text."""
    if own == _UNKNOWN:
        return False
    if own is None:
        return clause.value != "None"
    if clause.by is not None:
        # The function itself, or a lambda that calls it.
        return clause.by.rpartition(":")[2].rpartition(".")[2] not in _names(own)
    known, value = _value(own)
    return known and value != _value(clause.value or "")[1]


def _names(source: str) -> set[str]:
    """The names in a Python expression, attributes too."""
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        return {source.rpartition(".")[2]}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _value(source: str) -> tuple[bool, object]:
    """Whether the value is known, and what it is: of a literal, an empty container's class, a lambda of a literal."""
    source = source.removeprefix("builtins.")
    text = _EMPTY.get(source, source.partition(":")[2].strip() if source.startswith("lambda:") else source)
    try:
        return True, ast.literal_eval(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False, None
