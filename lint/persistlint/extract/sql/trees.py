"""Getting at the parts of sqlglot's trees, whose arguments hold a node, a list of them, or anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from sqlglot import exp


def nodes_in(value: object) -> list[exp.Expr]:
    """The nodes that the value of an argument holds."""
    from sqlglot import exp

    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, exp.Expr)]


def several(node: exp.Expr, key: str) -> list[exp.Expr]:
    """The nodes that an argument of a node holds, be it none, one or a list."""
    return nodes_in(node.args.get(key))


def renamed(source: exp.Expr) -> tuple[str, ...]:
    """The names, in lower case, that the alias of a source or CTE gives to its columns."""
    return tuple(column.name.lower() for alias in several(source, "alias") for column in several(alias, "columns"))
