"""`import` statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from persistlint.facts import code

if TYPE_CHECKING:
    from persistlint.extract.python.lower import Lowering


def import_(walk: Lowering, node: cst.Import) -> code.Stmt:
    """`import a.b as c`."""
    at = walk.cursor.at
    names: list[code.Alias] = []
    for alias in node.names:
        here, name = _dotted(walk, alias.name)
        at = here if not names else at
        names.append(code.Alias(name, _asname(walk, alias) or name.split(".")[0]))
    return code.Import(at, tuple(names))


def import_from(walk: Lowering, node: cst.ImportFrom) -> code.Stmt:
    """`from .a import b as c`."""
    at, module = (walk.cursor.at, "") if node.module is None else _dotted(walk, node.module)
    names: list[code.Alias] = []
    if isinstance(node.names, cst.ImportStar):
        names.append(code.Alias("*", "*"))
    else:
        for alias in node.names:
            _, name = _dotted(walk, alias.name)
            names.append(code.Alias(name, _asname(walk, alias) or name))
    return code.ImportFrom(at, module, len(node.relative), tuple(names))


def _asname(walk: Lowering, alias: cst.ImportAlias) -> str | None:
    if alias.asname is None or not isinstance(alias.asname.name, cst.Name):
        return None
    walk.cursor.take(alias.asname.name.value)
    return alias.asname.name.value


def _dotted(walk: Lowering, node: cst.Attribute | cst.Name) -> tuple[int, str]:
    if isinstance(node, cst.Name):
        return walk.cursor.take(node.value), node.value
    base = node.value
    at, left = _dotted(walk, base) if isinstance(base, (cst.Attribute, cst.Name)) else (walk.cursor.at, "")
    walk.cursor.take(node.attr.value)
    return at, f"{left}.{node.attr.value}"
