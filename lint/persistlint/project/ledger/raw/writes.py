"""Rows that INSERT and UPDATE statements make: their parameters, by the columns that they fill."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.facts.sql import BoundValue, Kind, SqlStatement
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import Operation, Unknown, Value
from persistlint.project.ledger.kinds import Kinds, RowOf
from persistlint.project.ledger.raw.parameters import Given, given
from persistlint.project.ledger.raw.tables import RawTables, column_of
from persistlint.project.ledger.raw.texts import Texts
from persistlint.project.ledger.trace import At, Built


class Writes:
    """Knows the tables that statements write."""

    def __init__(self, texts: Texts, tables: RawTables, kinds: Kinds) -> None:
        self._texts = texts
        self._tables = tables
        self._kinds = kinds

    def built(self, event: CallEvent, query: Value, at: At) -> Iterator[Built]:
        """The rows that a call inserts or updates."""
        for sql, written in self._texts.statements(query):
            if sql.kind in (Kind.INSERT, Kind.UPDATE) and sql.foreign_dialect is None:
                for one in given(event, query, self._kinds):
                    built = self._one(sql, one, at)
                    if built is not None:
                        if not any(isinstance(one, Unknown) and one.parameter for one in built.values.values()):
                            self._texts.followed.add(written)
                        yield built

    def _one(self, sql: SqlStatement, values: Given, at: At) -> Built | None:
        target = sql.insert.table if sql.insert is not None else _target(sql)
        row = None if target is None else self._tables.named(target, at.loc.path)
        if row is None:
            return None
        filled: dict[str, Value] = {}
        for use in sql.columns:
            if use.write and (column := column_of(row, use.name)) is not None:
                filled.setdefault(column.attribute, Unknown("computed by SQL"))
        for bound in sql.bound:
            name = bound.column if bound.column is not None else _at_place(row, bound, sql)
            column = None if name is None else column_of(row, name)
            value = values.at(bound.key, at.loc)
            if column is not None and value is not None:
                filled[column.attribute] = value if bound.exact else Operation("sql", (value,), at.loc)
        if not filled:
            return None
        return Built(at, row, filled, open=False, via="sql", update=sql.kind is Kind.UPDATE)


def _target(sql: SqlStatement) -> str | None:
    return next((use.name for use in sql.tables if use.write), None)


def _at_place(row: RowOf, bound: BoundValue, sql: SqlStatement) -> str | None:
    """The column at a place of `INSERT INTO t VALUES …`, where the table's columns are all known."""
    columns = row.table.columns
    width = sql.insert.width if sql.insert is not None else None
    return columns[bound.place].name if row.table.complete and width == len(columns) else None
