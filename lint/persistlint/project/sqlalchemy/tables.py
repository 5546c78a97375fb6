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
from persistlint.project.sqlalchemy.settle import Settler
from persistlint.project.sqlalchemy.symbols import made
from persistlint.project.sqlalchemy.types import Types
from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Found:
    """The tables, and what could not be made one."""

    tables: tuple[TableFact, ...]
    unresolved: tuple[Unresolved, ...]


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
    _late_arguments(machine, columns, drafts)
    settler = Settler(drafts, declarative.table_of, spans)
    _loose_indexes(machine, settler, drafts)
    facts = sorted(settler.facts(), key=lambda table: (table.span, table.name))
    reasons = [*declarative.unresolved, *problems]
    return Found(tuple(facts), tuple(Unresolved(reason, spans(loc)) for reason, loc in reasons))


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
        elif not core.is_reflected(value) and (value.args or value.kwargs):
            problems.append(("the name of a Table is computed at run time", value.loc))
    return drafts, problems


def _metadata(declarative: Declarative, value: Value | None) -> Value | None:
    if isinstance(value, Choice):
        value = value.options[0]
    if isinstance(value, Attribute) and value.name == "metadata":
        base = value.base
        if isinstance(base, Class):
            root = declarative.root(base)
            return declarative.metadata(base, root)[0] if root is not None else base
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


def _late_arguments(machine: Machine, columns: Columns, drafts: list[TableDraft]) -> None:
    by_made = {id(draft.made): draft for draft in drafts}
    for value in machine.made:
        func = value.func
        if isinstance(func, Attribute) and func.name in ("append_column", "append_constraint") and id(func.base) in by_made:
            core.arguments(columns, by_made[id(func.base)], value.args)


def _loose_indexes(machine: Machine, settler: Settler, drafts: list[TableDraft]) -> None:
    taken = {(index.loc, index.name) for draft in drafts for index in draft.indexes}
    for value in machine.made:
        if made(value) != "Index":
            continue
        index = core.index_draft(value)
        if (index.loc, index.name) in taken:
            continue
        owner = settler.owner(index)
        if owner is not None:
            owner.indexes.append(index)
            taken.add((index.loc, index.name))
