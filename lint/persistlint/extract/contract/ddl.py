"""`sql contract` and `sql baseline` fences to table facts with real places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from persistlint.extract.contract.placed import Placed
from persistlint.facts.contract import BlockProblem
from persistlint.facts.schema import TableFact
from persistlint.facts.sql import Kind, SqlStatement
from persistlint.source import Span

Parse = Callable[[str], tuple[SqlStatement, ...]]

_DECLARING = (Kind.CREATE_TABLE, Kind.CREATE_INDEX, Kind.CREATE_VIEW)
_ALLOWED_IN_BASELINES = (
    *_DECLARING,
    Kind.CREATE_TRIGGER,
    Kind.INSERT,
    Kind.UPDATE,
    Kind.PRAGMA,
    Kind.BEGIN,
    Kind.COMMIT,
)


@dataclass(frozen=True, slots=True)
class Declared:
    """What one fence declares. `indexes` are those of CREATE INDEX, as tables with just that index."""

    tables: tuple[TableFact, ...]
    indexes: tuple[TableFact, ...]
    problems: tuple[BlockProblem, ...]


def declared(content: Placed, parse: Parse) -> Declared:
    """The tables of a `sql contract` fence; a statement that declares nothing is a problem."""
    return _read(content, parse, _DECLARING, "a contract block declares tables, indexes and views, and nothing else")


def baseline_tables(content: Placed, parse: Parse) -> tuple[tuple[TableFact, ...], tuple[BlockProblem, ...]]:
    """The tables of a `sql baseline` fence with their indexes; it may also fill them."""
    found = _read(content, parse, _ALLOWED_IN_BASELINES, "a baseline creates tables and fills them, and nothing else")
    tables = tuple(
        replace(table, indexes=(*table.indexes, *(index for one in _own(found, table) for index in one.indexes)))
        for table in found.tables
    )
    return tables, found.problems


def _own(found: Declared, table: TableFact) -> list[TableFact]:
    return [one for one in found.indexes if one.name.lower() == table.name.lower()]


def _read(content: Placed, parse: Parse, allowed: tuple[Kind, ...], otherwise: str) -> Declared:
    tables: list[TableFact] = []
    indexes: list[TableFact] = []
    problems: list[BlockProblem] = []
    for statement in parse(content.text):
        problem = _problem(content, statement, allowed, otherwise)
        if problem is not None:
            problems.append(problem)
        elif statement.creates is not None:
            fact = placed(statement.creates, content)
            (indexes if statement.kind is Kind.CREATE_INDEX else tables).append(fact)
    return Declared(tuple(tables), tuple(indexes), tuple(problems))


def _problem(
    content: Placed, statement: SqlStatement, allowed: tuple[Kind, ...], otherwise: str
) -> BlockProblem | None:
    whole = content.span(statement.start, statement.end)
    if statement.problem is not None:
        at = content.span(statement.problem_at, statement.problem_at + 1)
        return BlockProblem(f"this SQL cannot be read: {statement.problem}", at, "make it valid SQL")
    if statement.foreign_dialect is not None:
        message = f"this is SQL of {statement.foreign_dialect}, which SQLite refuses"
        return BlockProblem(message, whole, "write what SQLite accepts, or set `dialect`")
    if statement.kind not in allowed:
        first = " ".join(content.text[statement.start : statement.end].split()[:2])
        message = f"`{first}` does not belong here: {otherwise}"
        return BlockProblem(message, whole, "move it to a fence without the second word")
    if statement.creates is None and statement.kind in _DECLARING:
        return BlockProblem("what this statement creates cannot be told", whole, "write it plainly")
    return None


def placed(table: TableFact, content: Placed) -> TableFact:
    """The table as a contract declares it: its places are offsets into the content before, real ones after."""

    def at(span: Span) -> Span:
        return content.span(span.column - 1, max(span.column, span.end_column - 1))

    return replace(
        table,
        origin="contract",
        span=at(table.span),
        columns=tuple(replace(one, span=at(one.span)) for one in table.columns),
        foreign_keys=tuple(replace(one, span=at(one.span)) for one in table.foreign_keys),
        uniques=tuple(replace(one, span=at(one.span)) for one in table.uniques),
        checks=tuple(replace(one, span=at(one.span)) for one in table.checks),
        indexes=tuple(replace(one, span=at(one.span)) for one in table.indexes),
    )
