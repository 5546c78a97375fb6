"""What a SELECT yields, item by item, and the columns that each item comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.extract.sql.collector import Collector
from persistlint.extract.sql.scopes import has_hole
from persistlint.extract.sql.trees import several
from persistlint.facts.sql import Output

if TYPE_CHECKING:
    from sqlglot import exp


def yields(tree: exp.Expr, collector: Collector) -> tuple[Output, ...] | None:
    """The items in order; None where they cannot all be known. A compound is called what its first part is."""
    from sqlglot import exp

    query: exp.Expr = tree
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select):
        return None
    out: list[Output] = []
    for item in query.expressions:
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            tables = _starred(query, item.table.lower() if isinstance(item, exp.Column) else "", collector)
            if tables is None or item.args.get("except_") or item.args.get("replace"):
                return None
            out += [Output("*", star=table) for table in tables]
        else:
            found = _item(item, collector)
            if found is None:
                return None
            out.append(found)
    return tuple(out)


def _item(item: exp.Expr, collector: Collector) -> Output | None:
    from sqlglot import exp

    name: str = item.output_name
    inner = item.unalias()
    if has_hole(name) or collector.filling.covers(_start(inner) - collector.base):
        return None
    uses = {
        place[1]: collector.columns[place[1]]
        for column in inner.find_all(exp.Column)
        if (place := collector.place(column.this)) is not None and place[1] in collector.columns
    }
    return Output(name, tuple(use for _, use in sorted(uses.items())), isinstance(inner, exp.Column))


def _start(node: exp.Expr) -> int:
    return min((one.meta["start"] for one in node.walk() if "start" in one.meta), default=-1)


def _starred(query: exp.Select, alias: str, collector: Collector) -> list[str] | None:
    """The real tables behind `*`, or behind `alias.*`."""
    from sqlglot import exp

    if query.args.get("laterals"):
        return None
    found: list[str] = []
    for clause in (*several(query, "from_"), *several(query, "joins")):
        source = clause.this
        if alias and source.alias_or_name.lower() != alias:
            continue
        place = collector.place(source.this) if isinstance(source, exp.Table) else None
        use = collector.tables.get(place[1]) if place is not None else None
        if use is None or has_hole(use.name) or source.args.get("joins"):
            return None
        found.append(use.name)
    return found or None
