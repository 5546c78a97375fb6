"""What `init` has to say, before it becomes Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """A fence for the machine: `kind` is `sql contract` or `toml contract`, `text` ends with a newline."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """An acceptance check: what must hold, and the rules that decide it."""

    text: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a unit speaks of, and what it is to the unit, in a few words for the inventory."""

    path: str
    role: str


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """One row of the matrix and one section of the contracts.

    `subject` says what it is about in words that stay the same when everything else changes: `table:features`.
    `invariants` and `failures` are the cells of the row; `prose`, `behavior` and `checks` the parts of the section.
    `waiver` is why no contract block applies, where there is none.
    """

    subject: str
    title: str
    sources: tuple[Source, ...]
    objects: tuple[str, ...]
    invariants: str
    failures: str
    prose: tuple[str, ...]
    behavior: tuple[str, ...]
    checks: tuple[Check, ...]
    blocks: tuple[Block, ...] = ()
    waiver: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """All units in the order of the documents. `doubts` are what their readers should know, one line each."""

    units: tuple[UnitDraft, ...]
    doubts: tuple[str, ...] = field(default=())
