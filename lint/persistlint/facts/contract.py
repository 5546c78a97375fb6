"""What contract documents say: tables, units, matrix rows, artifacts, acceptance checks, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from persistlint.facts.clauses import DefaultClause, DocumentClause, StoreClause, TableClause, UpgradeClause
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
    """A `## D01 …` section of a contracts document, or one of another level where none has that one.

    `declares` are the tables of its `sql contract` fences and `[[table]]` clauses, `refers` those that its other
    clauses on one table name; `mentions` are the code spans of its prose and the tables of its stores. `blocks` are
    the opening lines of its contract fences, readable or not. `waiver` is the statement that no contract block applies.
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
    readable: bool = True
    """False where one of its blocks has a problem, so that it may declare more than could be read."""


@dataclass(frozen=True, slots=True)
class AcceptanceCheck:
    """`- [ ] D01: what must hold: `rule`, `rule``. `unit` is the section that it stands in, None outside of units."""

    text: str
    """What must hold, without label and rules."""
    span: Span
    label: str | None = None
    rules: tuple[Name, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ArtifactUse:
    """One source artifact of a matrix row: an id, a path, or both."""

    id: Name | None
    path: Name | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix. `objects` are the single names in it, as written: tables, files, constraints, …

    `words` are all words of their cell, in lower case: it may be prose. `empty` are the titles of the columns in which
    the row says nothing.
    """

    unit: Name
    span: Span
    artifacts: tuple[ArtifactUse, ...] = ()
    objects: tuple[Name, ...] = ()
    words: frozenset[str] = frozenset()
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
    named: tuple[TableClause, ...] = ()
    stores: tuple[StoreClause, ...] = ()
    upgrades: tuple[UpgradeClause, ...] = ()
    documents: tuple[DocumentClause, ...] = ()
    defaults: tuple[DefaultClause, ...] = ()
    units: tuple[Unit, ...] = ()
    matrix: Matrix | None = None
    artifacts: tuple[Artifact, ...] = ()
    checks: tuple[AcceptanceCheck, ...] = ()
    problems: tuple[BlockProblem, ...] = ()
