"""All SQLAlchemy tables of a project, from what its modules evaluated to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from persistlint.facts.schema import TableFact, Unresolved
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Attribute, Choice, Class, Loc, Made, Mapping, Value
from persistlint.project.sqlalchemy import core
from persistlint.project.sqlalchemy.columns import Columns, column_object
from persistlint.project.sqlalchemy.declarative import Declarative
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.project.sqlalchemy.metadata import metadata_of
from persistlint.project.sqlalchemy.settle import Settler, identity
from persistlint.project.sqlalchemy.symbols import made
from persistlint.project.sqlalchemy.types import Types
from persistlint.source import Span, is_test


@dataclass(frozen=True, slots=True)
class Found:
    """The tables, and what could not be made one."""

    tables: tuple[TableFact, ...]
    unresolved: tuple[Unresolved, ...]
    by_draft: dict[int, TableFact]
    """Facts by identity of their drafts."""
    settler: Settler
    declarative: Declarative
    drafts: tuple[TableDraft, ...] = ()
    conventions: tuple[Mapping, ...] = ()
    """The naming conventions of the project's MetaData objects."""

    def table(self, value: Value) -> TableFact | None:
        """The table that a Table object, a mapped class or its `__table__` names."""
        draft = self.settler.table(value)
        return None if draft is None else self.by_draft.get(id(draft))

    def drafts_of(self, value: Value) -> tuple[TableDraft, ...]:
        """The same tables as `tables_of`, before references were settled."""
        return _of_family(self.drafts, _family(_metadata(self.declarative, value)))

    def tables_of(self, value: Value) -> tuple[TableFact, ...]:
        """The tables of a MetaData, however it is reached: `Base.metadata`, `db`, `SQLModel.metadata`."""
        wanted = _family(_metadata(self.declarative, value))
        facts = tuple(
            fact
            for fact in self.by_draft.values()
            if wanted is not None and fact.metadata is not None and _bare(fact.metadata) == wanted
        )
        return tuple(fact for fact in facts if not is_test(fact.span.path)) or facts


def _of_family(drafts: tuple[TableDraft, ...], family: str | None) -> tuple[TableDraft, ...]:
    """Those of a MetaData; without what tests add to that of the application."""
    found = tuple(one for one in drafts if family is not None and _family(one.metadata) == family)
    return tuple(one for one in found if not is_test(one.loc.path)) or found


def _family(value: Value | None) -> str | None:
    name = identity(value)
    return None if name is None else _bare(name)


def _bare(name: str) -> str:
    return name.removesuffix(".metadata")


def is_column(value: Value) -> bool:
    """Whether a class attribute is a column, so that `Model.attribute` names the model's column."""
    return column_object(value) is not None


def find_tables(machine: Machine, spans: Callable[[Loc], Span]) -> Found:
    """The tables behind all the classes and Table objects that the machine has met."""
    types = Types(machine)
    columns = Columns(machine, types)
    declarative = Declarative(machine, types, columns)
    declarative.run(list(machine.classes))
    cores, problems = _cores(machine, columns, declarative)
    drafts = _unique([*cores, *declarative.drafts.values()])
    _late_arguments(machine, columns, declarative, drafts)
    drafts, again = _without_lookups(drafts)
    settler = Settler(drafts, declarative.table_of, spans, again)
    _loose_indexes(machine, settler, drafts)
    settled = settler.facts()
    by_draft = {id(draft): fact for draft, fact in zip(drafts, settled, strict=True)}
    facts = sorted(settled, key=lambda table: (table.span, table.name))
    settled_at = {draft.loc for draft in drafts}  # the name is known in one call of a function, not in every one
    reasons = [(reason, loc) for reason, loc in [*declarative.unresolved, *problems] if loc not in settled_at]
    unresolved = tuple(Unresolved(reason, spans(loc), table=True) for reason, loc in reasons)
    conventions = {id(draft.conventions): draft.conventions for draft in drafts if draft.conventions is not None}
    return Found(tuple(facts), unresolved, by_draft, settler, declarative, tuple(drafts), tuple(conventions.values()))


