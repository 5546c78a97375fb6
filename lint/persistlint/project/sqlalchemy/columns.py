"""Column objects to column drafts, with the keys, constraints and indexes that they bring to their table."""

from __future__ import annotations

from collections.abc import Sequence

from persistlint.project.interp.machine import Machine
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    Const,
    External,
    Function,
    Instance,
    Lazy,
    Loc,
    Made,
    Member,
    Text,
    Value,
    flag,
    known,
    text,
)
from persistlint.project.sqlalchemy.conventions import FinalName
from persistlint.project.sqlalchemy.draft import (
    CheckDraft,
    ColumnDraft,
    IndexDraft,
    KeyDraft,
    TableDraft,
    UniqueDraft,
)
from persistlint.project.sqlalchemy.expressions import server_default
from persistlint.project.sqlalchemy.symbols import made, symbol
from persistlint.project.sqlalchemy.types import UNKNOWN, Rendered, Types

COLUMN_MAKERS = frozenset({"Column", "mapped_column", "MappedColumn"})
_WRAPPERS = frozenset({"deferred", "column_property", "synonym_column", "query_expression"})
SCHEMA_ITEMS = frozenset({
    "ForeignKey", "CheckConstraint", "Sequence", "Identity", "Computed", "FetchedValue", "DefaultClause",
    "ColumnDefault", "UniqueConstraint", "Index", "PrimaryKeyConstraint",
})  # fmt: skip


def column_object(value: Value | None) -> Made | None:
    """The Column behind a class attribute: itself, or wrapped in `deferred(…)` and its kind."""
    if isinstance(value, Choice):
        value = next((option for option in value.options if column_object(option)), None)
    if isinstance(value, Instance):
        # A subclass of Column, made with Column's arguments.
        names = [symbol(base) for base in value.cls.mro() if not isinstance(base, Class)]
        if "Column" in names:
            return _as_made(value)
    name = made(value)
    if name in COLUMN_MAKERS:
        return value if isinstance(value, Made) else None
    if name in _WRAPPERS and isinstance(value, Made) and value.args:
        return column_object(value.args[0])
    if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name == "copy":
        return column_object(value.func.base)
    return None


def _as_made(value: Instance) -> Made:
    # One Made for one Instance, so that it can be found by identity.
    marker = value.attrs.get("\0column")
    if not isinstance(marker, Made):
        marker = Made(Attribute(value, "Column"), list(value.args), value.kwargs, value.loc or Loc("", 0, 0))
        value.attrs["\0column"] = marker
    return marker


