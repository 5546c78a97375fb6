"""What a CHECK says about one value: decided by SQLite, over the values that the row's other columns may have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.replay.boundaries import Cell, Row, all_rows, values_of
from persistlint.replay.checks import columns_in
from persistlint.replay.memory import Memory
from persistlint.replay.probe import Probe, UndecidableError

_LONGEST = 20_000


def refuses(table: TableFact, expression: str, column: str, literal: str) -> bool:
    """Whether a CHECK is false for every row that has this literal, SQL text, in this column.

    False too where SQLite cannot answer: a function of the application's own, a text that is no expression, more
    combinations of other columns' values than can be tried.
    """
    names = columns_in(expression, table.columns)
    involved = [one for one in table.columns if one.name in names]
    given = table.column(column)
    if given not in involved or len(expression) + len(literal) > _LONGEST:
        return False
    try:
        with Memory() as memory:
            [(cell,)] = memory.rows(f"SELECT {literal}")
            if not isinstance(cell, (int, float, str, bytes)):
                return False  # a CHECK passes on NULL
            rows = _rows(involved, given, cell, expression)
            return rows is not None and not _any_passed(Probe(memory, involved), rows, expression)
    except (sqlite3.Error, sqlite3.Warning, ValueError, UndecidableError):
        return False


def _rows(
    involved: list[ColumnFact], given: ColumnFact | None, cell: Cell, expression: str
) -> Iterator[list[Row]] | None:
    values = [
        (cell,) if one is given else tuple(dict.fromkeys((*values_of(one, (), (expression,)), None)))
        for one in involved
    ]
    rows, complete = all_rows(values)
    return rows if complete else None


def _any_passed(probe: Probe, rows: Iterator[list[Row]], expression: str) -> bool:
    for batch in rows:
        probe.fill(batch)
        if any(probe.passed(expression)):
            return True
    return False
