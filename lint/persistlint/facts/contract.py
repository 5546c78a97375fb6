"""What contract documents say: tables, clauses, units, matrix rows, artifacts, acceptance checks, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from persistlint.facts.schema import TableFact
from persistlint.source import Span


class Role(StrEnum):
    """What a document is read for. One document may have several roles."""

    MATRIX = "matrix"
    CONTRACTS = "contracts"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Name:
    """A word of a document, with its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class BlockProblem:
    """Something that cannot be read, at its own line."""

    message: str
    span: Span
    help: str | None = None


# -- clauses: `toml contract` ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """`name = value` of a clause; `name` is dotted inside a nested table (`journal_mode.local`)."""

    name: str
    span: Span


def _place(keys: tuple[Key, ...], name: str, otherwise: Span) -> Span:
    return next((key.span for key in keys if key.name == name), otherwise)


@dataclass(frozen=True, slots=True)
class StoreClause:
    """`[[store]]`: one database. A key that is not written is None, and promises nothing.

    `engine` and `dispose` are `module:function`; `begin` is DEFERRED, IMMEDIATE or EXCLUSIVE; journal modes are upper
    case. `journal_mode = "WAL"` is the same mode on local and network file systems.
    """

    name: str
    span: Span
    unit: str | None = None
    tables: tuple[str, ...] | None = None
    engine: str | None = None
    begin: str | None = None
    busy_timeout_ms: int | None = None
    journal_local: str | None = None
    journal_network: str | None = None
    foreign_keys: bool | None = None
    dispose: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key as it is written (`journal_mode`, `journal_mode.local`); the clause's where absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class UpgradeClause:
    """`[[upgrade]]`: `column` (the whole table where None) reaches old databases by the function `by`."""

    table: str
    by: str
    span: Span
    unit: str | None = None
    column: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key; the clause's where it is absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class DocumentClause:
    """`[[document]]`: a JSON or CSV file that a table is imported from and exported to.

    `import_by` and `export_by` are the keys `import` and `export`: `module:function`. `backup` is a file name that
    may hold `{timestamp}`. `when_not_empty` is `skip`, `merge`, `replace` or `fail`.
    """

    path: str
    table: str
    span: Span
    unit: str | None = None
    import_by: str | None = None
    export_by: str | None = None
    backup: str | None = None
    when_not_empty: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key as it is written (`import`); the clause's where it is absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class DefaultClause:
    """`[[default]]`: the default that Python code, not the database, gives a column. Exactly one of the two is set.

    `value` is a literal as Python source text (`999`, `False`, `'x'`, `[]`); `by` is a `module:function` that makes
    the value.
    """

    table: str
    column: str
    span: Span
    unit: str | None = None
    value: str | None = None
    by: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key; the clause's where it is absent."""
        return _place(self.keys, key, self.span)


# -- fences and sections ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Baseline:
    """A `sql baseline` fence: a schema that must still upgrade. `text` is SQL that can be executed as it is.

    `tables` have the indexes that the same fence creates.
    """

    text: str
    span: Span
    """From the first character of `text` to its end."""
    unit: str | None = None
    tables: tuple[TableFact, ...] = ()

    def place(self, offset: int) -> Span:
        """The line of the document in which that character of `text` stands."""
        return Span(self.span.path, self.span.line + self.text.count("\n", 0, offset), self.span.column)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading below a unit's heading. `filled` is whether anything stands under it."""

    title: str
    span: Span
    filled: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A `## D01 …` section of a contracts document.

    `declares` are the tables of its `sql contract` fences, `refers` those that its clauses name; `mentions` are the
    code spans of its prose. `blocks` are the opening lines of its contract fences, readable or not. `waiver` is the
    statement that no contract block applies.
    """

    id: str
    title: str
    span: Span
    """The id in the heading."""
    sections: tuple[Section, ...] = ()
    blocks: tuple[Span, ...] = ()
    waiver: Span | None = None
    declares: tuple[Name, ...] = ()
    refers: tuple[Name, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptanceCheck:
    """`- [ ] D01: what must hold: `rule`, `rule``. `unit` is the section that it stands in, None outside of units."""

    text: str
    """What must hold, without label and rules."""
    span: Span
    label: str | None = None
    rules: tuple[Name, ...] = ()
    unit: str | None = None


# -- matrix and inventory ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArtifactUse:
    """One source artifact of a matrix row: an id, a path, or both."""

    id: Name | None
    path: Name | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix. `objects` are the single names in it, as written: tables, files, constraints, …

    `empty` are the titles of the columns in which the row says nothing.
    """

    unit: Name
    span: Span
    artifacts: tuple[ArtifactUse, ...] = ()
    objects: tuple[Name, ...] = ()
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """A document's table of units. `missing` are the columns that it lacks, by the titles that they should have."""

    span: Span
    """Its header."""
    rows: tuple[Row, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """A row of the inventory. `path` is None where its cell is empty."""

    id: Name
    path: Name | None


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """Everything that one document says. `indexes` are CREATE INDEX statements, as tables with just that index."""

    path: str
    tables: tuple[TableFact, ...] = ()
    indexes: tuple[TableFact, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    stores: tuple[StoreClause, ...] = ()
    upgrades: tuple[UpgradeClause, ...] = ()
    documents: tuple[DocumentClause, ...] = ()
    defaults: tuple[DefaultClause, ...] = ()
    units: tuple[Unit, ...] = ()
    matrix: Matrix | None = None
    artifacts: tuple[Artifact, ...] = ()
    checks: tuple[AcceptanceCheck, ...] = ()
    problems: tuple[BlockProblem, ...] = ()
