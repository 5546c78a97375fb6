"""Alembic's operations, carried out as Alembic does on SQLite.

https://alembic.sqlalchemy.org/en/latest/ops.html, https://alembic.sqlalchemy.org/en/latest/batch.html; what each call
emits was read off alembic 1.20 with SQLAlchemy 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from persistlint.extract.sql.quoting import quoted
from persistlint.facts.schema import (
    CheckFact,
    ColumnFact,
    ForeignKeyFact,
    IndexFact,
    TableFact,
    UniqueFact,
)
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    NONE,
    Attribute,
    Choice,
    Const,
    External,
    Items,
    Loc,
    Made,
    Mapping,
    Value,
    flag,
    known,
    options_of,
    text,
)
from persistlint.project.sqlalchemy import core
from persistlint.project.sqlalchemy.columns import Columns, column_object, name_of
from persistlint.project.sqlalchemy.conventions import conventional
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.project.sqlalchemy.expressions import expression, server_default
from persistlint.project.sqlalchemy.settle import Settler
from persistlint.project.sqlalchemy.symbols import made
from persistlint.project.sqlalchemy.types import Types
from persistlint.replay.ddl import UNKNOWN_DEFAULT, column_definition, create_index, create_table
from persistlint.replay.infer import renamed_column
from persistlint.replay.reflect import reflected
from persistlint.source import Span

if TYPE_CHECKING:
    from persistlint.replay.live import Live

_NO_ALTER = "No support for ALTER of constraints in SQLite dialect"
_NOWHERE = Span("", 1, 1)
_CONSTRAINTS = frozenset({
    "create_unique_constraint", "create_foreign_key", "drop_constraint", "create_check_constraint",
    "create_primary_key",
})  # fmt: skip
"""Operations that SQLite's dialect has no ALTER for, outside a batch."""


@dataclass(slots=True)
class _Batch:
    table: str
    recreate: str
    conventions: Mapping | None
    calls: list[tuple[str, list[Value], dict[str, Value], Loc]] = field(
        default_factory=list[tuple[str, list[Value], dict[str, Value], Loc]]
    )