def _cores(
    machine: Machine, columns: Columns, declarative: Declarative
) -> tuple[list[TableDraft], list[tuple[str, Loc]]]:
    drafts: list[TableDraft] = []
    problems: list[tuple[str, Loc]] = []
    for value in machine.made:
        if made(value) != "Table":
            continue
        draft = core.table_draft(columns, value, _conventions(declarative, value))
        if draft is not None:
            draft.metadata = _metadata(declarative, draft.metadata)
            drafts.append(draft)
        elif not core.is_reflected(value) and (value.open or len(value.args) > 2):  # else it is looked up
            problems.append(("the name of a Table is computed at run time", value.loc))
    return drafts, problems


def _metadata(declarative: Declarative, value: Value | None) -> Value | None:
    if isinstance(value, Choice):
        value = value.options[0]
    if isinstance(value, Attribute) and value.name == "metadata":
        base = value.base
        if isinstance(base, Class):
            root = declarative.roots.of(base)
            return metadata_of(base, root)[0] if root is not None else base
        if isinstance(base, Made):
            return base.kwargs.get("metadata") or base
    return value


def _conventions(declarative: Declarative, value: Made) -> Mapping | None:
    metadata = _metadata(declarative, value.args[1] if len(value.args) > 1 else value.kwargs.get("metadata"))
    convention = metadata.kwargs.get("naming_convention") if isinstance(metadata, Made) else None
    return convention if isinstance(convention, Mapping) else None


def _unique(drafts: list[TableDraft]) -> list[TableDraft]:
    """One draft a place and name: a factory that is called twice makes one table."""
    seen: dict[tuple[str, int, str], TableDraft] = {}
    for draft in drafts:
        key = (draft.loc.path, draft.loc.at, draft.name)
        other = seen.get(key)
        if other is None or len(draft.columns) > len(other.columns):
            seen[key] = draft
    return list(seen.values())


def _without_lookups(drafts: list[TableDraft]) -> tuple[list[TableDraft], dict[int, TableDraft]]:
    """The tables that have columns, and the Table objects that name one of these again: `Table("users", metadata)`.

    https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.Table gives the existing table then.
    """
    whole: dict[tuple[str, str | None], list[TableDraft]] = {}
    for draft in drafts:
        if draft.columns:
            whole.setdefault((draft.name, draft.schema), []).append(draft)
    again: dict[int, TableDraft] = {}
    for draft in drafts:
        others = whole.get((draft.name, draft.schema), [])
        if draft.made is not None and draft.complete and not draft.columns and others:
            family = _family(draft.metadata)
            again[id(draft.made)] = next((one for one in others if _family(one.metadata) == family), others[0])
    return [draft for draft in drafts if id(draft.made) not in again], again


def _late_arguments(machine: Machine, columns: Columns, declarative: Declarative, drafts: list[TableDraft]) -> None:
    """Columns and constraints that are appended to a table behind its definition."""
    by_made = {id(draft.made): draft for draft in drafts if draft.made is not None}
    for value in machine.made:
        func = value.func
        if not isinstance(func, Attribute) or func.name not in ("append_column", "append_constraint"):
            continue
        match func.base:
            case Attribute(base=Class() as cls, name="__table__"):
                draft = declarative.table_of(cls)
            case base:
                draft = by_made.get(id(base))
        if draft is not None:
            core.arguments(columns, draft, value.args)


def _loose_indexes(machine: Machine, settler: Settler, drafts: list[TableDraft]) -> None:
    """Indexes made outside a table: they belong to the table whose columns they name."""
    inside = {(index.loc, index.name) for draft in drafts for index in draft.indexes}
    taken: set[tuple[object, ...]] = set()
    for value in machine.made:
        if made(value) != "Index":
            continue
        index = core.index_draft(value)
        owner = settler.owner(index) if (index.loc, index.name) not in inside else None
        key = (index.loc, index.name, id(owner), *(map(id, settler.columns_of(index))))
        if owner is not None and key not in taken:
            taken.add(key)
            owner.indexes.append(index)
