"""Runs functions of the project on a database: upgrades, the revisions that they call, and what they leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from persistlint.facts.schema import TableFact
from persistlint.facts.upgrades import FailedStep
from persistlint.project.interp import values
from persistlint.project.interp.values import Attribute, Function, Value
from persistlint.project.interp.world import Raised
from persistlint.project.link import Linkage
from persistlint.replay import entries, numbered, trials, units
from persistlint.replay.entries import Revision
from persistlint.replay.handles import Handles
from persistlint.replay.later import Later, Name
from persistlint.replay.live import Live, Models, Step
from persistlint.replay.memory import Memory
from persistlint.replay.numbered import Script
from persistlint.replay.starts import Parse
from persistlint.replay.units import Unit
from persistlint.replay.versions import Version

_IS_DONE = ("duplicate column name", "already exists")


@dataclass(frozen=True, slots=True)
class Opened:
    """A new database, as the functions that open it made it; `tables` are its definitions where these are known."""

    memory: Memory
    failed: tuple[FailedStep, ...]
    steps: tuple[Step, ...]
    tables: Mapping[str, TableFact] = field(default_factory=dict[str, TableFact])


class Runner:
    """The functions of one linked project, ready to be run."""

    def __init__(self, linkage: Linkage, parse: Parse, oldest: Version | None = None) -> None:
        """`oldest` is the oldest SQLite that the project is to run on."""
        self._oldest = oldest
        self.link = linkage
        self.parse = parse
        self.folders: Mapping[str, list[Revision]] = entries.revisions(linkage.machine, linkage.modules)
        self.numbered: Mapping[str, list[Script]] = numbered.folders(linkage.project.statements)
        self.scripts: Mapping[str, list[Script]] = dict(numbered.upgrading(self.numbered, linkage.modules))
        found = linkage.found
        handles = Handles(found.settler.table, lambda value: found.settler.column(value, None), found.drafts_of)
        self._models = Models(
            found.table, found.tables_of, self._column, found.declarative.table_of, handles, _only(found.conventions)
        )
        self._later = Later(linkage.project, linkage.found.by_draft.values())
        self._sqlite = {one.span for one in linkage.project.openings if one.database.dialect == "sqlite"}
        self._foreign_keys = self._begins_first = False
        self.within: frozenset[Name] = frozenset()
        """The functions of the path that is spoken of."""

    def _column(self, value: Value) -> tuple[str, str | None] | None:
        if not isinstance(value, Attribute):
            return None
        found = self.link.found.settler.column(value, None)
        return None if found is None else (found[0].name, found[1].name)

    def choose(self, path: Sequence[Unit]) -> None:
        """Speak of one path from now on: what stands behind its other functions is no later step of it."""
        calls = self.link.calls
        functions = [one for one in path if isinstance(one, Function)]
        keys = set[entries.Key]().union(*(entries.reach(entries.key_of(one), calls.edges) for one in functions))
        named = {entries.key_of(f): (f.path, f.qualname) for f in self.link.machine.functions}
        files = ((one.path, "") for one in path if not isinstance(one, Function))
        self.within = frozenset([*(named[key] for key in keys if key in named), *files])
        self._later.within = self.within
        used = [one for one in self.link.project.openings if (one.span.path, one.function or "") in self.within]
        self._foreign_keys = bool(used) and all(one.foreign_keys is True for one in used)
        self._begins_first = any(one.begins_first for one in used)
        self._later.creates = bool(keys & calls.defining)
        self._later.order = {one.path: index for index, one in enumerate(path)}

    def live(self, memory: Memory) -> Live:
        """A world over that database."""
        live = Live(memory, self.parse, self._models, self._oldest)

        live.foreign_keys = self._foreign_keys
        live.connections.begins_first = self._begins_first
        live.connections.is_sqlite_at = lambda loc: self.link.spans(loc) in self._sqlite

        def migrate(path: str) -> None:
            for one in self.folders.get(self.folder_for(path) or "", ()):
                live.between()
                error = self.attempt(live, one.upgrade, undo=False)
                if error is not None and live.steps:
                    live.failed.append(self.failed(live, error))

        live.on_migrate = migrate
        return live

    def folder_for(self, path: str) -> str | None:
        """The folder of revisions that a file means when it calls Alembic: the one that shares most of its path."""
        return max(self.folders, key=lambda folder: (entries.common(folder, path), -len(folder)), default=None)

    def walk(self, live: Live, path: Iterable[Unit]) -> tuple[FailedStep, ...]:
        """Run a path in order. What fails is noted and the next goes on: each would fail by itself."""
        failed: list[FailedStep] = []
        for unit in path:
            before = len(live.steps)
            error = self.attempt(live, unit, undo=False)
            if error is not None and live.steps:
                failed.append(self.failed(live, error))
            elif error is None:
                failed.extend(self._ended(live, before))
        return (*live.failed, *failed)

    def _ended(self, live: Live, before: int) -> Iterator[FailedStep]:
        """What ended a branch that may not be taken, where the whole path stands in that branch."""
        for step in trials.settled(live.steps)[before:]:
            if step.error is not None and step.certain and step.depth and not step.shielded:
                yield self.refused(live, step, step.error, seeded=False)

    def attempt(self, live: Live, unit: Unit, *, undo: bool) -> Raised | None:
        """Run one function or script; what it raised."""
        machine = self.link.machine
        live.memory.run("SAVEPOINT persistlint_step")
        before = len(live.steps)
        error: Raised | None = None
        outer = machine.world, machine.uncertain, machine.shields
        machine.world, machine.uncertain, machine.shields = live, 0, 0
        try:
            units.run(machine, live, unit)
        except Raised as raised:
            error = raised
        finally:
            machine.world, machine.uncertain, machine.shields = outer
        if undo:
            live.memory.run("ROLLBACK TO persistlint_step")
            del live.steps[before:]
        live.memory.run("RELEASE persistlint_step")
        return error

    def opened_fresh(self, path: Sequence[Unit]) -> Opened | None:
        """What a path makes of no database at all, where that is more than nothing."""
        memory = Memory()
        live = self.live(memory)
        failed = self.walk(live, path)
        if any(one.kind == "table" for one in memory.stored()):
            return Opened(memory, failed, tuple(trials.settled(live.steps)))
        memory.close()
        return None

    def not_yet(self, live: Live, path: list[Unit]) -> list[Unit]:
        """The revisions behind the last that the starting schema shows to have run: trying it meets what it made."""
        last = -1
        for index, unit in enumerate(path):
            error = self.attempt(live, unit, undo=True)
            if error is not None and any(words in error.message for words in _IS_DONE):
                last = index
        return path[last + 1 :]

    def failed(self, live: Live, error: Raised) -> FailedStep:
        """The last step, as what failed."""
        step = trials.settled(live.steps)[-1]
        # The code may raise an error of its own in its place.
        return self.refused(live, step, step.error or error.message, seeded=False)

    def refused(self, live: Live, step: Step, error: str, *, seeded: bool, caught: bool = False) -> FailedStep:
        """A step that SQLite refused."""
        place = self.link.spans(step.loc)
        # Only a missing table or column can be early; the places of all steps are not worked out for nothing.
        early = "no such" in error or "column" in error
        tried = {self.link.spans(one.loc) for one in live.steps if one.error is None} if early else ()
        later = self._later.place(error, step, place, tried)
        return FailedStep(place, step.function, step.statement, error, seeded, step.certain, caught, later)


def _only(conventions: tuple[values.Mapping, ...]) -> values.Mapping | None:
    return conventions[0] if len(conventions) == 1 else None
