"""The schemas that upgrades begin from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from persistlint.facts.sql import SqlStatement
from persistlint.facts.upgrades import INFERRED
from persistlint.project.link import Linkage
from persistlint.project.model import Project
from persistlint.replay.memory import Memory

Parse = Callable[[str, str], tuple[SqlStatement, ...]]


@dataclass(frozen=True, slots=True)
class Start:
    """A schema to start from: its name, and the statements that make it; of INFERRED they are worked out."""

    name: str
    statements: tuple[str, ...] = ()
    promised: bool = False
    """Whether it comes from a contract, which may speak of several stores."""
    done: frozenset[str] = frozenset()
    """The revisions that have run."""


@dataclass(frozen=True, slots=True)
class Past:
    """The project as it was at a revision: `load` links it, which is done once and not kept."""

    name: str
    load: Callable[[], Linkage]
    same: str | None = None
    """Another past that is the same in every file, and comes before it."""


def own_starts(project: Project, parse: Parse) -> tuple[Start, ...]:
    """Each schema that a contract promises to upgrade, and the inferred one for stores that these do not speak of."""
    promised = (
        Start(
            f"{one.span.path}:{one.span.line}",
            tuple(one.text[sql.start : sql.end] for sql in parse(one.text, project.dialect)),
            promised=True,
        )
        for one in project.contract.baselines
    )
    return *promised, Start(INFERRED)


def dump(memory: Memory) -> tuple[str, ...]:
    """Statements that make the schema of a database again: tables first, and what depends on them behind."""
    stored = [one for one in memory.stored() if one.sql]
    return tuple(one.sql for one in sorted(stored, key=lambda one: one.kind != "table"))
