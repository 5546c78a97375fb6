"""When two indexes are one: the same columns in the same order, for the same rows."""

from __future__ import annotations

from collections.abc import Sequence

from persistlint.sdk import ColumnFact, IndexFact, TableFact, columns_in, same_condition, sql_words

_UNKNOWN = "?"


def same_index(table: TableFact, one: IndexFact, other: IndexFact) -> bool:
    """Whether two indexes of a table are one. Whether all of its rows are unique is `unique-drift`'s question."""
    if words_of(table, one) != words_of(table, other) or not _same_rows(table, one, other):
        return False
    return one.unique == other.unique or is_whole(table, one)


def words_of(table: TableFact, index: IndexFact) -> tuple[tuple[str, ...], ...]:
    """Columns and expressions in their order, in one spelling; directions do not count."""
    return tuple(_words(table, one) for one in index.columns)


def is_whole(table: TableFact, index: IndexFact) -> bool:
    """Whether an index has plain columns and all rows, so that its uniqueness is that of the columns."""
    return index.where is None and len(columns_of(table, index)) == len(index.columns)


def columns_of(table: TableFact, index: IndexFact) -> tuple[str, ...]:
    """The names of the plain columns in an index."""
    found = (table.column(words[0]) for words in words_of(table, index) if len(words) == 1)
    return tuple(column.name for column in found if column is not None)


def mentioned(index: IndexFact, columns: Sequence[ColumnFact]) -> tuple[str, ...]:
    """The columns among these that an index or its WHERE names."""
    plain = {name.lower() for name in index.columns}
    inside = columns_in(" , ".join((*index.columns, index.where or "")), columns)
    return tuple(column.name for column in columns if column.name.lower() in plain or column.name in inside)


def is_known(index: IndexFact) -> bool:
    """Whether nothing of it is left open."""
    return bool(index.columns) and not any("__hole" in text for text in (*index.columns, index.where or ""))


def shown(index: IndexFact) -> str:
    """An index as CREATE INDEX has it."""
    where = f" WHERE {index.where}" if index.where is not None else ""
    return f"{'UNIQUE ' if index.unique else ''}({', '.join(index.columns)}){where}"


def _words(table: TableFact, column: str) -> tuple[str, ...]:
    # A plain column has its name without quotes, which may be more than one word.
    return (column.upper(),) if table.column(column) is not None else _plain(sql_words(column))


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[:-1] if len(words) > 1 and words[-1] in ("ASC", "DESC") else words


def _same_rows(table: TableFact, one: IndexFact, other: IndexFact) -> bool:
    if _UNKNOWN in (one.where, other.where):
        return True
    if one.where is None or other.where is None:
        return one.where == other.where
    return same_condition(table.columns, one.where, other.where)
