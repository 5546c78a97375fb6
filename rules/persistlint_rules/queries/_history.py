"""How the tables of a project come into being and change: everything that is said about it, in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from persistlint.sdk import Kind, Operation, Project, Span, SqlStatement, Statement, TableFact
from persistlint_rules.queries._places import Part, goes_back, part_of, start_of

_HOLE = re.compile(r"__hole\d{4}__")
_CREATES = re.compile(
    r"\s*CREATE\s+(?:\w+\s+)?(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:\w+\.)?[\"'`\[]?(\w+)", re.IGNORECASE
)
_CATALOGUES = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"})


def has_hole(name: str | None) -> bool:
    """Whether a part of a name is not known."""
    return name is not None and _HOLE.search(name) is not None


@dataclass(frozen=True, slots=True)
class Definition:
    """One way in which a table is created. `back`: only where an upgrade is undone; `scripted`: by Alembic."""

    fact: TableFact
    part: Part
    back: bool = False
    scripted: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a table, by SQL or by a library; `table` and `column` are None where they are not known."""

    action: str
    table: str | None
    span: Span
    part: Part
    back: bool
    column: str | None = None
    new_name: str | None = None

    @property
    def knows(self) -> int:
        """How much of it is known: its table, its column."""
        table = self.table is not None and not has_hole(self.table)
        return table + (self.column is not None and not has_hole(self.column))

    @property
    def is_general(self) -> bool:
        """Whether it is any column of any table: a helper as it is written, not as it is called."""
        return has_hole(self.table) and (self.column is None or has_hole(self.column))


@dataclass(slots=True)
class History:
    """All of it, by names in lower case."""

    definitions: dict[str, list[Definition]] = field(default_factory=dict[str, list[Definition]])
    steps: dict[str, list[Step]] = field(default_factory=dict[str, list[Step]])
    nameless: list[Step] = field(default_factory=list[Step])
    """Steps on tables whose names are not known."""
    created: set[str] = field(default_factory=set[str])
    """Tables that exist outside of tests, whether or not a definition of theirs can be read."""
    unread: set[str] = field(default_factory=set[str])
    """Tables with a definition whose columns cannot be read: in another dialect, with a mistake."""
    probed: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Files with the tables that they ask SQLite for before they use them."""

    def define(self, fact: TableFact, part: Part, *, back: bool, scripted: bool = False) -> None:
        """Take note of a definition."""
        name = fact.name.lower()
        if part is not Part.TEST:
            self.created.add(name)
        if fact.kind == "table" and fact.complete and not fact.columns:
            return  # `Table("name", MetaData())`: a handle, not a definition
        self.definitions.setdefault(name, []).append(Definition(fact, part, back, scripted))

    def step(self, step: Step) -> None:
        """Take note of a change."""
        if step.table is None or has_hole(step.table):
            self.nameless.append(step)
        else:
            self.steps.setdefault(step.table.lower(), []).append(step)


def history_of(project: Project) -> History:
    """What a project's models, statements and Alembic scripts say."""
    history = History()
    functions = _functions(project)
    for fact in project.tables:
        function = functions.get((fact.span.path, fact.name.lower()))
        history.define(fact, part_of(fact.span, function), back=goes_back(function))
    for operation in project.operations:
        _operation(history, operation)
    for statement in project.statements:
        _statement(history, statement)
    _follow_renames(history)
    _forget_general_forms(history)
    return history


def _functions(project: Project) -> dict[tuple[str, str], str | None]:
    """The functions that create tables by SQL, by file and name of the table."""
    return {
        (statement.span.path, statement.sql.creates.name.lower()): statement.function
        for statement in project.statements
        if statement.sql.creates is not None and statement.sql.kind is not Kind.CREATE_INDEX
    }


def _operation(history: History, operation: Operation) -> None:
    part, back = part_of(operation.span, operation.function), goes_back(operation.function)
    if operation.action == "create-table":
        if operation.fact is not None:
            history.define(operation.fact, part, back=back, scripted=True)
        elif operation.table is not None:
            history.created.add(operation.table.lower())
    history.step(
        Step(operation.action, operation.table, operation.span, part, back, operation.column, operation.new_name)
    )


def _statement(history: History, statement: Statement) -> None:
    sql = statement.sql
    part, back = part_of(statement.span, statement.function), goes_back(statement.function)
    if sql.creates is not None and sql.kind is not Kind.CREATE_INDEX:
        if not has_hole(sql.creates.name):
            history.created.update({sql.creates.name.lower()} if part is not Part.TEST else ())
        if not statement.dialects and sql.foreign_dialect is None:
            history.step(Step("create-table", sql.creates.name, statement.span, part, back))
    if sql.kind in (Kind.UNREADABLE, Kind.UNKNOWN) or sql.foreign_dialect is not None:
        match = _CREATES.match(statement.text, sql.start)
        if match is not None:
            history.created.add(match[1].lower())
            history.unread.add(match[1].lower())
    if sql.kind is Kind.DROP:
        for use in sql.tables:
            history.step(Step("drop-table", use.name, statement.span, part, back))
    shape = sql.alter
    if shape is not None and shape.action != "other":
        history.step(Step(shape.action, shape.table, statement.span, part, back, shape.column, shape.new_name))
    history.probed.update((statement.span.path, name) for name in _asked_for(sql))


def _asked_for(sql: SqlStatement) -> set[str]:
    return {
        literal.value.strip("'").lower()
        for literal in sql.literals
        if literal.table.lower() in _CATALOGUES and literal.column.lower() in ("name", "tbl_name")
    }


def _follow_renames(history: History) -> None:
    """A renamed table keeps its definition under the new name; one may be renamed more than once."""
    for _ in range(3):
        for old, steps in sorted(history.steps.items()):
            for step in steps:
                if step.action == "rename-table" and step.new_name is not None and not has_hole(step.new_name):
                    _rename(history, old, step.new_name.lower(), back=step.back)


def _rename(history: History, old: str, new: str, *, back: bool) -> None:
    history.created.add(new)
    known = {one.fact.span for one in history.definitions.get(new, ())}
    for one in tuple(history.definitions.get(old, ())):
        if one.fact.span not in known:
            renamed = Definition(one.fact, one.part, one.back or back, one.scripted)
            history.definitions.setdefault(new, []).append(renamed)


def _forget_general_forms(history: History) -> None:
    """Forget a step with unknown parts where the same code is seen with known ones: a helper called with constants."""
    known: dict[tuple[str, int, int], int] = {}
    for step in (*history.nameless, *(step for steps in history.steps.values() for step in steps)):
        place = start_of(step.span)
        known[place] = max(known.get(place, 0), step.knows)
    history.nameless = [step for step in history.nameless if step.knows == known[start_of(step.span)]]
    for name, steps in history.steps.items():
        history.steps[name] = [step for step in steps if step.knows == known[start_of(step.span)]]


def words_around_holes(name: str) -> list[str]:
    """The known stretches of a name, in order."""
    return _HOLE.split(name)
