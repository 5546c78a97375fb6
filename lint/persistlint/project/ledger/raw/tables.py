"""Tables that SQL names, as the ledger knows tables: models where there is one, else what CREATE TABLE says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from persistlint.facts.schema import TableFact
from persistlint.facts.sql import AlterShape, Kind
from persistlint.project.interp.values import Loc
from persistlint.project.ledger.kinds import RowOf
from persistlint.project.model import Statement
from persistlint.project.sqlalchemy.draft import ColumnDraft, KeyDraft, TableDraft
from persistlint.source import Span, is_test


@dataclass(slots=True)
class _Named:
    """Every definition of one name, and what is added to it later."""

    models: list[TableDraft] = field(default_factory=list[TableDraft])
    facts: list[TableFact] = field(default_factory=list[TableFact])
    added: list[ColumnDraft] = field(default_factory=list[ColumnDraft])
    changed: bool = False
    """By an ALTER whose outcome is not followed."""


class RawTables:
    """The tables by name, each drafted when first asked for."""

    def __init__(
        self, models: Iterable[TableDraft], tables: Iterable[TableFact], statements: Iterable[Statement],
        places: Callable[[Span], Loc],
    ) -> None:  # fmt: skip
        self._places = places
        self._named: dict[str, _Named] = {}
        self._drafts: dict[tuple[str, str], TableDraft] = {}
        for draft in models:
            self._of(draft.name).models.append(draft)
        for fact in tables:
            if fact.origin == "ddl" and fact.kind == "table" and not is_test(fact.span.path):
                self._of(fact.name).facts.append(fact)
        for statement in statements:
            shape = statement.sql.alter
            if statement.sql.kind is Kind.ALTER and shape is not None and not is_test(statement.span.path):
                self._altered(shape, statement)

    def __bool__(self) -> bool:
        """Whether there are tables that only SQL defines."""
        return any(one.facts and not one.models for one in self._named.values())

    def named(self, name: str, path: str) -> RowOf | None:
        """The table that a statement in a file means by a name."""
        found = self._named.get(name.lower())
        if found is None or not (found.models or found.facts):
            return None
        if found.models:
            return RowOf(found.models[0], found.models[0].cls) if len(found.models) == 1 else None
        near = [fact for fact in found.facts if fact.span.path == path] or found.facts
        key = name.lower(), near[0].span.path
        if key not in self._drafts:
            self._drafts[key] = self._draft(near, found)
        return RowOf(self._drafts[key], None)

    def _of(self, name: str) -> _Named:
        return self._named.setdefault(name.lower(), _Named())

    def _altered(self, shape: AlterShape, statement: Statement) -> None:
        one = self._of(shape.table)
        added = shape.table_fact.columns if shape.table_fact is not None else ()
        if shape.action == "add-column" and added:
            at = self._places(statement.span)
            one.added.extend(
                ColumnDraft(column.name, column.name, column.type, column.nullable, at) for column in added
            )
        else:
            one.changed = True

    def _draft(self, facts: Sequence[TableFact], found: _Named) -> TableDraft:
        """One definition; of several, all of their columns, of which nobody knows which the table has."""
        first = facts[0]
        same = all([c.name for c in fact.columns] == [c.name for c in first.columns] for fact in facts)
        out = TableDraft(
            first.name, "ddl", self._places(first.span),
            complete=same and all(fact.complete for fact in facts) and not found.changed,
        )  # fmt: skip
        for fact in facts:
            for column in fact.columns:
                if out.by_name(column.name) is None:
                    keyed = column.primary_key or column.name in fact.primary_key
                    out.columns.append(
                        ColumnDraft(
                            column.name, column.name, column.type, column.nullable, self._places(column.span),
                            primary_key=keyed, server_default=column.server_default, generated=column.generated,
                        )
                    )  # fmt: skip
            out.keys.extend(KeyDraft(list(key.columns), [], out.loc) for key in fact.foreign_keys)
        out.columns.extend(column for column in found.added if out.by_name(column.name) is None)
        return out


def column_of(row: RowOf, name: str) -> ColumnDraft | None:
    """The column that SQL means by a name; it does not tell cases apart."""
    lowered = name.lower()
    return next((column for column in row.table.columns if column.name.lower() == lowered), None)
