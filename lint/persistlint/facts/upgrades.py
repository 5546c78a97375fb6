"""What carrying out a project's upgrades on SQLite showed."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """One statement of an upgrade path, in order.

    `guard` is how it is kept from running twice: `condition`, `except`, `if not exists`, `if exists`, `revision`; None
    where it is not.
    """

    span: Span
    function: str | None
    statement: str
    guard: str | None = None
    tables: tuple[str, ...] = ()
    kind: str = ""
    certain: bool = True
    """False under a condition that could not be decided."""
    lost: tuple[str, ...] = ()
    """Of a DROP TABLE: the indexes and triggers that went with it and that no later step makes again."""
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


@dataclass(frozen=True, slots=True)
class UpgradeStart:
    """The outcome from one starting schema: `inferred`, `empty`, a revision or a file."""

    start: str
    failed: tuple[FailedStep, ...]
    differences: tuple[Difference, ...]
    uncertain: tuple[str, ...] = ()
    """The tables, in lower case, that may be other than they were replayed; `*` where these may be any."""

    def knows(self, table: str) -> bool:
        """Whether all that is done to a table was replayed for certain."""
        return "*" not in self.uncertain and table.lower() not in self.uncertain


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
