from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, IndexFact, Project, Severity, TableFact, rule
from persistlint_rules.schema._shared.indexes import is_known, is_whole, mentioned, same_index, shown, words_of
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.words import declared, place


@rule(severity=Severity.WARNING, since="0.1", needs_contract=True)
def index_drift(project: Project) -> Iterator[Finding]:
    """An index that the code lacks, has beyond the contract, or has with other columns, rows or uniqueness."""
    for pair in pairs(project):
        wanted, own = _comparable(pair, pair.declared), _comparable(pair, pair.code)
        lost = [one for one in wanted if not _is_among(pair, one, [*own, *_implied(pair.code)])]
        more = [one for one in own if not _is_among(pair, one, [*wanted, *_implied(pair.declared)])]
        readable = pair.code.complete and all(map(is_known, pair.code.indexes))
        for one in lost:
            near = next((other for other in more if _alike(pair, one, other)), None)
            if near is not None:
                more.remove(near)
                yield _changed(pair, one, near)
            elif readable and not _is_unique(pair, one):
                yield _missing(pair, one)
        yield from (_surplus(pair, one) for one in more if not _is_unique(pair, one))


def _comparable(pair: Pair, table: TableFact) -> list[IndexFact]:
    """The table's indexes but for those that cannot be read, and those on columns that one of the sides lacks."""
    columns = (*pair.declared.columns, *pair.code.columns)
    return [one for one in table.indexes if is_known(one) and pair.has(mentioned(one, columns))]


def _implied(table: TableFact) -> list[IndexFact]:
    """The indexes that SQLite makes for UNIQUE constraints."""
    return [IndexFact(one.name, one.columns, unique=True, span=one.span) for one in table.uniques]


def _is_among(pair: Pair, index: IndexFact, others: list[IndexFact]) -> bool:
    return any(same_index(pair.declared, index, other) for other in others)


def _is_unique(pair: Pair, index: IndexFact) -> bool:
    """Whether `unique-drift` answers for an index that has no counterpart."""
    return index.unique and is_whole(pair.declared, index)


def _alike(pair: Pair, one: IndexFact, other: IndexFact) -> bool:
    """Whether one became the other: the same name, columns or, of unique columns, the same ones in another order."""
    words, others = words_of(pair.declared, one), words_of(pair.declared, other)
    if _is_unique(pair, one) or _is_unique(pair, other):
        return _is_unique(pair, one) and _is_unique(pair, other) and set(words) == set(others)
    named = one.name is not None and other.name is not None and one.name.lower() == other.name.lower()
    return named or words == others


def _missing(pair: Pair, wanted: IndexFact) -> Finding:
    return Finding(
        f"table `{pair.declared.name}` has no index on `{shown(wanted)}`, which the contract declares",
        at=place(pair.code, mentioned(wanted, pair.code.columns)),
        related=declared(wanted.span),
        help="add the index to the table, or remove it from the contract",
        data=_data(pair, wanted, None),
    )


def _surplus(pair: Pair, own: IndexFact) -> Finding:
    return Finding(
        f"table `{pair.declared.name}` has an index on `{shown(own)}`, which the contract does not declare",
        at=own.span,
        related=declared(pair.declared.span, "the table is declared here, without it"),
        help="declare the index in the contract, or remove it from the table",
        data=_data(pair, None, own),
    )


def _changed(pair: Pair, wanted: IndexFact, own: IndexFact) -> Finding:
    subject = f"index `{own.name}`" if own.name else "an index"
    return Finding(
        f"{subject} of table `{pair.declared.name}` is on `{shown(own)}` in the code, "
        f"the contract says `{shown(wanted)}`",
        at=own.span,
        related=declared(wanted.span),
        help=f"make the index one on `{shown(wanted)}`, or change the contract",
        data=_data(pair, wanted, own),
    )


def _data(pair: Pair, wanted: IndexFact | None, own: IndexFact | None) -> dict[str, str | None]:
    return {
        "table": pair.declared.name,
        "object": next(one.name or ",".join(one.columns) for one in (wanted, own) if one is not None),
        "aspect": "index",
        "expected": shown(wanted) if wanted is not None else None,
        "actual": shown(own) if own is not None else None,
    }
