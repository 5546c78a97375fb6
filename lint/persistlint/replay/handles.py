"""Models as data: what code sees that walks over its own tables and columns to upgrade a database.

`Model.__table__.columns`, `Base.metadata.sorted_tables`, `Model.__dict__`, `column.type`, `column.default.arg`, …
"""

from __future__ import annotations

from collections.abc import Callable

from persistlint.project.interp.values import (
    NONE,
    Attribute,
    Class,
    Const,
    External,
    Function,
    Items,
    Loc,
    Made,
    Mapping,
    Value,
    text,
)
from persistlint.project.sqlalchemy.draft import ColumnDraft, TableDraft

_NOWHERE = Loc("", 0, 0)

DraftOf = Callable[[Value], TableDraft | None]
ColumnOf = Callable[[Value], "tuple[TableDraft, ColumnDraft] | None"]
TablesOf = Callable[[Value], tuple[TableDraft, ...]]


class Handles:
    """Answers attributes of models, tables and columns."""

    def __init__(self, draft_of: DraftOf, column_of: ColumnOf, tables_of: TablesOf) -> None:
        self._draft_of = draft_of
        self._column_of = column_of
        self._tables_of = tables_of

    def attribute(self, base: Value, name: str) -> Value | None:
        """`base.name` where that is something of a model; None for anything else."""
        if name == "__dict__" and isinstance(base, Class):
            return self._members(base)
        if name in ("sorted_tables", "tables"):
            return self._tables(base, name)
        if name in ("columns", "c", "name", "indexes") and (draft := self._table(base)) is not None:
            return _table_attribute(draft, name)
        if isinstance(base, Attribute) and isinstance(base.base, Class):
            found = self._column_of(base)
            return None if found is None else _column(found[1]).attrs.get(name)
        return None

    def _table(self, base: Value) -> TableDraft | None:
        if isinstance(base, Attribute) and base.name == "__table__":
            return self._draft_of(base)
        return self._draft_of(base) if isinstance(base, Made) else None

    def _tables(self, base: Value, name: str) -> Value | None:
        drafts = self._tables_of(base)
        if not drafts:
            return None
        handles = [_table(draft) for draft in drafts]
        if name == "sorted_tables":
            return Items("list", list[Value](handles))
        return Mapping([(text(draft.name), handle) for draft, handle in zip(drafts, handles, strict=True)])

    def _members(self, cls: Class) -> Mapping:
        entries: list[tuple[Value, Value]] = []
        for name, value in cls.names.items():
            if name.startswith("\0") or isinstance(value, Function):
                continue
            attribute = Attribute(cls, name)
            entries.append((text(name), attribute if self._column_of(attribute) is not None else value))
        return Mapping(entries)


def _table(draft: TableDraft) -> Made:
    handle = Made(External("sqlalchemy.Table"), [text(draft.name)], {}, _NOWHERE)
    for name in ("name", "columns", "c", "indexes"):
        handle.attrs[name] = _table_attribute(draft, name)
    return handle


def _table_attribute(draft: TableDraft, name: str) -> Value:
    if name == "name":
        return text(draft.name)
    if name == "indexes":
        return Items("list", [], open=True)
    return Items("list", [_column(column) for column in draft.columns])


def _column(column: ColumnDraft) -> Made:
    handle = Made(External("sqlalchemy.Column"), [], {}, _NOWHERE)
    default = column.made.kwargs.get("default") if isinstance(column.made, Made) else None
    handle.attrs.update(
        name=text(column.name), key=text(column.attribute), type=text(column.type or ""),
        nullable=Const(column.nullable), primary_key=Const(column.primary_key), default=_default(default),
        server_default=text(column.server_default) if column.server_default is not None else NONE,
    )  # fmt: skip
    return handle


def _default(value: Value | None) -> Value:
    if value is None or (isinstance(value, Const) and value.value is None):
        return NONE
    handle = Made(External("sqlalchemy.ColumnDefault"), [value], {}, _NOWHERE)
    handle.attrs.update(
        arg=value, is_scalar=Const(not isinstance(value, Function)), is_callable=Const(isinstance(value, Function))
    )
    return handle
