"""The attributes of mapped classes that become columns: legacy, annotated, inherited from mixins, SQLModel fields."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Class,
    Const,
    External,
    Function,
    Lazy,
    Loc,
    Made,
    Unknown,
    Value,
)
from persistlint.project.sqlalchemy import libraries, sqlmodel
from persistlint.project.sqlalchemy.annotations import mapped_type, unwrap_annotation
from persistlint.project.sqlalchemy.columns import Columns, column_object
from persistlint.project.sqlalchemy.draft import ColumnDraft, IndexDraft, TableDraft, UniqueDraft
from persistlint.project.sqlalchemy.metadata import type_map_of
from persistlint.project.sqlalchemy.python_types import python_type
from persistlint.project.sqlalchemy.roots import Root, Roots, lineage
from persistlint.project.sqlalchemy.symbols import made, symbol
from persistlint.project.sqlalchemy.types import Types

_NOT_COLUMNS = frozenset({
    "relationship", "synonym", "association_proxy", "hybrid_property", "backref", "composite", "Relationship",
    "column_property", "query_expression", "dynamic_loader", "viewonly",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Member:
    """The attribute `name` of the mapped class `cls`, found in `owner`: the class itself or one that it inherits."""

    cls: Class
    root: Root
    owner: Class
    name: str
    value: Value | None
    loc: Loc


class Members:
    """Adds the columns of mapped classes to their tables."""

    def __init__(self, machine: Machine, types: Types, columns: Columns, roots: Roots) -> None:
        self._machine = machine
        self._types = types
        self._columns = columns
        self._roots = roots

    def value_of(self, cls: Class, owner: Class, name: str) -> Value:
        """What `name`, defined in `owner`, is for `cls`: functions are called, as `declared_attr` does."""
        value = owner.names[name]
        if isinstance(value, Lazy):
            value = self._machine.resolve(value, owner.env, name)
        if isinstance(value, Function):
            bound = Function(value.node, value.env, value.qualname, "function", cls, owner)
            return self._machine.invoke(bound, [], {}, 0)
        return value

    def add(self, cls: Class, draft: TableDraft, root: Root, parent: Class | None) -> None:
        """Add the columns of a class and of what it inherits, apart from those of its mapped `parent`."""
        skip = set(map(id, lineage(parent))) if parent is not None else set[int]()
        seen: set[str] = set()
        for owner in lineage(cls):
            if not isinstance(owner, Class):
                _hidden_base(owner, draft)
                continue
            if id(owner) in skip or (owner is root.value and owner is not cls and not owner.names):
                continue
            for name in _names_of(owner):
                if name not in seen:
                    seen.add(name)
                    self._member(cls, owner, name, draft, root)

    def _member(self, cls: Class, owner: Class, name: str, draft: TableDraft, root: Root) -> None:
        if name.startswith(("__", "\0")):
            return
        value = owner.names.get(name)
        if isinstance(value, Lazy):
            value = self._machine.resolve(value, owner.env, name)
        if isinstance(value, Function):
            if value.kind != "declared_attr":
                return
            value = self.value_of(cls, owner, name)
        member = _Member(cls, root, owner, name, value, owner.places.get(name, owner.loc))
        column = column_object(value)
        if root.flavour == "sqlmodel" and name in owner.annotations:
            sqlmodel.field(self._machine, self._types, self._columns, draft, owner, name, value, member.loc)
        elif root.flavour != "sqlmodel" and self._annotated(draft, member, column):
            return
        elif column is not None:
            self._columns.add(draft, column, name, member.loc)

    def _annotated(self, draft: TableDraft, member: _Member, column: Made | None) -> bool:
        """Add a column from `name: Mapped[...]`; whether the annotation decided."""
        annotation = member.owner.annotations.get(member.name)
        if annotation is None:
            return False
        inner = mapped_type(self._machine.eval_annotation(annotation[0], annotation[1]))
        if inner is None:
            return False
        value = member.value
        if column is None and value is not None and not isinstance(value, Unknown | Const):
            return True  # a relationship, a composite, a hybrid
        if value is not None and made(value) in _NOT_COLUMNS:
            return True
        python, nullable, preset = unwrap_annotation(inner)
        if column is None and value is None and self._is_relation(python):
            return True
        rendered = python_type(self._types, python, type_map_of(member.cls, member.root))
        place = column if column is not None else Made(External("sqlalchemy.orm.mapped_column"), [], {}, member.loc)
        self._columns.add(draft, place, member.name, member.loc, nullable=nullable, inferred=rendered, preset=preset)
        return True

    def _is_relation(self, value: Value) -> bool:
        if isinstance(value, Class):
            return self._roots.of(value) is not None and python_type(self._types, value, None).text is None
        return False


def _names_of(owner: Class) -> list[str]:
    """The names of a class in the order in which they are written."""
    order = {name: place.at for name, place in owner.places.items()}
    return sorted(dict.fromkeys([*owner.annotations, *owner.names]), key=lambda name: order.get(name, 0))


def _hidden_base(base: Value, draft: TableDraft) -> None:
    """What a base from outside the project brings: known columns, none, or something that cannot be known."""
    if symbol(base) is not None and not libraries.columns_of(getattr(base, "name", "")):
        return
    if isinstance(base, Made) or (isinstance(base, Attribute) and base.name == "Model"):
        return
    brought = libraries.columns_of(base.name) if isinstance(base, External) else None
    if brought is None:
        draft.complete = False
        return
    for column in brought:
        _library_column(draft, column)


def _library_column(draft: TableDraft, column: libraries.LibraryColumn) -> None:
    if draft.by_name(column.name) is not None:
        return
    added = ColumnDraft(column.name, column.name, column.type, column.nullable, draft.loc)
    added.primary_key = column.primary_key
    added.python_default = "…" if column.default else None
    draft.columns.append(added)
    if column.index:
        draft.indexes.append(IndexDraft([column.name], column.unique, draft.loc))
    elif column.unique:
        draft.uniques.append(UniqueDraft([column.name], draft.loc))
