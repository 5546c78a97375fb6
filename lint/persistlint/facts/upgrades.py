"""What carrying out a project's upgrades on SQLite showed."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.source import Span

INFERRED = "inferred"
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """One statement of an upgrade path, in order.

    `guard` is how it is kept from running twice: `condition`, `except`, `if not exists`, `if exists`; `revision` or
    `version` where it is part of an Alembic revision or a numbered script, each of which is run once; None where it is
    not kept from that.
    """

    span: Span
    function: str | None
    statement: str
    guard: str | None = None
    tables: tuple[str, ...] = ()
    kind: str = ""
    effect: str | None = None
    """What it does to what: `add-column notes.rank`, `create-index notes`; None where that is not known."""
    certain: bool = True
    """False under a condition that could not be decided."""
    lost: tuple[str, ...] = ()
    """Of a DROP TABLE: the indexes and triggers that went with it and that no later step makes again."""
    cascades: tuple[str, ...] = ()
    """Of a DROP TABLE that is part of a rebuild, while foreign keys are checked: the tables whose rows go with it."""
    final: bool = False
    """Of a DROP TABLE: whether no table of that name is there at the end, nor one that was filled from it."""


@dataclass(frozen=True, slots=True)
class FailedStep:
    """A statement that SQLite refused; `seeded` where it fails only once a row exists."""

    span: Span
    function: str | None
    statement: str
    error: str
    seeded: bool
    certain: bool = True
    """False under a condition that could not be decided."""
    caught: bool = False
    """Whether the code goes on in spite of it."""
    later: Span | None = None
    """Where the project makes the table or column that is not there yet, where it does."""


@dataclass(frozen=True, slots=True)
class UnsavedStep:
    """A statement whose connection is closed without a commit.

    `begun` is whether a transaction was open, so that it is rolled back: Python's sqlite3 opens none before DDL.
    """

    span: Span
    function: str | None
    statement: str
    opened: Span
    begun: bool
    certain: bool = True


@dataclass(frozen=True, slots=True)
class RacedStep:
    """A statement that fails when it is done twice, whose guard was asked, at `asked`, in another transaction."""

    span: Span
    function: str | None
    statement: str
    asked: Span
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UncalledUpgrade:
    """A function that changes a schema and that nothing calls or names, beside others, as `beside`, that are called."""

    name: str
    span: Span
    statement: str
    beside: Span


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which an upgraded database differs from a fresh one.

    `aspect` is table, column, type, nullable, default, primary-key, foreign-key, unique, index, check, trigger or view;
    `change` is missing (fresh has it), extra or changed; `object` is a column, or columns joined by commas.
    """

    table: str
    aspect: str
    change: str
    object: str
    expected: str | None
    actual: str | None
    span: Span
    step: Span | None = None
    required: bool = False
    """Of an extra column: whether every INSERT must give it a value."""
    where: str | None = None
    """Of an index or UNIQUE on a part of the rows: which; a report adds it to the columns as one more."""


@dataclass(frozen=True, slots=True)
class UpgradeStart:
    """The outcome from one starting schema: `inferred`, `empty`, a revision or a file."""

    start: str
    failed: tuple[FailedStep, ...]
    differences: tuple[Difference, ...]
    uncertain: tuple[str, ...] = ()
    """The tables, in lower case, that may be other than they were replayed; `*` where these may be any."""
    reordered: tuple[Difference, ...] = ()
    """Tables whose columns stand in another order: aspect `column-order`, the columns joined by commas."""

    def knows(self, table: str) -> bool:
        """Whether all that is done to a table was replayed for certain."""
        return "*" not in self.uncertain and table.lower() not in self.uncertain

    @property
    def is_inferred(self) -> bool:
        """Whether nobody says that this schema ever existed."""
        return self.start == INFERRED


@dataclass(frozen=True, slots=True)
class Head:
    """A revision that no other builds on."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class StoreUpgrade:
    """The upgrade path of one store: `name` is the function that opens it, or the folder of its revisions."""

    name: str
    steps: tuple[UpgradeStep, ...]
    starts: tuple[UpgradeStart, ...]
    revisions: bool = False
    """Whether the steps are Alembic's revisions, each of which is run once."""
    heads: tuple[Head, ...] = ()
    """Of revisions: those that no other builds on."""
    repeated: tuple[FailedStep, ...] = ()
    """Of a path that runs at every start: what SQLite refuses when it runs again."""
    opening: tuple[FailedStep, ...] = ()
    """Of a path that runs at every start: what SQLite refuses when it opens a database that is not there yet."""
    surplus: tuple[Difference, ...] = ()
    """Of a path that runs at every start: the columns that even a new database only has because a step adds them."""
    unsaved: tuple[UnsavedStep, ...] = ()
    raced: tuple[RacedStep, ...] = ()
