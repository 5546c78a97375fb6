"""The columns that one side of an exchange carries and the other does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.sdk import ColumnFact, DocumentClause, Exchange, Project, Span, TableFact
from persistlint_rules.documents._shared.clauses import clause_of, table_of

_WORD = re.compile(r"[^\W\d_]{2,}")
_ANY = frozenset({
    "json", "jsonl", "csv", "tsv", "yaml", "yml", "toml", "txt", "db", "data", "database", "dump", "export", "exported",
    "import", "imported", "backup", "bak", "out", "output", "input", "new", "old", "all", "full", "file", "snapshot",
    "archive", "save", "saved", "state", "tmp", "temp",
})  # fmt: skip
"""Words that say what is done with a document, or how it is written, and not what is in it."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A column that `exchange` leaves out; `against` is where the promise stands."""

    exchange: Exchange
    table: TableFact
    column: ColumnFact
    against: Span
    promise: str


def losses(project: Project, kind: str) -> Iterator[Loss]:
    """What imports (or exports) leave out, against the contract or against the exports (imports) of the same table."""
    for exchange in project.ledger.exchanges:
        if exchange.kind != kind or not exchange.complete:
            continue
        table = table_of(project, exchange)
        if table is None:
            continue
        clause = clause_of(project, exchange)
        if clause is not None:
            yield from _against_contract(exchange, table, clause)
        else:
            yield from _against_others(project, exchange, table)


def _against_contract(exchange: Exchange, table: TableFact, clause: DocumentClause) -> Iterator[Loss]:
    carried = {place.column for place in exchange.columns}
    for column in table.columns:
        # A number that the database gives is no part of the document unless the other side writes it.
        if column.name not in carried and not column.generated and not _is_number(table, column):
            yield Loss(
                exchange, table, column, clause.at(exchange.kind), f"the contract has all of `{table.name}` in it"
            )


def _against_others(project: Project, exchange: Exchange, table: TableFact) -> Iterator[Loss]:
    carried = {place.column for place in exchange.columns}
    told: set[str] = set()
    for other in project.ledger.exchanges:
        if other.kind == exchange.kind or other.table_span != exchange.table_span:
            continue
        # What an import looks up or makes itself is not in the document.
        theirs = {place.column: place for place in other.columns if place.carried}
        if not _may_be_same(exchange.file, other.file):
            continue
        # Documents of one kind share most of their columns; a report or a list of names is no counterpart.
        if 2 * len(carried & set(theirs)) <= max(len(carried), 2):
            continue
        for name, place in theirs.items():
            column = table.column(name)
            if name in carried or name in told or column is None or _is_number(table, column):
                continue
            told.add(name)
            verb = "written to" if other.kind == "export" else "read from"
            yield Loss(exchange, table, column, place.span, f"`{name}` is {verb} the document here")


def _may_be_same(one: str | None, other: str | None) -> bool:
    """Whether two files may be the same document, before and behind: names that share no word are of different ones."""
    words = [_words(name) for name in (one, other)]
    return not all(words) or bool(words[0] & words[1])


def _words(name: str | None) -> frozenset[str]:
    return frozenset() if name is None else frozenset(_WORD.findall(name.lower())) - _ANY


def _is_number(table: TableFact, column: ColumnFact) -> bool:
    key = table.primary_key or tuple(one.name for one in table.columns if one.primary_key)
    return key == (column.name,) and "INT" in (column.type or "").upper()
