"""Schema operations: `op.create_table(…)`, `batch_op.add_column(…)` and their kind, and `frame.to_sql("name")`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import NONE, Attribute, External, Loc, Made, Value, flag, known, options_of
from persistlint.project.model import Operation
from persistlint.project.sqlalchemy import core
from persistlint.project.sqlalchemy.columns import Columns, column_object
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.project.sqlalchemy.settle import Settler
from persistlint.project.sqlalchemy.symbols import made
from persistlint.project.sqlalchemy.types import Types
from persistlint.source import Span

_ACTIONS = {
    "create_table": "create-table",
    "drop_table": "drop-table",
    "rename_table": "rename-table",
    "add_column": "add-column",
    "drop_column": "drop-column",
    "alter_column": "alter-column",
    "to_sql": "create-table",
}
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Call:
    """One operation as it was called; `batch` is the table of the `batch_alter_table` that it is part of."""

    action: str
    args: tuple[Value, ...]
    kwargs: dict[str, Value]
    loc: Loc
    function: str | None
    batch: Made | None
    value: Made | None
    by_alembic: bool


class Operations:
    """Hears of calls; keeps those that change the schema."""

    def __init__(self) -> None:
        self._calls: dict[tuple[object, ...], _Call] = {}

    def on_call(self, event: CallEvent) -> None:
        """Keep an operation."""
        action = _ACTIONS.get(event.name)
        if action is None:
            return
        for func in options_of(event.func):
            batch = _batch(func)
            if batch is None and event.name != "to_sql" and not _is_alembic(func):
                continue
            loc = Loc(event.path, event.node.at, event.node.end)
            value = event.result if isinstance(event.result, Made) else None
            call = _Call(
                action, event.args, event.kwargs, loc, event.function, batch, value, by_alembic=event.name != "to_sql"
            )
            # A function that is run for several callers makes the same call; a loop makes several of one.
            self._calls.setdefault((loc.path, loc.at, _table(call), _column(call)), call)

    def facts(self, machine: Machine, spans: Callable[[Loc], Span]) -> tuple[Operation, ...]:
        """The operations, each with the table or the column that it makes."""
        columns = Columns(machine, Types(machine))
        calls = sorted(self._calls.values(), key=lambda call: (call.loc.path, call.loc.at))
        drafts = [_draft(columns, call) for call in calls]
        settled = iter(Settler([d for d in drafts if d is not None], lambda _: None, spans).facts())
        out: list[Operation] = []
        for call, draft in zip(calls, drafts, strict=True):
            found = _fact(call, spans)
            out.append(found if draft is None else replace(found, fact=next(settled)))
        return tuple(out)


def _fact(call: _Call, spans: Callable[[Loc], Span]) -> Operation:
    renamed = {"alter-column": "new_column_name", "rename-table": "new_table_name"}.get(call.action)
    new_name = known(call.kwargs.get(renamed)) if renamed is not None else None
    if call.action == "rename-table" and len(call.args) > 1:
        new_name = known(call.args[1])
    action = "rename-column" if call.action == "alter-column" and new_name is not None else call.action
    nullable = flag(call.kwargs.get("nullable")) if call.action == "alter-column" else None
    return Operation(action, _table(call), spans(call.loc), call.function, _column(call), new_name, nullable=nullable)


def _draft(columns: Columns, call: _Call) -> TableDraft | None:
    table = _table(call)
    if table is None or not call.by_alembic:
        return None
    if call.action == "create-table":
        # `op.create_table` takes what `Table` takes, apart from the MetaData.
        args = [call.args[0] if call.args else call.kwargs["table_name"], NONE, *call.args[1:]]
        like = Made(External("sqlalchemy.Table"), args, call.kwargs, call.loc, call.value.open if call.value else True)
        return core.table_draft(columns, like, None)
    column = _column_value(call) if call.action == "add-column" else None
    if column is None:
        return None
    draft = TableDraft(table, "core", call.loc, complete=False)
    columns.add(draft, column, None, column.loc)
    return draft


def _table(call: _Call) -> str | None:
    if call.batch is not None:
        return known(call.batch.args[0] if call.batch.args else call.batch.kwargs.get("table_name"))
    first = {"rename-table": "old_table_name"}.get(call.action, "table_name" if call.by_alembic else "name")
    return known(call.args[0] if call.args else call.kwargs.get(first))


def _column(call: _Call) -> str | None:
    if call.action == "add-column":
        column = _column_value(call)
        return (
            None
            if column is None
            else known(column.args[0] if column.args else None) or known(column.kwargs.get("name"))
        )
    if call.action in ("drop-column", "alter-column"):
        index = 0 if call.batch is not None else 1
        return known(call.args[index] if len(call.args) > index else call.kwargs.get("column_name"))
    return None


def _column_value(call: _Call) -> Made | None:
    index = 0 if call.batch is not None else 1
    return column_object(call.args[index] if len(call.args) > index else call.kwargs.get("column"))


def _batch(func: Value) -> Made | None:
    """The `batch_alter_table(…)` that a method belongs to."""
    base = func.base if isinstance(func, Attribute) else None
    for option in options_of(base) if base is not None else ():
        if isinstance(option, Made) and _named(option.func) == "batch_alter_table" and _is_alembic(option.func):
            return option
    return None


def _is_alembic(func: Value) -> bool:
    """Whether a function is one of `alembic.op`, or a method of an `Operations` object."""
    value: Value = func
    for _ in range(_DEEPEST):
        match value:
            case External(name=name):
                return name.startswith("alembic.op")
            case Attribute(base=base):
                value = base
            case Made() if made(value) == "Operations":
                return True
            case _:
                return False
    return False


def _named(func: Value) -> str:
    return func.name.rpartition(".")[2] if isinstance(func, External | Attribute) else ""