class Columns:
    """Adds columns to table drafts."""

    def __init__(self, machine: Machine, types: Types) -> None:
        self._machine = machine
        self._types = types

    def add(
        self,
        draft: TableDraft,
        column: Made,
        attribute: str | None,
        loc: Loc,
        *,
        nullable: bool | None = None,
        inferred: Rendered | None = None,
        preset: Made | None = None,
    ) -> ColumnDraft | None:
        """Add one column; `nullable` and `inferred` come from its annotation, `preset` from `Annotated`."""
        name, type_value, items = self._split(column)
        kwargs = {**(preset.kwargs if preset is not None else {}), **column.kwargs}
        name = name or known(kwargs.get("name")) or attribute
        if name is None:
            draft.complete = False
            return None
        type_value = kwargs.get("type_", type_value)
        if preset is not None:
            _, preset_type, preset_items = self._split(preset)
            type_value = type_value if type_value is not None else preset_type
            items = [*preset_items, *items]
        if any(made(item) == "ForeignKey" for item in items):
            inferred = None  # the referenced column's type comes before the annotation's
        rendered = self._rendered(type_value, inferred)
        primary = flag(kwargs.get("primary_key")) is True
        allowed = self._nullable(kwargs, items, annotated=nullable, primary=primary)
        out = ColumnDraft(name, attribute or name, rendered.text, allowed, loc, column)
        out.primary_key, out.length = primary, rendered.length
        out.typed = type_value is not None or rendered.text is not None
        if draft.by_name(name) is not None:
            return None
        draft.columns.append(out)
        draft.complete = draft.complete and not column.open
        self._defaults(out, kwargs)
        compiled = self._types.compiled(kwargs["server_default"]) if "server_default" in kwargs else None
        if compiled is not None:
            out.server_default = compiled if compiled == "?" else f"({compiled.strip()})"
        self._constraints(draft, out, kwargs, items, rendered)
        return out

    @staticmethod
    def _nullable(kwargs: dict[str, Value], items: Sequence[Value], *, annotated: bool | None, primary: bool) -> bool:
        given = flag(kwargs.get("nullable"))
        if given is not None:
            return given
        if primary:
            return False
        if annotated is not None:
            return annotated
        # A plain column takes NULL even with an Identity on SQLite, but SQLAlchemy makes it NOT NULL.
        return not any(made(item) == "Identity" for item in items)

    def _rendered(self, type_value: Value | None, inferred: Rendered | None) -> Rendered:
        if type_value is not None:
            return self._types.render(type_value)
        return inferred or UNKNOWN

    @staticmethod
    def _split(column: Made) -> tuple[str | None, Value | None, list[Value]]:
        """Name, type and schema items among the positional arguments."""
        name: str | None = None
        type_value: Value | None = None
        items: list[Value] = []
        for index, arg in enumerate(column.args):
            if isinstance(arg, Choice):
                arg = arg.options[0]  # noqa: PLW2901
            kind = made(arg)
            if index == 0 and (isinstance(arg, Text) or (isinstance(arg, Member) and known(arg) is not None)):
                name = known(arg)
            elif index == 0 and kind in ("quoted_name", "conv") and isinstance(arg, Made):
                name = known(arg.args[0]) if arg.args else None
            elif kind in SCHEMA_ITEMS:
                items.append(arg)
            elif isinstance(arg, Const) and arg.value is None:
                continue
            elif type_value is None:
                type_value = arg
            else:
                items.append(arg)
        return name, type_value, items

    @staticmethod
    def _defaults(out: ColumnDraft, kwargs: dict[str, Value]) -> None:
        if "server_default" in kwargs:
            out.server_default = server_default(kwargs["server_default"], lambda _: None)
        for key in ("default", "insert_default", "default_factory"):
            value = kwargs.get(key)
            if value is not None and not (isinstance(value, Const) and value.value is None):
                out.python_default, out.default_function = _source(value), _function(value)

    def _constraints(
        self, draft: TableDraft, out: ColumnDraft, kwargs: dict[str, Value], items: Sequence[Value], rendered: Rendered
    ) -> None:
        here = out.made if out.made is not None else out.name
        if out.primary_key:
            draft.primary.append(here)
        unique, index = flag(kwargs.get("unique")), flag(kwargs.get("index"))
        if index:
            draft.indexes.append(IndexDraft([here], unique is True, out.loc))
        elif unique:
            draft.uniques.append(UniqueDraft([here], out.loc))
        for item in items:
            self._item(draft, out, item)
        if rendered.check is not None:
            draft.checks.append(CheckDraft(_membership(out, rendered), out.loc, rendered.check or None))

    @staticmethod
    def _item(draft: TableDraft, out: ColumnDraft, item: Value) -> None:
        kind = made(item)
        if not isinstance(item, Made):
            return
        here = out.made if out.made is not None else out.name
        match kind:
            case "ForeignKey" if item.args or "column" in item.kwargs:
                target = item.args[0] if item.args else item.kwargs["column"]
                actions = known(item.kwargs.get("ondelete")), known(item.kwargs.get("onupdate"))
                draft.keys.append(KeyDraft([here], [target], item.loc, *actions, name_of(item.kwargs.get("name"))))
            case "CheckConstraint" if item.args:
                draft.checks.append(CheckDraft(item.args[0], item.loc, name_of(item.kwargs.get("name"))))
            case "Computed":
                out.generated = True
                out.server_default = known(item.args[0]) if item.args else None
            case "Identity":
                out.autoincrement = True
            case "DefaultClause" if item.args:
                out.server_default = server_default(item.args[0], lambda _: None)
            case "ColumnDefault" if item.args:
                out.python_default, out.default_function = _source(item.args[0]), _function(item.args[0])
            case _:
                pass


def name_of(value: Value | None) -> str | None:
    """A constraint's name."""
    if isinstance(value, Made) and value.args:
        name = known(value.args[0])
        return None if name is None else FinalName(name)
    return known(value)


def _membership(out: ColumnDraft, rendered: Rendered) -> Value | None:
    if out.type == "BOOLEAN":
        words = "0, 1"
    elif rendered.members:
        words = ", ".join("'" + member.replace("'", "''") + "'" for member in rendered.members)
    else:
        return None
    return text(f"{out.name} IN ({words})")


def _function(value: Value) -> str | None:
    """`module:function` of a function that can be named so."""
    match value:
        case Function(env=env, qualname=qualname) if "<" not in qualname:
            return f"{env.module.name}:{qualname}"
        case External(name=name) if name.count(".") == 1 and not name.startswith("builtins."):
            return name.replace(".", ":")
        case External(name=name) if name.startswith("datetime."):
            return name.replace(".", ":", 1)
        case _:
            return None


def _source(value: Value) -> str:
    match value:
        case Const(value=constant):
            return repr(constant)
        case Text():
            return repr(value.known) if value.known is not None else "…"
        case Member(cls=cls, name=name):
            return f"{cls.name}.{name}"
        case Function(node=node, qualname=qualname):
            return unparse(node) if qualname.endswith("<lambda>") else qualname.rpartition(".")[2]  # type: ignore[arg-type]
        case Class(name=name):
            return name
        case Lazy(name=name):
            return name or "…"
        case _:
            return getattr(value, "name", "") or "…"
