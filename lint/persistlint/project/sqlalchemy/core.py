"""Core `Table(...)` objects, and the arguments that tables share with `__table_args__`."""

from __future__ import annotations

from collections.abc import Iterable

from persistlint.project.interp.values import Attribute, Choice, Const, Items, Made, Mapping, Text, Value, flag, known
from persistlint.project.sqlalchemy.columns import SCHEMA_ITEMS, Columns, column_object, name_of
from persistlint.project.sqlalchemy.draft import CheckDraft, IndexDraft, KeyDraft, TableDraft, UniqueDraft
from persistlint.project.sqlalchemy.symbols import made


def table_draft(columns: Columns, value: Made, conventions: Mapping | None) -> TableDraft | None:
    """The draft of one `Table(name, metadata, …)`; None where its name is unknown or it is only reflected."""
    args = list(value.args)
    name = known(args[0]) if args else known(value.kwargs.get("name"))
    if name is None and args and isinstance(args[0], Made) and args[0].args:
        name = known(args[0].args[0])  # quoted_name("…")
    if name is None:
        return None
    draft = TableDraft(name, "core", value.loc, made=value, schema=known(value.kwargs.get("schema")))
    # Flask-SQLAlchemy's `db.Table` takes its MetaData from `db`.
    has_metadata = len(args) > 1 and column_object(args[1]) is None and made(args[1]) not in SCHEMA_ITEMS
    draft.metadata = args[1] if has_metadata else value.kwargs.get("metadata")
    draft.conventions = conventions
    draft.complete = not value.open
    for arg in args[2 if has_metadata else 1 :]:
        argument(columns, draft, arg)
    if is_reflected(value):
        draft.complete = False
        if not draft.columns:
            return None
    return draft


def is_reflected(value: Made) -> bool:
    """Whether a Table takes its columns from the database at run time."""
    autoload = value.kwargs.get("autoload_with", value.kwargs.get("autoload"))
    return autoload is not None and not (isinstance(autoload, Const) and not autoload.value)


def arguments(columns: Columns, draft: TableDraft, values: Iterable[Value]) -> None:
    """Apply several table arguments."""
    for value in values:
        argument(columns, draft, value)


def argument(columns: Columns, draft: TableDraft, value: Value) -> None:
    """Apply one table argument: a column, a constraint, an index, or a dict of options."""
    if isinstance(value, Choice):
        for option in value.options:
            argument(columns, draft, option)
        return
    if isinstance(value, Mapping):
        options(draft, value)
        return
    value = for_sqlite(value) or Const(None)
    column = column_object(value)
    if column is not None:
        columns.add(draft, column, None, column.loc)
        return
    if not isinstance(value, Made):
        if not isinstance(value, Const):
            draft.complete = False
        return
    _constraint(draft, value)


def for_sqlite(value: Value) -> Value | None:
    """A schema item without its `ddl_if(dialect=…)`; None where that keeps it from SQLite."""
    if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name in ("ddl_if", "execute_if"):
        dialect = value.kwargs.get("dialect", value.args[0] if value.args else None)
        name = known(dialect)
        return value.func.base if name is None or name == "sqlite" else None
    return value


def options(draft: TableDraft, value: Mapping) -> None:
    """Apply the keyword options of a table."""
    draft.schema = known(value.get("schema")) or draft.schema
    draft.without_rowid = flag(value.get("sqlite_with_rowid")) is False


def _constraint(draft: TableDraft, value: Made) -> None:
    kwargs = value.kwargs
    name = name_of(kwargs.get("name"))
    match made(value):
        case "ForeignKeyConstraint" if len(value.args) > 1 or "columns" in kwargs:
            columns = _listed(value.args[0] if value.args else kwargs["columns"])
            targets = _listed(value.args[1] if len(value.args) > 1 else kwargs.get("refcolumns"))
            action = known(kwargs.get("ondelete")), known(kwargs.get("onupdate"))
            draft.keys.append(KeyDraft(list(columns), list(targets), value.loc, *action, name))
        case "UniqueConstraint":
            draft.uniques.append(UniqueDraft(_flat(value.args), value.loc, name))
        case "PrimaryKeyConstraint":
            draft.primary = _flat(value.args)
        case "CheckConstraint":
            expression = value.args[0] if value.args else kwargs.get("sqltext")
            draft.checks.append(CheckDraft(expression, value.loc, name))
        case "Index":
            draft.indexes.append(index_draft(value))
        case "ExcludeConstraint":
            pass  # PostgreSQL only
        case _:
            draft.complete = False


def index_draft(value: Made) -> IndexDraft:
    """The draft of one `Index(name, *columns, unique=…, sqlite_where=…)`."""
    name = known(value.args[0]) if value.args else known(value.kwargs.get("name"))
    if value.args and isinstance(value.args[0], Made):
        name = name_of(value.args[0])
    return IndexDraft(
        _flat(value.args[1:]),
        flag(value.kwargs.get("unique")) is True,
        value.loc,
        name,
        value.kwargs.get("sqlite_where"),
    )


def _listed(value: Value | None) -> list[Value]:

    return list(value.items) if isinstance(value, Items) else []


def _flat(values: Iterable[Value]) -> list[Value | str]:
    return [value for value in values if not isinstance(value, Text) or value.known is not None]
