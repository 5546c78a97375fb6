"""Drafts to facts: names by convention, references between tables, types taken from referenced columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from persistlint.extract.sql.quoting import quoted_where_needed
from persistlint.facts.schema import CheckFact, ColumnFact, ForeignKeyFact, IndexFact, TableFact, UniqueFact
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Loc,
    Made,
    Member,
    Operation,
    Text,
    Value,
    known,
)
from persistlint.project.sqlalchemy.columns import column_object
from persistlint.project.sqlalchemy.conventions import conventional
from persistlint.project.sqlalchemy.draft import ColumnDraft, IndexDraft, KeyDraft, TableDraft
from persistlint.project.sqlalchemy.expressions import expression, literal
from persistlint.project.sqlalchemy.symbols import made
from persistlint.source import Span

Spans = Callable[[Loc], Span]
TableOfClass = Callable[[Class], "TableDraft | None"]


class Settler:
    """Turns the drafts of one project into facts. `again` are Table objects, by identity, that name one of them."""

    def __init__(
        self,
        drafts: Iterable[TableDraft],
        table_of: TableOfClass,
        spans: Spans,
        again: Mapping[int, TableDraft] | None = None,
    ) -> None:
        self._drafts = tuple(drafts)
        self._table_of = table_of
        self._spans = spans
        self._owners: dict[int, tuple[TableDraft, ColumnDraft]] = {}
        self._by_made = {**(again or {}), **{id(draft.made): draft for draft in self._drafts if draft.made is not None}}
        self._by_name: dict[str, list[TableDraft]] = {}
        for draft in self._drafts:
            self._by_name.setdefault(draft.name, []).append(draft)
            for column in draft.columns:
                if column.made is not None:
                    self._owners.setdefault(id(column.made), (draft, column))

    def facts(self) -> tuple[TableFact, ...]:
        """The tables, in the order of their drafts."""
        self._primary_keys()
        self._types_of_keys()
        return tuple(self._table(draft) for draft in self._drafts)

    # -- columns by value ----------------------------------------------------------------------------------------------

    def column(self, value: Value | str, draft: TableDraft | None) -> tuple[TableDraft, ColumnDraft] | None:
        """The table and column that a value names; strings are columns of `draft`."""
        if isinstance(value, Choice):
            value = value.options[0]
        if isinstance(value, str):
            return self._named(draft, value)
        text = known(value)
        if text is not None:
            return self._named(draft, text)
        if isinstance(value, Attribute):
            return self._attribute(value)
        if isinstance(value, Operation) and value.op == "[]" and isinstance(value.operands[0], Attribute):
            return self._named(self.table(value.operands[0].base), known(value.operands[1]) or "")
        column = column_object(value)
        if column is not None:
            own = draft.column_of(column) if draft is not None else None
            if own is not None and draft is not None:
                return draft, own
            return self._owners.get(id(column))
        return None

    @staticmethod
    def _named(draft: TableDraft | None, name: str) -> tuple[TableDraft, ColumnDraft] | None:
        if draft is None:
            return None
        found = draft.by_name(name) or draft.by_attribute(name)
        return None if found is None else (draft, found)

    def _attribute(self, value: Attribute) -> tuple[TableDraft, ColumnDraft] | None:
        base = value.base
        if isinstance(base, Attribute) and base.name in ("c", "columns"):
            return self._named(self.table(base.base), value.name)
        table = self.table(base)
        if table is None:
            return None
        found = table.by_attribute(value.name)
        return None if found is None else (table, found)

    def table(self, value: Value) -> TableDraft | None:
        """The draft of a Table object or of a mapped class."""
        match value:
            case Made():
                return self._by_made.get(id(value))
            case Class():
                explicit = value.find("__table__")
                if isinstance(explicit, Made):
                    return self._by_made.get(id(explicit))
                return self._table_of(value)
            case Attribute(base=base, name="__table__"):
                return self.table(base)
            case _:
                return None

    # -- keys ----------------------------------------------------------------------------------------------------------

    def _primary_keys(self) -> None:
        for draft in self._drafts:
            for value in draft.primary:
                found = self.column(value, draft)
                if found is not None and found[0] is draft and not found[1].primary_key:
                    found[1].primary_key = True
                    found[1].nullable = False

    def _types_of_keys(self) -> None:
        for _ in range(4):  # a key may refer to a key
            for draft in self._drafts:
                for key in draft.keys:
                    self._type_of_key(draft, key)

    def _type_of_key(self, draft: TableDraft, key: KeyDraft) -> None:
        for own, target in zip(key.columns, key.targets, strict=False):
            mine = self.column(own, draft)
            if mine is None or mine[1].typed:
                continue
            theirs = self._target(target, draft)
            column = theirs[0].by_name(theirs[1]) if theirs is not None and theirs[0] is not None else None
            if column is not None and column.type is not None:
                mine[1].type, mine[1].length = column.type, column.length

    def _target(self, value: Value, draft: TableDraft) -> tuple[TableDraft | None, str, str] | None:
        """Referenced draft (None: not seen), column and table name."""
        text = known(value)
        if text is None:
            found = self.column(value, None)
            return None if found is None else (found[0], found[1].name, found[0].name)
        head, _, column = text.rpartition(".")
        table = head.rpartition(".")[2]
        if not table:
            return None
        candidates = self._by_name.get(table, [])
        same = [one for one in candidates if one.metadata is draft.metadata] or candidates
        return (same[0] if same else None), column, table

    def _key(self, draft: TableDraft, key: KeyDraft) -> ForeignKeyFact | None:
        columns = self._column_names(key.columns, draft)
        targets = [self._target(target, draft) for target in key.targets]
        if columns is None or not targets or any(target is None for target in targets):
            draft.complete = draft.complete and columns is not None
            return None
        found = [target for target in targets if target is not None]
        references = tuple(target[1] for target in found)
        name = conventional(draft, "fk", key.name, columns, (found[0][2], references))
        return ForeignKeyFact(columns, found[0][2], references, self._spans(key.loc), key.ondelete, key.onupdate, name)

    def _column_names(self, values: list[Value | str], draft: TableDraft) -> tuple[str, ...] | None:
        out: list[str] = []
        for value in values:
            found = self.column(value, draft)
            name = found[1].name if found is not None else (value if isinstance(value, str) else known(value))
            if name is None:
                return None
            out.append(name)
        return tuple(out)

    # -- facts ---------------------------------------------------------------------------------------------------------

    def _table(self, draft: TableDraft) -> TableFact:
        keys = tuple(key for key in (self._key(draft, one) for one in draft.keys) if key is not None)
        uniques: list[UniqueFact] = []
        for unique in draft.uniques:
            columns = self._column_names(unique.columns, draft)
            if columns is None or not columns:
                draft.complete = False
                continue
            uniques.append(
                UniqueFact(columns, self._spans(unique.loc), conventional(draft, "uq", unique.name, columns))
            )
        return TableFact(
            draft.name, draft.origin, self._spans(draft.loc),
            columns=tuple(self._column(column) for column in draft.columns),
            primary_key=tuple(column.name for column in draft.columns if column.primary_key),
            foreign_keys=keys, uniques=tuple(uniques), checks=self._checks(draft), indexes=self._indexes(draft),
            schema=draft.schema, complete=draft.complete, without_rowid=draft.without_rowid,
            model=None if draft.cls is None else f"{draft.cls.env.module.name}.{draft.cls.qualname}",
            metadata=identity(draft.metadata),
        )  # fmt: skip

    def _column(self, column: ColumnDraft) -> ColumnFact:
        text, collation = column.type, None
        if text is not None and ' COLLATE "' in text:
            collation = text.partition(' COLLATE "')[2].rstrip('"')
        return ColumnFact(
            column.name, text, column.nullable, self._spans(column.loc), column.primary_key, column.server_default,
            column.python_default, column.length, column.autoincrement, column.generated, collation,
            column.default_function, column.attribute,
        )  # fmt: skip

    def _checks(self, draft: TableDraft) -> tuple[CheckFact, ...]:
        out: list[CheckFact] = []
        for check in draft.checks:
            text = known(check.expression)
            if text is None and check.expression is not None:
                text = expression(check.expression, self._namer(draft))
            out.append(CheckFact(text, self._spans(check.loc), conventional(draft, "ck", check.name, ())))
        return tuple(out)

    def _namer(self, draft: TableDraft) -> Callable[[Value], str | None]:
        def name(value: Value) -> str | None:
            if isinstance(value, Text | Member):
                return None
            found = self.column(value, draft)
            return None if found is None else quoted_where_needed(found[1].name)

        return name

    def _indexes(self, draft: TableDraft) -> tuple[IndexFact, ...]:
        out: list[IndexFact] = []
        for index in draft.indexes:
            columns = tuple(self._index_column(value, draft) for value in index.columns)
            kept = tuple(column for column in columns if column is not None)
            if len(kept) != len(columns):
                draft.complete = False
                if not kept:
                    continue
            where = None if index.where is None else self._condition(index.where, draft)
            name = conventional(draft, "ix", index.name, kept)
            out.append(IndexFact(name, kept, index.unique, self._spans(index.loc), where))
        return tuple(out)

    def _condition(self, value: Value, draft: TableDraft) -> str:
        return expression(value, self._namer(draft)) or known(value) or "?"

    def _index_column(self, value: Value | str, draft: TableDraft) -> str | None:
        found = self.column(value, draft)
        if found is not None:
            return found[1].name
        if isinstance(value, str):
            return value
        if made(value) in ("text", "literal_column") and isinstance(value, Made) and value.args:
            return known(value.args[0])
        text = known(value)
        if text is not None:
            return text
        rendered = expression(value, self._namer(draft))
        return rendered if rendered != literal(value) else None

    def columns_of(self, index: IndexDraft) -> list[ColumnDraft]:
        """The columns that an index outside a table names."""
        found = [None if isinstance(value, Text) else self.column(value, None) for value in index.columns]
        return [one[1] for one in found if one is not None]

    def owner(self, index: IndexDraft) -> TableDraft | None:
        """The table whose columns an index outside a table names."""
        for value in index.columns:
            found = self._within(value)
            if found is not None:
                return found
        return None

    def _within(self, value: Value | str, depth: int = 0) -> TableDraft | None:
        if isinstance(value, str) or depth > 6:
            return None
        found = self.column(value, None) if not isinstance(value, Text) else None
        if found is not None:
            return found[0]
        inner: list[Value] = []
        if isinstance(value, Made):
            inner = [*value.args, *([value.func.base] if isinstance(value.func, Attribute) else [])]
        elif isinstance(value, Operation):
            inner = list(value.operands)
        return next((table for table in (self._within(one, depth + 1) for one in inner) if table is not None), None)


def identity(value: Value | None) -> str | None:
    """A stable name for a MetaData or a declarative base."""
    match value:
        case Made(loc=loc):
            return f"{loc.path}:{loc.at}"
        case Class(loc=loc):
            return f"{loc.path}:{loc.at}"
        case Attribute(base=base):
            return identity(base)
        case Choice(options=options):
            return identity(options[0])
        case None:
            return None
        case _:
            return getattr(value, "name", None)
