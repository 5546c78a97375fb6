"""The linked project, as rules see it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from persistlint.facts.clauses import UndefinedFunction
from persistlint.facts.executions import Execution, Lifetime, Listening, Making
from persistlint.facts.flow import Flow
from persistlint.facts.ledger import Ledger
from persistlint.facts.schema import TableFact, Unresolved
from persistlint.facts.sql import SqlStatement
from persistlint.facts.stores import Opening, Store, Threads, agreed
from persistlint.facts.upgrades import StoreUpgrade, UncalledUpgrade
from persistlint.project.contract import Contract
from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of an SQL text that stands in one line of one file, character by character from `line`, `column`.

    `solid` is a stand-in for an expression: every offset in it is the expression's place.
    """

    start: int
    end: int
    path: str
    line: int
    column: int
    solid: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement found in the project, with its way back to the source.

    `via` is what hands it to the database: the called name (`execute`, `executescript`, `text`, …), `.sql`, `call` for
    some other call with a text that looks like SQL, or `string` for a CREATE that nobody was seen to execute.
    `function` is the dotted name of the function it stands in, None at module level and in `.sql` files.
    `exact` is False where the text holds stand-ins for parts that cannot be known.
    """

    sql: SqlStatement
    text: str
    """The whole text that was parsed, which may hold more than this statement."""
    span: Span
    """The whole statement."""
    segments: tuple[Segment, ...] = field(repr=False)
    """The way from offsets in `text` to the source, in order; parts made by the program itself have none."""
    via: str
    function: str | None = None
    exact: bool = True
    interpolated: tuple[Interpolation, ...] = ()
    dialects: tuple[str, ...] = ()
    """Drivers of other databases that the file imports, where it imports any."""
    receiver: str | None = None
    """What the text is handed to, as written: `self.conn` of `self.conn.execute(…)`."""
    opened: Span | None = None
    """The call that opened the database (`sqlite3.connect(…)`, `create_engine(…)`), where it can be seen from here."""
    database: str | None = None
    """What that call opens, in words that are the same wherever the same value is meant; None where that is unknown."""

    def span_of(self, start: int, end: int) -> Span:
        """Where the characters from `start` to `end` of `text` stand; the whole statement where that is not known."""
        first = self._segment_at(start)
        if first is None:
            return self.span
        last = self._segment_at(max(start, end - 1))
        if last is None or last.path != first.path:
            last = first
        line, column = _place(first, start)
        if (last.line, last.column) < (first.line, first.column):
            last = first  # put together from pieces in another order: the end of the first one is the best to show
        end_line, end_column = _place(last, min(max(start, end - 1), last.end - 1))
        return Span(first.path, line, column, end_line, end_column + 1)

    def _segment_at(self, offset: int) -> Segment | None:
        # A script of thousands of statements has thousands of segments, so they are not looked through one by one.
        index = bisect_right(self.segments, offset, key=_start) - 1
        return self.segments[index] if index >= 0 and offset < self.segments[index].end else None


def _start(segment: Segment) -> int:
    return segment.start


def _place(segment: Segment, offset: int) -> tuple[int, int]:
    return segment.line, segment.column + (0 if segment.solid else offset - segment.start)


@dataclass(frozen=True, slots=True)
class Interpolation:
    """An unknown part that is put into SQL text: `source` is its Python source text."""

    source: str
    start: int
    end: int
    parameter: bool = False
    """It is, or comes straight from, a parameter of the surrounding function."""
    validated: bool = False
    """It was checked against a known set, quoted by an escaping helper, converted to a number, or built from
    placeholders: not a way in for foreign text."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One schema operation that Python code asks a library for: those of Alembic, and `DataFrame.to_sql`.

    `action` is `create-table`, `drop-table`, `rename-table`, `add-column`, `drop-column`, `rename-column` or
    `alter-column`. `table` and `column` are None where they cannot be known, or where the action has none.
    """

    action: str
    table: str | None
    span: Span
    function: str | None = None
    """Dotted name of the function it stands in: `upgrade`, `downgrade` or a helper of theirs."""
    column: str | None = None
    new_name: str | None = None
    fact: TableFact | None = None
    """The created table; for an added column, an incomplete table that has just that column."""
    nullable: bool | None = None
    """What an `alter_column` says about it, None where it says nothing."""


@dataclass(frozen=True, slots=True)
class Project:
    """Everything the project promises its database. Frozen, ordered, independent of file order."""

    tables: tuple[TableFact, ...] = ()
    statements: tuple[Statement, ...] = ()
    fresh: tuple[TableFact, ...] = ()
    """What a fresh install has: `tables` without the definitions that later steps of an upgrade replace."""
    operations: tuple[Operation, ...] = ()
    """What Alembic scripts do to the schema, in the order of their places."""
    makers: tuple[str, ...] = ()
    """Libraries that the project imports and that create tables in ways that are not read: `peewee`, `sqlite_utils`."""
    upgrades: tuple[StoreUpgrade, ...] = ()
    """Each store's upgrade path, carried out on SQLite from each starting schema."""
    openings: tuple[Opening, ...] = ()
    """Each call that opens a database, in the order of their places: several of one place where it opens several."""
    threads: tuple[Threads, ...] = ()
    """What makes threads meet; empty where nothing is seen to."""
    uncalled: tuple[UncalledUpgrade, ...] = ()
    """Upgrade functions that are on no path."""
    unresolved: tuple[Unresolved, ...] = ()
    files: tuple[str, ...] = ()
    dialect: str = "sqlite"
    by_name: Mapping[str, tuple[TableFact, ...]] = field(default_factory=dict[str, tuple[TableFact, ...]])
    """Tables by lower-case name."""
    contract: Contract = field(default_factory=Contract)
    """What the contract documents promise; `contract.present` is False where there are none."""
    undefined: tuple[UndefinedFunction, ...] = ()
    """Functions that clauses of the contract name and that the code does not have."""
    flow: Flow = field(default_factory=Flow)
    """What the paths through functions do to engines, connections and sessions; those of tests are not followed."""
    executions: tuple[Execution, ...] = ()
    """The statements that change a schema or its rows, where others can be put beside them."""
    makings: tuple[Making, ...] = ()
    """Where engines and connections are made and named."""
    lifetimes: tuple[Lifetime, ...] = ()
    """Engines that a function makes, uses and disposes of in one block."""
    listenings: tuple[Listening, ...] = ()
    """Where hooks are registered, and others can be put beside them."""
    ledger: Ledger = field(default_factory=Ledger)
    """Where each column is written, read, exported, imported, accepted and shown."""
    min_sqlite: tuple[int, ...] | None = None
    """The oldest SQLite that the program is to run on, where the settings say."""
    rule_names: frozenset[str] = frozenset()
    """Every installed rule, selected or not."""

    def opening_at(self, span: Span) -> Opening | None:
        """The opening of that place; of several, one with what they all agree on."""
        found = [opening for opening in self.openings if opening.span == span]
        return agreed(found) if found else None

    @property
    def stores(self) -> tuple[Store, ...]:
        """The openings by the database that they open, in the order of the names."""
        groups: dict[str, list[Opening]] = {}
        for opening in self.openings:
            groups.setdefault(opening.store, []).append(opening)
        return tuple(
            Store(name, tuple(groups[name]), tuple(sorted({table for one in groups[name] for table in one.tables})))
            for name in sorted(groups)
        )

    def execution_at(self, span: Span) -> Execution | None:
        """The statement that begins where a step of an upgrade does."""
        return next(
            (
                one
                for one in self.executions
                if one.start == Span(span.path, span.line, span.column, span.line, span.column)
            ),
            None,
        )

    def named(self, name: str) -> tuple[TableFact, ...]:
        """Every definition of that table, in any case of the name; several are possible."""
        return self.by_name.get(name.lower(), ())
