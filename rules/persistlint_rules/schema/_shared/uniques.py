"""Sets of columns that are unique together, whether by constraint, by index, or by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.sdk import Span, TableFact
from persistlint_rules.schema._shared.indexes import columns_of, is_whole
from persistlint_rules.schema._shared.words import lower


@dataclass(frozen=True, slots=True)
class UniqueSet:
    """Columns in their order; the order plays no part in what is unique."""

    columns: tuple[str, ...]
    span: Span
    name: str | None

    @property
    def key(self) -> frozenset[str]:
        """The set itself, as SQLite compares names."""
        return frozenset(lower(self.columns))


def unique_sets(table: TableFact) -> Iterator[UniqueSet]:
    """The sets that a table's constraints and indexes make unique, without its primary key."""
    for unique in table.uniques:
        yield UniqueSet(unique.columns, unique.span, unique.name)
    for index in table.indexes:
        if index.unique and is_whole(table, index):
            yield UniqueSet(columns_of(table, index), index.span, index.name)