class Alembic:
    """Hears every call; answers those of `op` and of batch operations."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._batches: dict[int, _Batch] = {}
        self.conventions: Mapping | None = None
        """The naming convention of the `target_metadata` that new constraints are named by."""

    def call(
        self, machine: Machine, name: str, func: Value, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> Value | None:
        """What an operation returns; None for a call that is none."""
        if isinstance(func, Attribute):
            batch = self._batches.get(id(func.base))
            if batch is not None and name == "f" and args:
                return args[0]
            if batch is not None:
                batch.calls.append((name, args, kwargs, loc))
                return NONE
        if not _is_op(func):
            return None
        if name == "batch_alter_table":
            return self._open(machine, func, args, kwargs, loc)
        if name == "f" and args:
            return args[0]
        if name in ("get_bind", "get_context"):
            return None
        if name == "execute":
            return None  # the live database's own
        if name in ("bulk_insert", "inline_literal"):
            return NONE
        self._operate(machine, name, args, kwargs, loc)
        return NONE

    def _open(self, machine: Machine, func: Value, args: list[Value], kwargs: dict[str, Value], loc: Loc) -> Value:
        value = Made(func, args, kwargs, loc)
        del machine
        table = known(args[0] if args else kwargs.get("table_name"))
        if table is not None:
            given = kwargs.get("naming_convention")
            conventions = given if isinstance(given, Mapping) else self.conventions
            self._batches[id(value)] = _Batch(table, _recreate(kwargs.get("recreate")), conventions)
            value.attrs["\0kept"] = value  # the batch is found by identity: keep the object alive
        return value

    def leave(self, machine: Machine, value: Value) -> None:
        """Carry out a batch at the end of its `with` block."""
        for option in options_of(value):
            batch = self._batches.pop(id(option), None)
            if batch is not None and batch.calls:
                self._flush(machine, batch)

    # -- single operations ---------------------------------------------------------------------------------------------

    def _operate(self, machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], loc: Loc) -> None:
        table = _table_name(name, args, kwargs)
        match name:
            case "create_table":
                fact = self._made_table(machine, args, kwargs, loc)
                if fact is not None:
                    exists = flag(kwargs.get("if_not_exists")) is True
                    self._live.create(machine, fact, loc, check=exists)
            case "create_index":
                self._create_index(machine, args, kwargs, loc, None)
            case "drop_index":
                self._drop_index(machine, args, kwargs, loc)
            case "add_column" if table is not None and len(args) > 1:
                self._add_column(machine, table, args[1], loc)
            case "alter_column" if table is not None:
                self._alter_column(machine, table, args, kwargs, loc)
            case _ if name in _CONSTRAINTS:
                self._live.note(machine, f"op.{name}", loc, "alter", (table,) if table else (), _NO_ALTER)
            case _ if table is not None:
                self._plain(machine, name, table, args, kwargs, loc)
            case _:
                pass

    def _plain(
        self, machine: Machine, name: str, table: str, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> None:
        """The operations that are one statement of SQL."""
        second = known(_given(args, kwargs, 1, "new_table_name" if name == "rename_table" else "column_name"))
        if name == "drop_table":
            guard = "IF EXISTS " if flag(kwargs.get("if_exists")) else ""
            self._run(machine, f"DROP TABLE {guard}{quoted(table)}", loc, "drop", table)
        elif name == "rename_table" and second is not None:
            self._run(machine, f"ALTER TABLE {quoted(table)} RENAME TO {quoted(second)}", loc, "alter", table)
        elif name == "drop_column" and second is not None:
            self._run(machine, f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(second)}", loc, "alter", table)

    def _run(self, machine: Machine, statement: str, loc: Loc, kind: str, table: str) -> None:
        self._live.run(machine, statement, loc, kind, (table,))

    def _made_table(self, machine: Machine, args: list[Value], kwargs: dict[str, Value], loc: Loc) -> TableFact | None:
        name = known(args[0]) if args else known(kwargs.get("table_name"))
        if name is None:
            return None
        columns = Columns(machine, Types(machine))
        draft = TableDraft(name, "alembic", loc, conventions=self.conventions)
        for arg in args[1:]:
            if isinstance(arg, Const):
                continue
            core.argument(columns, draft, arg)
        return Settler([draft], self._live.models.draft, lambda _: _NOWHERE).facts()[0]

    def _add_column(self, machine: Machine, table: str, value: Value, loc: Loc) -> None:
        column = column_object(value)
        if column is None:
            return
        fact = self.column_table(machine, table, column, loc)
        if fact is None or not fact.columns:
            return
        added = fact.columns[0]
        if added.server_default == "?":
            added = replace(added, server_default=UNKNOWN_DEFAULT)  # the column can be added, whatever it holds
        statement = f"ALTER TABLE {quoted(table)} ADD COLUMN {column_definition(added)}"
        self._run(machine, statement, loc, "alter", table)
        if fact.foreign_keys or fact.uniques:
            self._live.note(machine, "op.add_column with a constraint", loc, "alter", (table,), _NO_ALTER)
        for index in fact.indexes:
            self._run(machine, create_index(fact, index), loc, "create-index", table)

    def column_table(self, machine: Machine, table: str, column: Made, loc: Loc) -> TableFact | None:
        """A table that has just the column of an `add_column`, with what the column brings along."""
        draft = TableDraft(table, "alembic", loc, conventions=self.conventions)
        core.argument(Columns(machine, Types(machine)), draft, column)
        return Settler([draft], self._live.models.draft, lambda _: _NOWHERE).facts()[0]

    def _alter_column(
        self, machine: Machine, table: str, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> None:
        column = known(args[1] if len(args) > 1 else kwargs.get("column_name"))
        new = known(kwargs.get("new_column_name"))
        changes = [key for key in ("nullable", "type_", "server_default") if key in kwargs]
        if new is not None and column is not None and not changes:
            statement = f"ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(column)} TO {quoted(new)}"
            self._run(machine, statement, loc, "alter", table)
        elif changes and column is not None:
            statement = f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(column)}"
            self._live.note(machine, statement, loc, "alter", (table,), 'near "ALTER": syntax error')

    def _create_index(
        self, machine: Machine, args: list[Value], kwargs: dict[str, Value], loc: Loc, table: str | None
    ) -> None:
        index = self._index(machine, args, kwargs, table)
        if index is None:
            return
        name, fact = index
        if flag(kwargs.get("if_not_exists")) is True and any(
            one.kind == "index" and one.name == fact.name for one in self._live.memory.stored()
        ):
            return
        target = self._live.fact(name) or TableFact(name, "alembic", _NOWHERE)
        self._run(machine, create_index(target, fact), loc, "create-index", name)

    @staticmethod
    def _index(
        machine: Machine, args: list[Value], kwargs: dict[str, Value], table: str | None
    ) -> tuple[str, IndexFact] | None:
        given = list(args)
        name = known(given.pop(0)) if given else known(kwargs.get("index_name"))
        if table is None:
            table = known(given.pop(0)) if given else known(kwargs.get("table_name"))
        listed = given[0] if given else kwargs.get("columns")
        if table is None or not isinstance(listed, Items):
            return None
        columns = [known(item) or expression(item, lambda _: None) for item in listed.items]
        kept = tuple(column for column in columns if column is not None)
        if len(kept) != len(columns) or not kept:
            return None
        where = kwargs.get("sqlite_where")
        clause = None if where is None else known(where) or expression(where, lambda _: None)
        del machine
        unique = flag(kwargs.get("unique", given[1] if len(given) > 1 else None)) is True
        return table, IndexFact(name, kept, unique, _NOWHERE, clause)

    def _drop_index(self, machine: Machine, args: list[Value], kwargs: dict[str, Value], loc: Loc) -> None:
        name = known(args[0] if args else kwargs.get("index_name"))
        if name is not None:
            guard = "IF EXISTS " if flag(kwargs.get("if_exists")) else ""
            table = known(args[1] if len(args) > 1 else kwargs.get("table_name"))
            tables = (table,) if table is not None else ()
            self._live.run(machine, f"DROP INDEX {guard}{quoted(name)}", loc, "drop", tables)

    # -- batches -------------------------------------------------------------------------------------------------------

    def _flush(self, machine: Machine, batch: _Batch) -> None:
        before = self._live.fact(batch.table)
        loc = batch.calls[0][3]
        if before is None:
            self._live.note(
                machine, f"batch on {batch.table}", loc, "alter", (batch.table,), f"no such table: {batch.table}"
            )
            return
        if batch.recreate == "never" or (batch.recreate == "auto" and not any(map(_needs_rebuild, batch.calls))):
            for name, args, kwargs, place in batch.calls:
                self._in_place(machine, batch.table, name, args, kwargs, place)
            return
        self._rebuild(machine, batch, before, loc)

    def _in_place(
        self, machine: Machine, table: str, name: str, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> None:
        if name == "create_index":
            self._create_index(machine, args, kwargs, loc, table)
        elif name == "drop_index":
            self._drop_index(machine, args, kwargs, loc)
        else:
            self._operate(machine, name, [text(table), *args], kwargs, loc)

    def _rebuild(self, machine: Machine, batch: _Batch, before: TableFact, loc: Loc) -> None:
        new = _Rebuild(machine, reflected(before), self, batch.conventions)
        late: list[tuple[str, list[Value], dict[str, Value], Loc]] = []
        for name, args, kwargs, place in batch.calls:
            if name == "create_index":
                late.append((name, args, kwargs, place))
            elif not new.apply(name, args, kwargs, place):
                self._live.note(machine, f"batch_op.{name}", place, "alter", (batch.table,), new.error)
        result = new.table
        temporary = replace(result, name=f"_alembic_tmp_{batch.table}", indexes=())
        memory = self._live.memory
        self._run(machine, create_table(temporary), loc, "create-table", temporary.name)
        kept = [(old, column.name) for old, column in new.sources() if old is not None]
        into = ", ".join(quoted(name) for _, name in kept)
        taken = ", ".join(quoted(old) for old, _ in kept)
        if kept:
            error = memory.run(
                f"INSERT INTO {quoted(temporary.name)} ({into}) SELECT {taken} FROM {quoted(batch.table)}"  # noqa: S608
            )
            if error is not None:
                memory.run(f"DROP TABLE {quoted(temporary.name)}")
                self._live.note(machine, f"INSERT INTO {temporary.name}", loc, "rebuild", (batch.table,), error)
                return
        self._run(machine, f"DROP TABLE {quoted(batch.table)}", loc, "rebuild", batch.table)
        rename = f"ALTER TABLE {quoted(temporary.name)} RENAME TO {quoted(batch.table)}"
        self._run(machine, rename, loc, "rebuild", batch.table)
        # A column may be dropped and added again: its indexes stay with it.
        for index in (one for one in result.indexes if all(result.column(name) for name in one.columns)):
            self._run(machine, create_index(result, index), loc, "create-index", batch.table)
        for _, args, kwargs, place in late:
            self._create_index(machine, args, kwargs, place, batch.table)


class _Rebuild:
    """The table that a batch turns an old one into."""

    def __init__(self, machine: Machine, table: TableFact, alembic: Alembic, conventions: Mapping | None) -> None:
        self._conventions = conventions
        self._machine = machine
        self._alembic = alembic
        self.table = table
        self.error = ""
        self._old: dict[str, str] = {column.name: column.name for column in table.columns}

    def sources(self) -> list[tuple[str | None, ColumnFact]]:
        """Each new column with the old one that it is filled from."""
        return [(self._old.get(column.name), column) for column in self.table.columns]

    def apply(self, name: str, args: list[Value], kwargs: dict[str, Value], loc: Loc) -> bool:
        """Apply one queued operation; False, with `error`, where Alembic raises."""
        first = known(args[0]) if args else known(kwargs.get("constraint_name", kwargs.get("column_name")))
        match name:
            case "add_column" if args:
                return self._add(args[0], loc)
            case "drop_column" if first is not None:
                return self._drop(first)
            case "alter_column" if first is not None:
                return self._alter(first, kwargs)
            case "drop_constraint":
                return self._drop_constraint(first, known(kwargs.get("type_", args[1] if len(args) > 1 else None)))
            case "create_unique_constraint":
                columns = _given(args, kwargs, 1, "columns")
                if isinstance(columns, Items):
                    unique = UniqueFact(_texts(columns), _NOWHERE, first)
                    self.table = replace(self.table, uniques=(*self.table.uniques, unique))
            case "create_foreign_key":
                self._foreign_key(first, args, kwargs)
            case "create_check_constraint":
                self._check(first, _given(args, kwargs, 1, "condition"))
            case "create_primary_key":
                columns = _given(args, kwargs, 1, "columns")
                if isinstance(columns, Items):
                    self.table = replace(self.table, primary_key=_texts(columns))
            case "drop_index":
                kept = tuple(index for index in self.table.indexes if index.name != first)
                self.table = replace(self.table, indexes=kept)
            case _:
                pass
        return True

    def _foreign_key(self, name: str | None, args: list[Value], kwargs: dict[str, Value]) -> None:
        target = known(_given(args, kwargs, 1, "referent_table"))
        local, remote = _given(args, kwargs, 2, "local_cols"), _given(args, kwargs, 3, "remote_cols")
        if target is not None and isinstance(local, Items) and isinstance(remote, Items):
            key = ForeignKeyFact(
                _texts(local), target, _texts(remote), _NOWHERE, known(kwargs.get("ondelete")),
                known(kwargs.get("onupdate")), name,
            )  # fmt: skip
            self.table = replace(self.table, foreign_keys=(*self.table.foreign_keys, key))

    def _check(self, name: str | None, condition: Value | None) -> None:
        if condition is not None:
            clause = known(condition) or expression(condition, lambda _: None)
            self.table = replace(self.table, checks=(*self.table.checks, CheckFact(clause, _NOWHERE, name)))

    def _add(self, value: Value, loc: Loc) -> bool:
        column = column_object(value)
        if column is None:
            return True
        fact = self._alembic.column_table(self._machine, self.table.name, column, loc)
        if fact is None or not fact.columns:
            return True
        if any(key.name is None for key in fact.foreign_keys):
            self.error = "Constraint must have a name"
            return False
        self.table = replace(
            self.table,
            columns=(*(one for one in self.table.columns if one.name != fact.columns[0].name), fact.columns[0]),
            primary_key=(*self.table.primary_key, *fact.primary_key),
            foreign_keys=(*self.table.foreign_keys, *fact.foreign_keys),
            uniques=(*self.table.uniques, *fact.uniques),
            indexes=(*self.table.indexes, *fact.indexes),
        )
        return True

    def _drop(self, name: str) -> bool:
        table = self.table
        if table.column(name) is None:
            self.error = f"no such column: {name}"
            return False
        self.table = replace(
            table,
            columns=tuple(one for one in table.columns if one.name != name),
            primary_key=tuple(one for one in table.primary_key if one != name),
            foreign_keys=tuple(one for one in table.foreign_keys if name not in one.columns),
            uniques=tuple(one for one in table.uniques if name not in one.columns),
        )
        return True

    def _alter(self, name: str, kwargs: dict[str, Value]) -> bool:
        column = self.table.column(name)
        if column is None:
            self.error = f"no such column: {name}"
            return False
        changed = self._changed(column, kwargs)
        columns = tuple(changed if one is column else one for one in self.table.columns)
        self._old[changed.name] = self._old.pop(column.name, column.name)
        self.table = replace(self.table, columns=columns)
        if changed.name != name:
            self.table = renamed_column(self.table, name, changed.name)
        return True

    def _changed(self, column: ColumnFact, kwargs: dict[str, Value]) -> ColumnFact:
        nullable = flag(kwargs.get("nullable"))
        if nullable is not None:
            column = replace(column, nullable=nullable)
        if "type_" in kwargs and not (isinstance(kwargs["type_"], Const)):
            rendered = Types(self._machine).render(kwargs["type_"])
            column = replace(column, type=rendered.text or column.type)
            if rendered.check is not None and rendered.text == "BOOLEAN":
                check = CheckFact(f"{column.name} IN (0, 1)", _NOWHERE, rendered.check or None)
                self.table = replace(self.table, checks=(*self.table.checks, check))
        default = kwargs.get("server_default")
        unchanged = (
            default is None or isinstance(default, External) or (isinstance(default, Const) and default.value is False)
        )
        if default is not None and not unchanged:
            column = replace(column, server_default=server_default(default, lambda _: None))
        return replace(column, name=known(kwargs.get("new_column_name")) or column.name)

    def _drop_constraint(self, name: str | None, kind: str | None) -> bool:
        table = self.table
        primary = self._named("pk", None, table.primary_key)
        if kind == "primary" or (name is not None and (name == primary or name.startswith("pk_"))):
            self.table = replace(table, primary_key=())
            return True
        keys = [one for one in table.foreign_keys if self._is_named(one.name, "fk", one.columns, one.table, name)]
        uniques = [one for one in table.uniques if self._is_named(one.name, "uq", one.columns, "", name)]
        checks = [one for one in table.checks if self._is_named(one.name, "ck", (), "", name)]
        if not (keys or uniques or checks):
            keys, uniques = self._likely(name, kind)
        if name is None:
            checks = list(table.checks) if kind == "check" and len(table.checks) == 1 else []
        elif not (keys or uniques or checks):
            self.error = f"No such constraint: '{name}'"
            return False
        self.table = replace(
            table,
            foreign_keys=tuple(one for one in table.foreign_keys if one not in keys),
            uniques=tuple(one for one in table.uniques if one not in uniques),
            checks=tuple(one for one in table.checks if one not in checks),
        )
        return True

    def _is_named(
        self, own: str | None, kind: str, columns: tuple[str, ...], referred: str, wanted: str | None
    ) -> bool:
        if own is not None:
            return wanted in (own, self._named(kind, own, columns))
        return wanted is not None and wanted == self._named(kind, None, columns, referred)

    def _named(self, kind: str, own: str | None, columns: tuple[str, ...], referred: str = "") -> str | None:
        """The name that the naming convention gives to a constraint of this table."""
        draft = TableDraft(self.table.name, "alembic", Loc("", 0, 0), conventions=self._conventions)
        return conventional(draft, kind, own, columns, (referred, ()))

    def _likely(self, name: str | None, kind: str | None) -> tuple[list[ForeignKeyFact], list[UniqueFact]]:
        """An unnamed constraint that the name describes: some `env.py` names what it reflects in ways not seen here."""
        if name is None:
            # The name was asked of the database at run time: the only constraint of its kind is meant.
            keys, uniques = list(self.table.foreign_keys), list(self.table.uniques)
            return (keys if kind == "foreignkey" and len(keys) == 1 else []), (
                uniques if kind == "unique" and len(uniques) == 1 else []
            )
        keys = [one for one in self.table.foreign_keys if one.name is None and all(c in name for c in one.columns)]
        uniques = [one for one in self.table.uniques if one.name is None and all(c in name for c in one.columns)]
        if kind == "foreignkey" or (kind is None and len(keys) == 1 and not uniques):
            return keys[:1], []
        return ([], uniques[:1]) if kind == "unique" or (kind is None and len(uniques) == 1) else ([], [])


def _given(args: list[Value], kwargs: dict[str, Value], index: int, name: str) -> Value | None:
    return args[index] if len(args) > index else kwargs.get(name)


def _recreate(value: Value | None) -> str:
    """`auto`, `always` or `never`; of several, `always`: it says something on SQLite alone, so that is where it is
    chosen."""
    told = {name for one in options_of(value) if (name := known(one)) is not None} if value is not None else set[str]()
    return "always" if "always" in told else min(told, default="auto")


def _needs_rebuild(call: tuple[str, list[Value], dict[str, Value], Loc]) -> bool:
    """SQLiteImpl.requires_recreate_in_batch."""
    name, args, _, _ = call
    if name in ("create_index", "drop_index"):
        return False
    if name != "add_column" or not args:
        return True
    column = column_object(args[0])
    if column is None:
        return True
    if any(made(arg) in ("ForeignKey", "Computed") for arg in column.args) or flag(column.kwargs.get("unique")):
        return True
    return isinstance(column.kwargs.get("server_default"), Made)  # an expression of any kind, `text("0")` included


def _is_op(func: Value) -> bool:
    if isinstance(func, External):
        return func.name.startswith("alembic.op.")
    if isinstance(func, Attribute):
        base = func.base
        return isinstance(base, External) and base.name in ("alembic.op", "alembic.operations.Operations")
    return isinstance(func, Choice) and any(map(_is_op, func.options))


def _table_name(name: str, args: list[Value], kwargs: dict[str, Value]) -> str | None:
    if name in ("create_unique_constraint", "create_check_constraint", "create_primary_key", "drop_constraint"):
        return known(args[1]) if len(args) > 1 else known(kwargs.get("table_name"))
    if name == "create_foreign_key":
        return known(args[1]) if len(args) > 1 else known(kwargs.get("source_table"))
    return known(args[0]) if args else known(kwargs.get("table_name", kwargs.get("old_table_name")))


def _texts(items: Items) -> tuple[str, ...]:
    return tuple(name for item in items.items if (name := known(item) or name_of(item)) is not None)
