"""The database that interpreted upgrade code acts upon: statements run, guards are answered, failures are raised."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from persistlint.extract.sql.quoting import quoted
from persistlint.facts import code
from persistlint.facts.schema import TableFact
from persistlint.facts.sql import Kind, SqlStatement
from persistlint.facts.upgrades import FailedStep
from persistlint.project.interp.frames import location, terminal
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    FALSE,
    NONE,
    TRUE,
    Attribute,
    Choice,
    Chunk,
    Class,
    Const,
    External,
    Function,
    Items,
    Loc,
    Made,
    Mapping,
    Operation,
    Result,
    Row,
    Text,
    Unknown,
    Value,
    flag,
    known,
    options_of,
    text,
)
from persistlint.project.interp.world import REFUSED, Raised
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.replay import newer
from persistlint.replay.alembic import Alembic
from persistlint.replay.connections import Connections, Moment, Read
from persistlint.replay.ddl import create_index, create_table
from persistlint.replay.handles import Handles
from persistlint.replay.memory import MOST_ROWS, Memory
from persistlint.replay.versions import ALTERS_CONSTRAINTS, Version

_EXECUTE = frozenset({"execute", "exec_driver_sql", "executescript", "executemany", "execute_sql", "exec"})
_FETCHES = frozenset({"first", "scalar", "all", "one", "one_or_none", "count"})
_UNIT_OF_WORK = frozenset({
    "query", "add", "add_all", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings",
})  # fmt: skip
_MOST_PARTS = 60
_INSPECT = frozenset({
    "get_table_names", "has_table", "get_columns", "get_indexes", "get_foreign_keys", "get_unique_constraints",
    "get_pk_constraint", "get_check_constraints", "get_view_names", "has_column", "table_names",
})  # fmt: skip
_CASCADES = ("CASCADE", "SET NULL", "SET DEFAULT")
_DATA = (Kind.INSERT, Kind.UPDATE, Kind.DELETE)
_REFUSED = ("NotImplementedError", "RuntimeError")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the database, or tried: `error` is SQLite's message where it failed.

    `certain` is False under a condition that could not be decided.
    """

    statement: str
    loc: Loc
    function: str | None
    error: str | None
    kind: str
    tables: tuple[str, ...] = ()
    certain: bool = True
    attached: tuple[str, ...] = ()
    """The indexes and triggers that a dropped table had."""
    depth: int = 0
    """How many conditions that could not be decided it stands under."""
    shielded: bool = False
    """Whether it stands in a `try` that goes on when the database refuses something."""
    moment: Moment | None = None
    children: tuple[str, ...] = ()
    """Of a DROP TABLE while foreign keys are checked: the tables whose rows refer to it and are deleted or emptied."""


@dataclass(frozen=True, slots=True)
class Models:
    """How values name tables: a Table or mapped class to its fact, a MetaData to all of its tables."""

    table: Callable[[Value], TableFact | None]
    tables_of: Callable[[Value], tuple[TableFact, ...]]
    column: Callable[[Value], tuple[str, str | None] | None]
    """Table and column that a model's attribute stands for."""
    draft: Callable[[Class], TableDraft | None]
    """The table that a class is mapped to, before references are settled."""
    handles: Handles
    conventions: Mapping | None = None
    """The naming convention of the project, where it has one."""


