"""The columns that a query yields, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.extract.sql.scopes import TABLE_FUNCTIONS, Outputs, has_hole
from persistlint.extract.sql.trees import renamed, several

if TYPE_CHECKING:
    from sqlglot import exp


def names(query: exp.Expr, ctes: dict[str, Outputs]) -> tuple[str, ...] | None:
    """The names in order, as written, `""` for an expression without one; None where they cannot all be known."""
    from sqlglot import exp

    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if isinstance(query, exp.Values):
        first = query.expressions[0] if query.expressions else None
        width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        return tuple(f"column{number}" for number in range(1, width + 1))
    if not isinstance(query, exp.Select):
        return None
    inner = ctes | cte_outputs(query, ctes)
    found: list[str] = []
    for item in query.expressions:
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            starred = _starred(query, item, inner)
            if starred is None:
                return None
            found += starred
        else:
            name = item.output_name
            if has_hole(name) or (not name and item.find(exp.Star) and not isinstance(item, exp.Count)):
                return None
            found.append(name)
    return tuple(found)


def outputs(query: exp.Expr, ctes: dict[str, Outputs]) -> Outputs:
    """The same names as a set in lower case."""
    found = names(query, ctes)
    return None if found is None else frozenset(name.lower() for name in found)


def cte_outputs(query: exp.Expr, ctes: dict[str, Outputs]) -> dict[str, Outputs]:
    """What each CTE of the query's WITH yields; each can be seen by all of them."""
    listed = [cte for with_ in several(query, "with_") for cte in with_.expressions]
    found: dict[str, Outputs] = {cte.alias.lower(): None for cte in listed}
    for cte in listed:
        found[cte.alias.lower()] = frozenset(renamed(cte)) or outputs(cte.this, ctes | found)
    return found


def aliased(source: exp.Expr, plain: Outputs) -> Outputs:
    """The outputs of a source under its alias, which may name the columns anew."""
    columns = renamed(source)
    return frozenset(columns) if columns else plain


def _starred(query: exp.Select, star: exp.Expr, ctes: dict[str, Outputs]) -> list[str] | None:
    from sqlglot import exp

    wanted = star.table.lower() if isinstance(star, exp.Column) else None
    sources = [clause.this for clause in (*several(query, "from_"), *several(query, "joins"))]
    if query.args.get("laterals"):
        return None
    found: list[str] = []
    for source in sources:
        if wanted is not None and source.alias_or_name.lower() != wanted:
            continue
        columns = _source_outputs(source, ctes)
        if columns is None or source.args.get("joins"):
            return None
        found += sorted(columns)
    return found or None


def _source_outputs(source: exp.Expr, ctes: dict[str, Outputs]) -> Outputs:
    from sqlglot import exp

    if isinstance(source, exp.Subquery):
        return aliased(source, outputs(source.this, ctes))
    if isinstance(source, exp.Table):
        name = source.name.lower()
        known = ctes.get(name) if not source.args.get("db") else None
        return aliased(source, known if known is not None else TABLE_FUNCTIONS.get(name))
    return aliased(source, outputs(source, ctes)) if isinstance(source, exp.Values) else None
