from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, TableFact, rule
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.uniques import UniqueSet, unique_sets
from persistlint_rules.schema._shared.words import declared, listed, lower, place


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def unique_drift(project: Project) -> Iterator[Finding]:
    """Columns that are unique together by the contract and not in the code, or the reverse."""
    for pair in pairs(project):
        wanted = {one.key: one for one in unique_sets(pair.declared) if pair.has(one.columns)}
        own = {one.key: one for one in unique_sets(pair.code) if pair.has(one.columns)}
        lost = [one for key, one in wanted.items() if key not in own and not _is_keyed(pair.code, key)]
        more = [one for key, one in own.items() if key not in wanted and not _is_keyed(pair.declared, key)]
        for one in lost:
            near = next((other for other in more if _alike(one, other)), None)
            if near is not None:
                more.remove(near)
            if near is not None or pair.code.complete:
                yield _lost(pair, one, near)
        yield from (_surplus(pair, one) for one in more)


def _is_keyed(table: TableFact, key: frozenset[str]) -> bool:
    """Whether the primary key makes the set unique already."""
    return bool(table.primary_key) and key.issuperset(lower(table.primary_key))


def _alike(one: UniqueSet, other: UniqueSet) -> bool:
    """Whether one is the other with a column more or less, or under the same name."""
    named = one.name is not None and other.name is not None and one.name.lower() == other.name.lower()
    return named or one.key > other.key or one.key < other.key


def _lost(pair: Pair, wanted: UniqueSet, near: UniqueSet | None) -> Finding:
    has = "not unique" if near is None else f"unique only as {listed(near.columns)}"
    return Finding(
        f"{listed(wanted.columns)} of table `{pair.declared.name}` is {has} in the code, the contract says UNIQUE",
        at=near.span if near is not None else place(pair.code, wanted.columns),
        related=declared(wanted.span),
        help=f"make {listed(wanted.columns)} unique, or change the contract",
        data=_data(pair, wanted, near),
    )


def _surplus(pair: Pair, own: UniqueSet) -> Finding:
    return Finding(
        f"{listed(own.columns)} of table `{pair.declared.name}` is unique in the code, but not by the contract",
        at=own.span,
        related=declared(place(pair.declared, own.columns)),
        help=f"declare {listed(own.columns)} unique in the contract, or let its values repeat",
        data=_data(pair, None, own),
    )


def _data(pair: Pair, wanted: UniqueSet | None, own: UniqueSet | None) -> dict[str, str | None]:
    columns = next(one.columns for one in (wanted, own) if one is not None)
    return {
        "table": pair.declared.name,
        "column": columns[0] if len(columns) == 1 else None,
        "object": ",".join(columns),
        "aspect": "unique",
        "expected": ", ".join(wanted.columns) if wanted is not None else None,
        "actual": ", ".join(own.columns) if own is not None else None,
    }
