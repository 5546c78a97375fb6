"""The column ledger: where each column of each table is written, read, exported, imported, copied, shown, accepted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from persistlint.facts.boundary import FieldFlow, LostField, Shape, UnfilledField
from persistlint.facts.documents import Exchange, FileCopy
from persistlint.source import Span


class FlowRole(StrEnum):
    """What happens to a column at one place."""

    WRITTEN = "written"
    READ = "read"
    EXPORTED = "exported"
    IMPORTED = "imported"
    COPIED = "copied"
    """Carried from one table to another by `INSERT … SELECT`, as a rebuild does."""
    ACCEPTED = "accepted"
    """Filled from a field of an API request."""
    SHOWN = "shown"
    """Fills a field of an API response."""


@dataclass(frozen=True, slots=True)
class ColumnFlow:
    """One place where something happens to a column. `via` is how: `constructor`, `attribute`, `sql`, `to_dict`, …"""

    table: str
    column: str
    role: FlowRole
    span: Span
    function: str | None
    via: str


@dataclass(frozen=True, slots=True)
class UnknownFlow:
    """A place where something happens to columns of a table that cannot be known: any of them may be meant."""

    table: str
    role: FlowRole
    span: Span
    function: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class JsonMutation:
    """The value of a JSON column is changed in place, so that SQLAlchemy sees no change and writes no UPDATE.

    https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.JSON (Detecting Changes)
    """

    table: str
    column: str
    attribute: str
    mutated: Span
    assigned: Span | None
    """Where the same object is assigned back, None where it is not."""
    function: str | None
    defined: Span
    copied: bool = False
    """What is assigned back is a copy made after the change: it equals what SQLAlchemy compares it with."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All flows of a project, in the order of their places."""

    flows: tuple[ColumnFlow, ...] = ()
    unknown: tuple[UnknownFlow, ...] = ()
    shapes: tuple[Shape, ...] = ()
    fields: tuple[FieldFlow, ...] = ()
    """Request fields that reach columns, and columns that reach response fields."""
    lost: tuple[LostField, ...] = ()
    unfilled: tuple[UnfilledField, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    copies: tuple[FileCopy, ...] = ()
    mutations: tuple[JsonMutation, ...] = ()
