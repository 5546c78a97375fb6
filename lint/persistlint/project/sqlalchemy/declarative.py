"""Mapped classes to tables: declarative, SQLModel and Flask-SQLAlchemy.

https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html, …/orm/declarative_mixins.html, …/orm/inheritance.html;
https://sqlmodel.tiangolo.com/; https://flask-sqlalchemy.readthedocs.io/en/stable/models/#defining-models
"""

from __future__ import annotations

import re

from persistlint.project.interp.elements import iterate
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    Function,
    Items,
    Loc,
    Made,
    Mapping,
    Value,
    flag,
    known,
)
from persistlint.project.sqlalchemy import core
from persistlint.project.sqlalchemy.columns import Columns, column_object
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.project.sqlalchemy.members import Members
from persistlint.project.sqlalchemy.metadata import metadata_of
from persistlint.project.sqlalchemy.roots import Root, Roots, called, lineage
from persistlint.project.sqlalchemy.types import Types


class Declarative:
    """Finds the mapped classes of a project and drafts their tables."""

    def __init__(self, machine: Machine, types: Types, columns: Columns) -> None:
        self._columns = columns
        self.drafts: dict[int, TableDraft] = {}
        """Tables by identity of the class that owns them."""
        self.inherited: dict[int, TableDraft] = {}
        """For a class of single-table inheritance: the table that it shares."""
        self.unresolved: list[tuple[str, Loc]] = []
        self.roots = Roots()
        self._members = Members(machine, types, columns, self.roots)

    def run(self, classes: list[Class]) -> None:
        """Draft the tables of all classes, parents before children."""
        for cls in classes:
            self.table_of(cls)

    def table_of(self, cls: Class) -> TableDraft | None:
        """The table that a class is mapped to, its own or the one that it shares."""
        key = id(cls)
        if key in self.drafts:
            return self.drafts[key]
        if key in self.inherited:
            return self.inherited[key]
        root = self.roots.of(cls)
        if root is None or (root.value is cls and not cls.decorators):
            return None
        if not self._is_table(cls, root):
            return None
        return self._draft(cls, root)

    def _is_table(self, cls: Class, root: Root) -> bool:
        if flag(cls.names.get("__abstract__")) is True:
            return False
        if root.flavour == "sqlmodel":
            return flag(cls.keywords.get("table")) is True
        return not (root.value is cls and any(called(value) == "as_declarative" for value in cls.decorators))

    def _draft(self, cls: Class, root: Root) -> TableDraft | None:
        if isinstance(cls.names.get("__table__"), Made | Attribute | Choice):
            return None  # a Core table, which is drafted where it is made
        parent = next(
            (base for base in cls.mro() if base is not cls and isinstance(base, Class) and self._mapped(base)), None
        )
        name = self._table_name(cls, root, parent)
        if name is None:
            if parent is not None:
                shared = self.table_of(parent)
                if shared is not None:
                    self.inherited[id(cls)] = shared
                    self._members.add(cls, shared, root, parent)
                return shared
            return None
        if isinstance(name, Value):
            self.unresolved.append((f"the table name of `{cls.name}` is computed at run time", cls.loc))
            return None
        origin = "sqlmodel" if root.flavour == "sqlmodel" else "declarative"
        draft = TableDraft(name, origin, cls.loc, cls=cls)
        draft.metadata, draft.conventions = metadata_of(cls, root)
        self.drafts[id(cls)] = draft
        self._members.add(cls, draft, root, parent)
        self._table_args(cls, draft, parent)
        return draft

    def _mapped(self, cls: Class) -> bool:
        root = self.roots.of(cls)
        return root is not None and root.value is not cls and self.table_of(cls) is not None

    def _table_name(self, cls: Class, root: Root, parent: Class | None) -> str | Value | None:
        """The name; None for a class without a table of its own; a Value for one that cannot be known."""
        for owner in lineage(cls):
            if not isinstance(owner, Class) or "__tablename__" not in owner.names:
                continue
            if owner is not cls and self._names_its_own(owner):
                break  # a mapped parent's own name is not inherited: single-table inheritance
            value = self._members.value_of(cls, owner, "__tablename__")
            if isinstance(value, Choice):
                # `if has_inherited_table(cls): return None` and its kind: only the first of a family has a name.
                named = [option for option in value.options if known(option) is not None]
                value = named[0] if named and (parent is None or len(named) == len(value.options)) else value.options[0]
            name = known(value)
            if name is not None:
                return name
            if isinstance(value, Const) and value.value is None:
                return None
            if isinstance(owner.names["__tablename__"], Function) and parent is not None:
                return None
            return value
        if root.flavour == "sqlmodel":
            return cls.name.lower()
        if root.flavour == "flask" and (parent is None or _has_key(cls)):
            return _snake(cls.name) if _has_key(cls) or self._inherits_key(cls) else None
        return None

    def _names_its_own(self, owner: Class) -> bool:
        """Whether a class is mapped itself, so that its name is not inherited."""
        root = self.roots.of(owner)
        abstract = flag(owner.names.get("__abstract__")) is True
        computed = isinstance(owner.names.get("__tablename__"), Function)
        return root is not None and root.value is not owner and not abstract and not computed

    def _inherits_key(self, cls: Class) -> bool:
        return any(
            isinstance(owner, Class) and owner is not cls and id(owner) not in self.drafts and _has_key(owner)
            for owner in lineage(cls)
        )

    def _table_args(self, cls: Class, draft: TableDraft, parent: Class | None) -> None:
        for owner in lineage(cls):
            if not isinstance(owner, Class) or "__table_args__" not in owner.names:
                continue
            if owner is not cls and parent is not None and (owner is parent or self._mapped(owner)):
                return
            value = self._members.value_of(cls, owner, "__table_args__")
            for option in value.options if isinstance(value, Choice) else (value,):
                self._apply_args(draft, option)
            return

    def _apply_args(self, draft: TableDraft, value: Value) -> None:
        if isinstance(value, Mapping):
            core.options(draft, value)
            return
        items = iterate(value) if isinstance(value, Items) else None
        if items is None:
            if not isinstance(value, Const):
                draft.complete = False
            return
        core.arguments(self._columns, draft, items.items)
        draft.complete = draft.complete and not items.open


def _has_key(cls: Class) -> bool:
    columns = (column_object(value) for value in cls.names.values())
    return any(column is not None and flag(column.kwargs.get("primary_key")) for column in columns)


def _snake(name: str) -> str:
    # Flask-SQLAlchemy's camel_to_snake_case.
    name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return name.lower().lstrip("_")
