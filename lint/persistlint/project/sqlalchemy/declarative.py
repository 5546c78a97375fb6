"""Mapped classes to tables: declarative, SQLModel and Flask-SQLAlchemy.

https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html, …/orm/declarative_mixins.html, …/orm/inheritance.html;
https://sqlmodel.tiangolo.com/; https://flask-sqlalchemy.readthedocs.io/en/stable/models/#defining-models
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.facts import code
from persistlint.project.interp.calls import iterate
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    External,
    Function,
    Items,
    Lazy,
    Loc,
    Made,
    Mapping,
    Operation,
    Unknown,
    Value,
    flag,
    known,
)
from persistlint.project.sqlalchemy import core, libraries, sqlmodel
from persistlint.project.sqlalchemy.columns import Columns, column_object
from persistlint.project.sqlalchemy.draft import ColumnDraft, IndexDraft, TableDraft, UniqueDraft
from persistlint.project.sqlalchemy.symbols import is_extension, made, symbol
from persistlint.project.sqlalchemy.types import Types

_ROOT_BASES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "AutomapBase", "Model", "ModelBase"})
_ROOT_MAKERS = frozenset({"declarative_base", "automap_base", "deferred_reflection", "generate_base"})
_MAPPED = frozenset({"Mapped", "WriteOnlyMapped", "DynamicMapped"})
_NOT_COLUMNS = frozenset({
    "relationship", "synonym", "association_proxy", "hybrid_property", "backref", "composite", "Relationship",
    "column_property", "query_expression", "dynamic_loader", "viewonly",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Root:
    """What makes a class mapped: its declarative root and the flavour."""

    value: Value
    flavour: str
    """`declarative`, `sqlmodel` or `flask`."""


class Declarative:
    """Finds the mapped classes of a project and drafts their tables."""

    def __init__(self, machine: Machine, types: Types, columns: Columns) -> None:
        self._machine = machine
        self._types = types
        self._columns = columns
        self.drafts: dict[int, TableDraft] = {}
        """Tables by identity of the class that owns them."""
        self.inherited: dict[int, TableDraft] = {}
        """For a class of single-table inheritance: the table that it shares."""
        self.unresolved: list[tuple[str, Loc]] = []
        self._roots: dict[int, Root | None] = {}

    # -- which classes -----------------------------------------------------------------------------------------------

    def root(self, cls: Class) -> Root | None:
        """The declarative root of a class; None for one that is not mapped."""
        if id(cls) not in self._roots:
            self._roots[id(cls)] = None
            self._roots[id(cls)] = self._find_root(cls)
        return self._roots[id(cls)]

    def _find_root(self, cls: Class) -> Root | None:
        if any(made(value) in ("mapped", "mapped_as_dataclass") or _is_mapped_decorator(value) for value in cls.decorators):
            return Root(cls, "declarative")
        if any(_called(value) in ("as_declarative", "as_declarative_base") for value in cls.decorators):
            return Root(cls, "declarative")
        for base in cls.mro():
            if base is cls:
                continue
            if isinstance(base, Class):
                if any(_called(value) in ("as_declarative", "as_declarative_base") for value in base.decorators):
                    return Root(base, "declarative")
                continue
            found = self._root_of_base(cls, base)
            if found is not None:
                return found
        return self._by_shape(cls)

    def _root_of_base(self, cls: Class, base: Value) -> Root | None:
        name = symbol(base)
        if isinstance(base, Made):
            maker = made(base) or (base.func.name if isinstance(base.func, Attribute) else "")
            return Root(base, "declarative") if maker in _ROOT_MAKERS else None
        if name == "SQLModel":
            return Root(base, "sqlmodel")
        if isinstance(base, Attribute) and base.name == "Model" and (is_extension(base.base) or self._has_tablename(cls)):
            return Root(base, "flask")
        if isinstance(base, External) and base.name.endswith((".db.Model", "flask_appbuilder.Model")):
            return Root(base, "flask" if base.name.endswith(".db.Model") else "declarative")
        if name in _ROOT_BASES and name != "Model":
            return Root(_lowest(cls, base), "declarative")
        return None

    @staticmethod
    def _has_tablename(cls: Class) -> bool:
        return "__tablename__" in cls.names

    def _by_shape(self, cls: Class) -> Root | None:
        """A class whose base cannot be seen, but which says itself what table it is."""
        hidden = next((base for base in cls.mro() if isinstance(base, Unknown | External | Attribute | Choice)), None)
        if hidden is None or cls.find("__tablename__") is None:
            return None
        shaped = any(column_object(value) is not None for value in cls.names.values()) or any(
            self._is_mapped_annotation(node, env) for node, env, _ in cls.annotations.values()
        )
        return Root(hidden, "declarative") if shaped else None

    def _is_mapped_annotation(self, node: code.Expr, env: object) -> bool:
        return isinstance(node, code.Sub) and isinstance(node.base, code.Name) and node.base.id in _MAPPED and env is not None

    # -- tables ------------------------------------------------------------------------------------------------------

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
        root = self.root(cls)
        if root is None or root.value is cls and not cls.decorators:
            return None
        if not self._is_table(cls, root):
            return None
        return self._draft(cls, root)

    def _is_table(self, cls: Class, root: Root) -> bool:
        if flag(cls.names.get("__abstract__")) is True:
            return False
        if root.flavour == "sqlmodel":
            return flag(cls.keywords.get("table")) is True
        return not (root.value is cls and any(_called(value) == "as_declarative" for value in cls.decorators))

    def _draft(self, cls: Class, root: Root) -> TableDraft | None:
        explicit = self._explicit_table(cls)
        if explicit is not None:
            return None  # a Core table, which is drafted where it is made
        parent = next((base for base in cls.mro() if base is not cls and isinstance(base, Class) and self._mapped(base)), None)
        name = self._table_name(cls, root, parent)
        if name is None:
            if parent is not None:
                shared = self.table_of(parent)
                if shared is not None:
                    self.inherited[id(cls)] = shared
                    self._add_columns(cls, shared, root, parent)
                return shared
            return None
        if isinstance(name, Value):
            self.unresolved.append((f"the table name of `{cls.name}` is computed at run time", cls.loc))
            return None
        origin = "sqlmodel" if root.flavour == "sqlmodel" else "declarative"
        draft = TableDraft(name, origin, cls.loc, cls=cls)
        draft.metadata, draft.conventions = self.metadata(cls, root)
        self.drafts[id(cls)] = draft
        self._add_columns(cls, draft, root, parent)
        self._table_args(cls, draft, parent)
        return draft

    def _mapped(self, cls: Class) -> bool:
        root = self.root(cls)
        return root is not None and root.value is not cls and self.table_of(cls) is not None

    @staticmethod
    def _explicit_table(cls: Class) -> Value | None:
        table = cls.names.get("__table__")
        return table if isinstance(table, Made | Attribute | Choice) else None

    def _table_name(self, cls: Class, root: Root, parent: Class | None) -> str | Value | None:
        """The name; None for a class without a table of its own; a Value for one that cannot be known."""
        for owner in cls.mro():
            if not isinstance(owner, Class) or "__tablename__" not in owner.names:
                continue
            if owner is not cls and self._mapped_without(owner, cls):
                break  # a mapped parent's own name is not inherited: single-table inheritance
            value = self._attribute(cls, owner, "__tablename__")
            if isinstance(value, Choice):
                value = value.options[0]
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
        if root.flavour == "flask" and (parent is None or self._has_key(cls)):
            return _snake(cls.name) if self._has_key(cls) or self._inherits_key(cls) else None
        return None

    def _mapped_without(self, owner: Class, cls: Class) -> bool:
        return owner is not cls and self.root(owner) is not None and flag(owner.names.get("__abstract__")) is not True and (
            not isinstance(owner.names.get("__tablename__"), Function)
        ) and self.root(owner) is not None and getattr(self.root(owner), "value", None) is not owner

    def _has_key(self, cls: Class) -> bool:
        for value in cls.names.values():
            column = column_object(value)
            if column is not None and flag(column.kwargs.get("primary_key")):
                return True
        return False

    def _inherits_key(self, cls: Class) -> bool:
        return any(
            isinstance(owner, Class) and self._has_key(owner) and not self._is_concrete(owner)
            for owner in cls.mro()
            if owner is not cls
        )

    def _is_concrete(self, cls: Class) -> bool:
        return id(cls) in self.drafts

    def _attribute(self, cls: Class, owner: Class, name: str) -> Value:
        value = owner.names[name]
        if isinstance(value, Lazy):
            value = self._machine.resolve(value, owner.env, name)
        if isinstance(value, Function):
            bound = Function(value.node, value.env, value.qualname, "function", cls, owner)
            return self._machine.invoke(bound, [], {}, 0)
        return value

    # -- columns -----------------------------------------------------------------------------------------------------

    def _add_columns(self, cls: Class, draft: TableDraft, root: Root, parent: Class | None) -> None:
        skip = set(map(id, parent.mro())) if parent is not None else set[int]()
        seen: set[str] = set()
        for owner in cls.mro():
            if not isinstance(owner, Class):
                self._hidden_base(owner, draft)
                continue
            if id(owner) in skip or (owner is root.value and owner is not cls and not owner.names):
                continue
            for name in self._names_of(owner):
                if name in seen:
                    continue
                seen.add(name)
                self._member(cls, owner, name, draft, root)

    def _hidden_base(self, base: Value, draft: TableDraft) -> None:
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
            self._library_column(draft, column)

    @staticmethod
    def _library_column(draft: TableDraft, column: libraries.LibraryColumn) -> None:
        if draft.by_name(column.name) is not None:
            return
        draft.columns.append(
            ColumnDraft(
                column.name, column.name, column.type, column.nullable, draft.loc, primary_key=column.primary_key,
                python_default="…" if column.default else None,
            )  # fmt: skip
        )
        if column.index:
            draft.indexes.append(IndexDraft([column.name], column.unique, draft.loc))
        elif column.unique:
            draft.uniques.append(UniqueDraft([column.name], draft.loc))

    @staticmethod
    def _names_of(owner: Class) -> Iterator[str]:
        names = dict.fromkeys([*owner.annotations, *owner.names])
        order = {name: place.at for name, place in owner.places.items()}
        yield from sorted(names, key=lambda name: order.get(name, 0))

    def _member(self, cls: Class, owner: Class, name: str, draft: TableDraft, root: Root) -> None:
        if name.startswith("__") or name.startswith("\0"):
            return
        loc = owner.places.get(name, owner.loc)
        value = owner.names.get(name)
        if isinstance(value, Lazy):
            value = self._machine.resolve(value, owner.env, name)
        if isinstance(value, Function):
            if value.kind != "declared_attr":
                return
            value = self._attribute(cls, owner, name)
        if root.flavour == "sqlmodel":
            if name in owner.annotations and not isinstance(value, Function):
                sqlmodel.field(self._machine, self._types, self._columns, draft, owner, name, value, loc)
            elif value is not None and column_object(value) is not None:
                self._columns.add(draft, _some(column_object(value)), name, loc)
            return
        annotation = owner.annotations.get(name)
        column = column_object(value)
        if annotation is not None and self._annotated(draft, annotation, name, value, column, loc, root, cls):
            return
        if column is not None:
            self._columns.add(draft, column, name, loc)

    def _annotated(
        self, draft: TableDraft, annotation: tuple[code.Expr, object, int], name: str, value: Value | None,
        column: Made | None, loc: Loc, root: Root, cls: Class,
    ) -> bool:  # fmt: skip
        """Add a column from `name: Mapped[...]`; whether the annotation decided."""
        node, env, _ = annotation
        evaluated = self._machine.eval_annotation(node, env)  # type: ignore[arg-type]
        inner = mapped_type(evaluated)
        if inner is None:
            return False
        if column is None and value is not None and not isinstance(value, Unknown | Const):
            return True  # a relationship, a composite, a hybrid
        if value is not None and made(value) in _NOT_COLUMNS:
            return True
        python, nullable, preset = unwrap_annotation(inner)
        if column is None and value is None and self._is_relation(python):
            return True
        rendered = self._types.python(python, self._type_map(cls, root))
        if rendered.text is None and preset is None and isinstance(python, Operation):
            rendered = self._types.python(python, self._type_map(cls, root))
        place = column if column is not None else Made(External("sqlalchemy.orm.mapped_column"), [], {}, loc)
        self._columns.add(draft, place, name, loc, nullable=nullable, inferred=rendered, preset=preset)
        return True

    def _is_relation(self, value: Value) -> bool:
        if isinstance(value, Class):
            return self.root(value) is not None and self._types.python(value, None).text is None
        return False

    def _type_map(self, cls: Class, root: Root) -> Mapping | None:
        found = cls.find("type_annotation_map")
        if isinstance(found, Mapping):
            return found
        registry = cls.find("registry")
        for value in (registry, root.value):
            if isinstance(value, Made):
                mapping = value.kwargs.get("type_annotation_map")
                if isinstance(mapping, Mapping):
                    return mapping
                nested = value.func.base if isinstance(value.func, Attribute) else None
                if isinstance(nested, Made) and isinstance(nested.kwargs.get("type_annotation_map"), Mapping):
                    return nested.kwargs["type_annotation_map"]  # type: ignore[return-value]
        return None

    # -- table arguments -----------------------------------------------------------------------------------------------

    def _table_args(self, cls: Class, draft: TableDraft, parent: Class | None) -> None:
        for owner in cls.mro():
            if not isinstance(owner, Class) or "__table_args__" not in owner.names:
                continue
            if owner is not cls and parent is not None and (owner is parent or self._mapped(owner)):
                return
            value = self._attribute(cls, owner, "__table_args__")
            for option in value.options if isinstance(value, Choice) else (value,):
                self._apply_args(draft, option)
            return

    def _apply_args(self, draft: TableDraft, value: Value) -> None:
        if isinstance(value, Mapping):
            core.options(draft, value)
            return
        items = iterate(self._machine, value) if isinstance(value, Items) else None
        if items is None:
            if not isinstance(value, Const):
                draft.complete = False
            return
        core.arguments(self._columns, draft, items.items)
        draft.complete = draft.complete and not items.open

    # -- metadata ------------------------------------------------------------------------------------------------------

    def metadata(self, cls: Class, root: Root) -> tuple[Value, Mapping | None]:
        """The MetaData of a class (its root where none is named) and the naming convention in force."""
        candidates: list[Value | None] = [cls.find("metadata")]
        registry = cls.find("registry")
        if isinstance(registry, Made):
            candidates.append(registry.kwargs.get("metadata"))
        if isinstance(root.value, Made):
            candidates.append(root.value.kwargs.get("metadata"))
            if isinstance(root.value.func, Attribute) and isinstance(root.value.func.base, Made):
                candidates.append(root.value.func.base.kwargs.get("metadata"))
        if isinstance(root.value, Attribute) and isinstance(root.value.base, Made):
            candidates.append(root.value.base.kwargs.get("metadata"))
        for owner in (cls, root.value):
            for value in owner.decorators if isinstance(owner, Class) else ():
                if isinstance(value, Made):
                    candidates.append(value.kwargs.get("metadata"))
        for value in candidates:
            if isinstance(value, Made):
                mapping = value.kwargs.get("naming_convention")
                return value, mapping if isinstance(mapping, Mapping) else None
            if isinstance(value, Attribute | External):
                return value, None
        return root.value, None


def mapped_type(value: Value) -> Value | None:
    """What stands in `Mapped[…]`; None for another annotation."""
    if isinstance(value, Operation) and value.op == "[]" and symbol(value.operands[0]) in _MAPPED:
        return value.operands[1]
    return None


def unwrap_annotation(value: Value) -> tuple[Value, bool, Made | None]:
    """The Python type without None, whether None is allowed, and the preset of an `Annotated[…, mapped_column(…)]`."""
    options, nullable = _without_none(value)
    python = options[0] if options else value
    if isinstance(python, Operation) and python.op == "[]" and _is_annotated(python.operands[0]):
        parts = python.operands[1].items if isinstance(python.operands[1], Items) else [python.operands[1]]
        preset = next((part for part in parts[1:] if column_object(part) is not None), None)
        if preset is not None or not parts:
            inner, more, _ = unwrap_annotation(parts[0])
            return inner, nullable or more, column_object(preset)
        _, more = _without_none(parts[0])
        return python, nullable or more, None
    return python, nullable, None


def _is_annotated(value: Value) -> bool:
    return isinstance(value, External) and value.name.endswith(".Annotated")


def _without_none(value: Value) -> tuple[list[Value], bool]:
    match value:
        case Operation(op="|", operands=operands):
            parts = [_without_none(operand) for operand in operands]
            return [item for items, _ in parts for item in items], any(nullable for _, nullable in parts)
        case Operation(op="[]", operands=(External(name=name), inner)) if name.endswith(".Optional"):
            items, _ = _without_none(inner)
            return items, True
        case Operation(op="[]", operands=(External(name=name), inner)) if name.endswith(".Union"):
            listed = inner.items if isinstance(inner, Items) else [inner]
            parts = [_without_none(item) for item in listed]
            return [item for items, _ in parts for item in items], any(nullable for _, nullable in parts)
        case Const(value=None):
            return [], True
        case _:
            return [value], False


def _lowest(cls: Class, base: Value) -> Value:
    """The project class that derives directly from an external root: the declarative base of its family."""
    for owner in cls.mro():
        if isinstance(owner, Class) and any(parent is base for parent in owner.bases):
            return owner
        if isinstance(owner, Class) and any(symbol(parent) == symbol(base) and symbol(base) for parent in owner.bases):
            return owner
    return base


def _called(value: Value) -> str | None:
    name = made(value) or symbol(value)
    if name is None and isinstance(value, Made) and isinstance(value.func, Attribute):
        return value.func.name
    return name


def _is_mapped_decorator(value: Value) -> bool:
    return isinstance(value, Attribute) and value.name in ("mapped", "mapped_as_dataclass") and made(value.base) == "registry"


def _some(value: Made | None) -> Made:
    if value is None:
        raise TypeError("a column was expected")
    return value


def _snake(name: str) -> str:
    # Flask-SQLAlchemy's camel_to_snake_case.
    name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return name.lower().lstrip("_")