class Live:
    """A `World` over one in-memory database."""

    def __init__(
        self,
        memory: Memory,
        parse: Callable[[str, str], tuple[SqlStatement, ...]],
        models: Models,
        oldest: Version | None = None,
    ) -> None:
        """`oldest` is the oldest SQLite that the program is to run on."""
        self._oldest = oldest
        self.memory = memory
        self.steps: list[Step] = []
        self.failed: list[FailedStep] = []
        """Revisions that failed while a function of the project ran them."""
        self.on_migrate: Callable[[str], None] = lambda _: None
        """Told of a call of `alembic.command.upgrade` in a file."""
        self.between: Callable[[], None] = lambda: None
        """Told before each revision that such a call runs."""
        self.blind = False
        """Whether rows were changed in a way that is not known."""
        self.connections = Connections()
        self.foreign_keys = False
        """Whether foreign keys are checked. Here they never are: rows that refer to nothing must not stop a path."""
        self.reads: list[Read] = []
        """The questions about the schema that guards ask."""
        self._moment: Moment | None = None
        self._parse = parse
        self.models = models
        self._alembic = Alembic(self)
        self._alembic.conventions = models.conventions

    # -- the World protocol --------------------------------------------------------------------------------------------

    def call(
        self, machine: Machine, node: code.Call, func: Value, args: list[Value], kwargs: dict[str, Value], path: str
    ) -> Value | None:
        """See `World.call`."""
        name = terminal(node.func)
        loc = location(node, path)
        if name == "upgrade" and getattr(func, "name", "") == "alembic.command.upgrade":
            self.on_migrate(path)
            return NONE
        for option in options_of(func):
            answer = self._alembic.call(machine, name, option, args, kwargs, loc)
            if answer is not None:
                return answer
        self._moment = self.connections.moment(func) if name in _EXECUTE or name in _INSPECT else None
        if name in _EXECUTE:
            return self._execute(machine, func, args, kwargs, loc)
        if name in _INSPECT and isinstance(node.func, code.Attr):
            return self._inspect(machine, name, args, kwargs, loc)
        self.connections.called(func, name)
        if name == "compile" and isinstance(func, Attribute) and isinstance(func.base, Text):
            return func.base  # `column.type.compile(dialect)`
        self.blind = self.blind or name in _UNIT_OF_WORK
        if name in _FETCHES and isinstance(node.func, code.Attr):
            self._orm_query(machine, func, loc)
            return None
        if name in ("create_all", "drop_all", "create", "drop") and isinstance(node.func, code.Attr):
            return self._create(machine, name, func, kwargs, loc)
        if name == "run_sync" and args and isinstance(func, Attribute):
            return self._run_sync(machine, func.base, args, kwargs, loc)
        return None

    @property
    def effects(self) -> int:
        """See `World.effects`."""
        return len(self.steps)

    def attribute(self, base: Value, name: str) -> Value | None:
        """See `World.attribute`."""
        return self.models.handles.attribute(base, name)

    def leave(self, machine: Machine, value: Value, manager: code.Expr) -> None:
        """See `World.leave`."""
        self._alembic.leave(machine, value)
        self.connections.left(value, manager)

    # -- running -------------------------------------------------------------------------------------------------------

    def run(self, machine: Machine, statement: str, loc: Loc, kind: str, tables: tuple[str, ...] = ()) -> None:
        """Run one definition and note it; raise for the interpreted code where SQLite refuses it."""
        attached, children = self._attached(statement, tables), self._children(statement, tables)
        error = self.memory.run(statement)
        if error is not None and (self._oldest or ()) >= ALTERS_CONSTRAINTS and (fact := self._newly(statement)):
            error = newer.carry_out(self.memory, statement, fact)
        self.note(machine, statement, loc, kind, tables, error, attached, children)

    def _children(self, statement: str, tables: tuple[str, ...]) -> tuple[str, ...]:
        """The tables that a DROP TABLE deletes from: SQLite first deletes all rows, and that cascades."""
        if not self.foreign_keys or not statement.lstrip().upper().startswith("DROP TABLE"):
            return ()
        dropped = {table.lower() for table in tables}
        out: list[str] = []
        for one in self.memory.stored():
            keys = self.memory.rows(f"PRAGMA foreign_key_list({quoted(one.name)})") if one.kind == "table" else []
            if any(str(key[2]).lower() in dropped and str(key[6]) in _CASCADES for key in keys):
                out.append(one.name)
        return tuple(name for name in out if name.lower() not in dropped)

    def _newly(self, statement: str) -> TableFact | None:
        """The table that a statement alters in a way that this SQLite may be too old for."""
        table = newer.altered_table(statement)
        return None if table is None else self.fact(table)

    def _attached(self, statement: str, tables: tuple[str, ...]) -> tuple[str, ...]:
        if not statement.lstrip().upper().startswith("DROP TABLE"):
            return ()
        dropped = {table.lower() for table in tables}
        return tuple(
            one.name
            for one in self.memory.stored()
            if one.kind in ("index", "trigger") and one.sql and one.table.lower() in dropped
        )

    def note(
        self,
        machine: Machine,
        statement: str,
        loc: Loc,
        kind: str,
        tables: tuple[str, ...],
        error: str | None,
        attached: tuple[str, ...] = (),
        children: tuple[str, ...] = (),
    ) -> None:
        """Note a step that was tried."""
        depth, shielded = machine.uncertain, bool(machine.shields)
        self.steps.append(
            Step(
                statement,
                loc,
                machine.running,
                error,
                kind,
                tables,
                not depth,
                attached,
                depth,
                shielded,
                self._moment,
                children,
            )
        )
        if error is not None:
            raise Raised(error, _REFUSED if error.startswith("No support for ALTER") else REFUSED.kinds)

    def _execute(
        self, machine: Machine, func: Value, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> Value | None:
        value = args[0] if args else next(iter(kwargs.values()), None)
        whole = sql_of(value)
        if whole is None:
            self.blind = True
            return Result(None) if isinstance(value, Text | Made | Unknown | Attribute) else None
        rows: list[Row] | None = []
        bound = len(args) > 1 or len(kwargs) > (0 if args else 1)
        script = isinstance(func, Attribute) and func.name == "executescript"
        plain = isinstance(func, Attribute) and func.name == "execute" and isinstance(value, Text)
        for sql in self._parse(whole, "sqlite"):
            statement = whole[sql.start : sql.end]
            rows = self._statement(machine, func, statement, sql, loc, bound=bound)
            self.connections.executed(
                func, statement, sql.kind, loc, machine.running, machine.uncertain, script=script, plain=plain
            )
        return Result(rows)

    def _statement(
        self, machine: Machine, func: Value, statement: str, sql: SqlStatement, loc: Loc, *, bound: bool
    ) -> list[Row] | None:
        tables = tuple(use.name for use in sql.tables if use.write)
        new = newer.altered_table(statement)
        if new is not None and (self._oldest or self.connections.is_sqlite(func)):
            self.run(machine, statement, loc, Kind.ALTER.value, (new,))
            return []
        if "__hole" in statement or (sql.foreign_dialect is not None and not self.connections.is_sqlite(func)):
            self.pass_over(machine, statement, loc, tables)
            return None
        if sql.kind in (Kind.SELECT, Kind.PRAGMA, Kind.OTHER):
            self._asked(tuple(use.name for use in sql.tables), sql, loc)
            self.switch(sql, begun=self.connections.is_begun(func), known=self.connections.is_known(func))
            return self._query(machine, statement, sql, loc, bound=bound)
        if sql.kind in (Kind.BEGIN, Kind.COMMIT, Kind.ROLLBACK, Kind.SAVEPOINT, Kind.RELEASE):
            return []
        if sql.kind in _DATA and (bound or "?" in statement or ":" in statement):
            self.blind = True
            return None  # the values are not known; they change no definition
        self.run(machine, statement, loc, sql.kind.value, tables)
        return []

    def pass_over(self, machine: Machine, statement: str, loc: Loc, tables: tuple[str, ...]) -> None:
        """Note a statement that cannot be carried out, because a part of it is not known."""
        self.blind = True
        self.steps.append(Step(statement, loc, machine.running, None, "unknown", tables, certain=False))

    def switch(self, sql: SqlStatement, *, begun: bool = False, known: bool = False) -> None:
        """Take notice of `PRAGMA foreign_keys = …`, which does nothing inside a transaction.

        Whether one is open on a connection that is not `known`, as Alembic's, cannot be told: checking may stay off.
        """
        pragma = sql.pragma
        if pragma is None or pragma.name.lower() != "foreign_keys" or pragma.value is None:
            return
        on = pragma.value.strip("'\"").lower() in ("1", "on", "true", "yes")
        if not begun and (known or not on):
            self.foreign_keys = on

    def _asked(self, tables: tuple[str, ...], sql: SqlStatement, loc: Loc) -> None:
        """Note a question that may be a guard's."""
        if sql.pragma is not None:
            tables = (sql.pragma.value.strip("'\"`[] "),) if sql.pragma.value is not None and sql.pragma.call else ()
        if any(name.lower() in ("sqlite_master", "sqlite_schema") for name in tables):
            tables = ()
        self.reads.append(Read(len(self.steps), tables, self._moment, loc))

    def _query(self, machine: Machine, statement: str, sql: SqlStatement, loc: Loc, *, bound: bool) -> list[Row] | None:
        if bound and sql.pragma is None and "sqlite_master" not in statement and "sqlite_schema" not in statement:
            return None
        if sql.pragma is not None and sql.pragma.name.lower() in ("journal_mode", "synchronous", "wal_checkpoint"):
            return None
        try:
            names, rows = self.memory.query(statement)
        except sqlite3.Error as error:
            if bound:
                return None
            self.note(machine, statement, loc, "select", tuple(use.name for use in sql.tables), str(error))
            return None
        if len(rows) >= MOST_ROWS:
            return None
        return [Row(names, tuple(map(_cell, row))) for row in rows]

    def _orm_query(self, machine: Machine, func: Value, loc: Loc) -> None:
        """An ORM query fails like SQL does: on a table or column that the database has not."""
        stack, queried, seen = [func], False, 0
        wanted: list[tuple[str, str | None]] = []
        while stack and seen < _MOST_PARTS:
            seen += 1
            value = stack.pop()
            if isinstance(value, Choice):
                stack.extend(value.options)
            elif isinstance(value, Class):
                fact = self.models.table(value)
                wanted.extend([(fact.name, None)] if fact is not None else [])
            elif isinstance(value, Attribute) and isinstance(value.base, Class):
                found = self.models.column(value)
                if found is not None:
                    wanted.append(found)
            elif isinstance(value, Attribute):
                queried = queried or value.name in ("query", "exists")
                stack.append(value.base)
            elif isinstance(value, Made):
                stack.extend([value.func, *value.args])
            elif isinstance(value, Operation):
                stack.extend(value.operands)
        for table, column in wanted if queried else ():
            names = {one.name for one in self.memory.columns(table)}
            query = f"SELECT {column or '*'} FROM {table}"  # noqa: S608 - shown, not run
            if not names:
                self.note(machine, query, loc, "select", (table,), f"no such table: {table}")
            if column is not None and column not in names:
                self.note(machine, query, loc, "select", (table,), f"no such column: {table}.{column}")

    # -- inspection ----------------------------------------------------------------------------------------------------

    def _inspect(
        self, machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> Value | None:
        wanted = tuple(found for arg in [*args, *kwargs.values()] if (found := known(arg)) is not None)
        self.reads.append(Read(len(self.steps), wanted[:1], self._moment, loc))
        if name in ("get_table_names", "table_names"):
            return Items("list", [text(one.name) for one in self.memory.stored() if one.kind == "table"])
        if name == "get_view_names":
            return Items("list", [text(one.name) for one in self.memory.stored() if one.kind == "view"])
        names = [known(arg) for arg in args if known(arg) is not None]
        table = names[0] if names else known(kwargs.get("table_name"))
        if table is None:
            return None
        columns = self.memory.columns(table)
        if name == "has_table":
            return TRUE if columns else FALSE
        if name == "has_column":
            return TRUE if any(len(names) > 1 and one.name == names[1] for one in columns) else FALSE
        if not columns:
            error = f"no such table: {table}"
            depth = machine.uncertain
            self.steps.append(Step(name, loc, machine.running, error, "select", (table,), not depth, depth=depth))
            raise Raised(error, ("NoSuchTableError", "InvalidRequestError", "SQLAlchemyError"))
        return self._details(name, table)

    def _details(self, name: str, table: str) -> Value | None:
        fact = self.fact(table)
        if name == "get_columns":
            return Items("list", [_mapping(
                name=text(one.name), type=text(one.type), nullable=Const(not one.notnull),
                default=text(one.default) if one.default is not None else NONE, primary_key=Const(one.key),
            ) for one in self.memory.columns(table)])  # fmt: skip
        if fact is None:
            return None
        match name:
            case "get_indexes":
                return Items("list", [_mapping(
                    name=text(one.name or ""), column_names=_names(one.columns), unique=Const(one.unique)
                ) for one in fact.indexes])  # fmt: skip
            case "get_foreign_keys":
                return Items("list", [_mapping(
                    name=text(one.name) if one.name else NONE, constrained_columns=_names(one.columns),
                    referred_table=text(one.table), referred_columns=_names(one.references),
                    options=_mapping(**({"ondelete": text(one.ondelete)} if one.ondelete else {})),
                ) for one in fact.foreign_keys])  # fmt: skip
            case "get_unique_constraints":
                return Items("list", [_mapping(
                    name=text(one.name) if one.name else NONE, column_names=_names(one.columns)
                ) for one in fact.uniques])  # fmt: skip
            case "get_pk_constraint":
                return _mapping(constrained_columns=_names(fact.primary_key), name=NONE)
            case "get_check_constraints":
                return Items("list", [_mapping(
                    name=text(one.name) if one.name else NONE, sqltext=text(one.expression or "")
                ) for one in fact.checks])  # fmt: skip
            case _:
                return None

    def fact(self, table: str) -> TableFact | None:
        """The definition that a table of the database has now, with its indexes."""
        return fact_of(self.memory, table, self._parse)

    # -- create_all ----------------------------------------------------------------------------------------------------

    def _create(self, machine: Machine, name: str, func: Value, kwargs: dict[str, Value], loc: Loc) -> Value | None:
        base = func.base if isinstance(func, Attribute) else None
        if base is None:
            return None
        if name in ("create_all", "drop_all"):
            tables = self._listed(kwargs.get("tables")) or self.models.tables_of(base)
        else:
            one = self.models.table(base)
            tables = (one,) if one is not None else ()
        if not tables:
            return None
        if name.startswith("drop"):
            for table in tables:
                self.memory.run(f"DROP TABLE IF EXISTS {quoted(table.name)}")
            return NONE
        check = name == "create_all" or flag(kwargs.get("checkfirst")) is True
        for table in tables:
            self.create(machine, table, loc, check=check)
        return NONE

    def _run_sync(
        self, machine: Machine, connection: Value, args: list[Value], kwargs: dict[str, Value], loc: Loc
    ) -> Value | None:
        """`await connection.run_sync(what, …)`: the call that an asynchronous connection makes."""
        what = args[0]
        if isinstance(what, Attribute) and what.name in ("create_all", "drop_all", "create", "drop"):
            return self._create(machine, what.name, what, kwargs, loc)
        return machine.invoke(what, [connection, *args[1:]], kwargs, 0) if isinstance(what, Function) else None

    def _listed(self, value: Value | None) -> tuple[TableFact, ...]:
        if not isinstance(value, Items):
            return ()
        found = [self.models.table(item) for item in value.items]
        return tuple(table for table in found if table is not None)

    def create(self, machine: Machine, table: TableFact, loc: Loc, *, check: bool) -> None:
        """CREATE TABLE and its indexes, as SQLAlchemy does; an existing table is left alone with `check`."""
        if check and self.memory.columns(table.name):
            return
        self.run(machine, create_table(table), loc, "create-table", (table.name,))
        for index in table.indexes:
            self.run(machine, create_index(table, index), loc, "create-index", (table.name,))


def fact_of(memory: Memory, table: str, parse: Callable[[str, str], tuple[SqlStatement, ...]]) -> TableFact | None:
    """The definition that a table has in a database, with its indexes; None where there is none."""
    own = [one for one in memory.stored() if one.table.lower() == table.lower() and one.sql]
    made = next((one for one in own if one.kind == "table"), None)
    if made is None:
        return None
    found = next((sql.creates for sql in parse(made.sql, "sqlite") if sql.creates is not None), None)
    if found is None:
        return None
    indexes = [
        index
        for one in own
        if one.kind == "index"
        for sql in parse(one.sql, "sqlite")
        if sql.creates is not None
        for index in sql.creates.indexes
    ]
    return replace(found, indexes=(*found.indexes, *indexes))


def sql_of(value: Value | None) -> str | None:
    """The SQL of an argument: a string, or one in `text(…)`; unknown parts as stand-ins; None for anything else."""
    if isinstance(value, Made) and value.args and _last(value.func) in ("text", "DDL"):
        return sql_of(value.args[0])
    for option in options_of(value) if value is not None else ():
        if isinstance(option, Text):
            whole = "".join(part.text if isinstance(part, Chunk) else "__hole0000__" for part in option.parts)
            return whole.replace("\n", " ") if not whole.strip() else whole
    return None


def _last(value: Value) -> str:
    return value.name.rpartition(".")[2] if isinstance(value, External | Attribute) else ""


def _cell(value: object) -> Value:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int | float) or value is None:
        return Const(value)
    return Unknown("a cell")


def _names(names: tuple[str, ...]) -> Items:
    return Items("list", [text(name) for name in names])


def _mapping(**entries: Value) -> Mapping:
    return Mapping([(text(key), value) for key, value in entries.items()])
