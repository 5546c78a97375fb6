"""Carries out the upgrades of a project, store by store, and compares what they leave with a fresh install."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from persistlint.facts.schema import TableFact
from persistlint.facts.upgrades import (
    INFERRED,
    FailedStep,
    Head,
    RacedStep,
    StoreUpgrade,
    UnsavedStep,
    UpgradeStart,
    UpgradeStep,
)
from persistlint.project.interp.values import Function, Loc
from persistlint.project.link import Linkage
from persistlint.replay import entries, origins, trials
from persistlint.replay.beside import Beside, beside
from persistlint.replay.differences import Comparison, create
from persistlint.replay.entries import Revision
from persistlint.replay.history import Histories
from persistlint.replay.infer import added_columns, baseline
from persistlint.replay.live import Live, Step, fact_of
from persistlint.replay.memory import Memory, Stored
from persistlint.replay.numbered import Script
from persistlint.replay.runner import Opened, Runner
from persistlint.replay.seed import Seeder
from persistlint.replay.starts import Parse, Past, Start, own_starts
from persistlint.replay.stores import Store, Stores
from persistlint.replay.units import Unit
from persistlint.replay.versions import Version
from persistlint.source import is_test


@dataclass(slots=True)
class _Outcome:
    """What the runs from all starts showed of one store."""

    starts: list[UpgradeStart]
    steps: tuple[UpgradeStep, ...] = ()
    repeated: tuple[FailedStep, ...] = ()
    unsaved: tuple[UnsavedStep, ...] = ()
    raced: tuple[RacedStep, ...] = ()


class Upgrades:
    """The upgrade paths of one linked project."""

    def __init__(self, linkage: Linkage, parse: Parse, oldest: Version | None = None) -> None:
        """`oldest` is the oldest SQLite that the project is to run on."""
        self._link = linkage
        self._parse = parse
        self._runner = Runner(linkage, parse, oldest)
        self._compare = Comparison(linkage, parse)
        self._stores = Stores(linkage, self._runner, self._compare)
        self._owned: frozenset[str] = frozenset()
        """The tables that some store begins with."""

    def run(self, starts: Sequence[Start], pasts: Sequence[Past] = ()) -> tuple[StoreUpgrade, ...]:
        """Every store that has an upgrade path, from each start and each past."""
        stores = [*self._stores.upgrading()]
        if pasts or any(start.statements for start in starts):
            stores += self._stores.only_creating(stores)
        tables = {one.name: self._stores.tables(one) for one in stores}
        self._owned = frozenset[str]().union(*tables.values())
        known = Histories(self._parse).starts(stores, tables, pasts)
        done = (self._upgraded(store, [*starts, *known[store.name]]) for store in stores)
        return tuple(one for one in done if one.starts)

    # -- one store -----------------------------------------------------------------------------------------------------

    def _upgraded(self, store: Store, starts: Sequence[Start]) -> StoreUpgrade:
        self._runner.choose(store.path)
        self._compare.within = self._runner.within
        opened = None if store.folder is not None else self._opened(store)
        out = _Outcome([])
        # What users may have is not guessed where it is known; the steps are told from there all the same.
        for start in sorted(starts, key=lambda start: start.name == INFERRED):
            self._from(store, start, opened, out, counts=start.name != INFERRED or not out.starts)
        done = StoreUpgrade(
            store.name, out.steps, tuple(out.starts), store.folder is not None, self._heads(store.folder),
            tuple(dict.fromkeys(out.repeated)), unsaved=tuple(dict.fromkeys(out.unsaved)),
            raced=tuple(dict.fromkeys(out.raced)),
        )  # fmt: skip
        if opened is None:
            return done
        with opened.memory as memory:
            return replace(done, opening=opened.failed, surplus=self._compare.surplus(memory, opened.steps))

    def _from(self, store: Store, start: Start, opened: Opened | None, out: _Outcome, *, counts: bool) -> None:
        """Carry out the upgrade from one start; where it does not count, only to tell the steps."""
        fresh = opened.memory if opened is not None else None
        statements = self._inferred(store, opened) if start.name == INFERRED else start.statements
        with Memory() as memory:
            for statement in statements:
                memory.run(statement)
            present = {one.name.lower() for one in memory.stored() if one.kind == "table"}
            live = self._runner.live(memory)
            path = self._rest(store, start, live, statements)
            failed = self._runner.walk(live, path)
            self._create_missing(store, live)
            first = trials.settled(live.steps)
            if start.promised and not present & _concerned(first, fresh):
                return
            found = self._compare.of(memory, live.steps, present, fresh, opened.tables if opened is not None else {})
            if fresh is None and not found.differences and not first:
                return
            if counts:
                # A path that does not begin with the tables is one step of another store's: what it lacks is not known.
                named = {name.lower() for step in first for name in step.tables}
                elsewhere = start.name == INFERRED or bool(named & self._owned)
                partial = fresh is None and not store.once and elsewhere
                open_ = trials.uncertain(first, (one.function for one in failed))
                seeded = self._with_rows(statements, path, failed)
                different = () if partial else found.differences
                out.starts.append(UpgradeStart(start.name, (*failed, *seeded), different, open_, found.reordered))
            self._tell_steps(store, live, first, failed, out)

    def _tell_steps(
        self, store: Store, live: Live, first: Sequence[Step], failed: Sequence[FailedStep], out: _Outcome
    ) -> None:
        """What the steps of a run were, and what a second run says of them; the steps of the run that has most."""
        ended = live.memory.stored()
        asked = len(live.reads)
        again = self._runner.walk(live, store.path) if store.again and not failed else ()
        second = live.steps[len(first) :] if store.again else None
        guards = trials.guards(first, second, {one.statement for one in again}) if second is not None else {}
        once = None if second is not None else "revision" if store.folder is not None else "version"
        steps = self._steps(first, ended, guards, once)
        out.steps = max(out.steps, steps, key=len)
        out.repeated += again if not live.blind else ()
        if second is not None and not failed:
            spans = self._link.spans
            out.raced += tuple(
                RacedStep(spans(step.loc), step.function, step.statement, spans(loc), step.tables)
                for step, loc in trials.raced(first, guards, live.reads[:asked])
            )
        if store.again:
            out.unsaved += self._unsaved(live, first)

    def _unsaved(self, live: Live, first: Sequence[Step]) -> tuple[UnsavedStep, ...]:
        floor = trials.floor(first)
        found = {
            UnsavedStep(
                self._link.spans(one.loc), one.function, one.statement, self._link.spans(one.opened), one.begun,
                one.depth <= floor,
            )
            for one in live.connections.unsaved
        }  # fmt: skip
        return tuple(sorted(found, key=lambda one: (one.span, one.statement, one.begun)))

    def _inferred(self, store: Store, opened: Opened | None) -> tuple[str, ...]:
        """The statements of the inferred oldest schema."""
        if store.once:
            return self._origin(store)
        if opened is None:
            # The tables that it alters are another function's: those of the models, else of the first CREATE.
            chosen = sorted(self._link.project.tables, key=lambda table: table.origin == "ddl")
            facts = list({table.name.lower(): table for table in reversed(chosen) if table.complete}.values())
        else:
            names = [one.name for one in opened.memory.stored() if one.kind == "table"]
            facts = [fact for name in names if (fact := fact_of(opened.memory, name, self._parse)) is not None]
        return baseline(facts, added_columns(self._link.project.statements))

    def _origin(self, store: Store) -> tuple[str, ...]:
        """What revisions or scripts begin with: nothing, unless they ask for tables that they do not make."""
        files = [*(one.path for one in store.path), *(one.module.path for one in self._revisions(store))]
        created, added = origins.made_by(self._link.project, files)
        with Memory() as memory:
            live = self._runner.live(memory)
            wanted = origins.assumed(self._runner.walk(live, store.path), created)
            if not wanted:
                return ()
            touched = {name.lower() for step in live.steps for name in step.tables}
            facts = self._beside(store).tables or self._compare.models_of(memory, touched | wanted)

        def trial(tables: Sequence[TableFact]) -> tuple[Sequence[Step], Sequence[FailedStep]]:
            with Memory() as memory:
                create(memory, {table.name.lower(): table for table in tables})
                live = self._runner.live(memory)
                failed = self._runner.walk(live, store.path)
                return live.steps, failed

        found = origins.oldest(facts.values(), created, added, trial)
        return () if found is None else baseline(found, {})

    def _revisions(self, store: Store) -> Sequence[Revision]:
        return self._runner.folders.get(store.folder or "", ())

    def _opened(self, store: Store) -> Opened | None:
        """What a fresh install has, where the store is opened by its own functions, or a schema beside its scripts."""
        if store.tables is None and store.scripts is None:
            return self._runner.opened_fresh(store.path)
        found = self._beside(store)
        tables = found.tables if store.tables is None else store.tables
        if not tables or (store.scripts is not None and not found.current):
            return None
        memory = Memory()
        create(memory, tables)
        return Opened(memory, (), (), tables)

    def _beside(self, store: Store) -> Beside:
        if store.scripts is None:
            return Beside()
        return beside(self._link.project, self._runner.numbered, store.scripts, self._stores.tables(store))

    def _rest(self, store: Store, start: Start, live: Live, statements: Sequence[str]) -> tuple[Unit, ...]:
        """What is still to run on a starting schema."""
        if not store.once or not statements or start.name == INFERRED:
            return store.path
        if start.done and store.scripts is not None:
            return tuple(one for one in store.path if not isinstance(one, Script) or one.name not in start.done)
        revisions = self._revisions(store)
        if start.done and len(store.path) == len(revisions):
            return tuple(one.upgrade for one in revisions if one.name not in start.done)
        return tuple(self._runner.not_yet(live, list(store.path)))

    def _create_missing(self, store: Store, live: Live) -> None:
        """Tables that no step makes and that the program creates all the same, by `create_all`."""
        if store.tables is not None:
            create(live.memory, store.tables)
        if store.once and any(not is_test(path) for path, _ in self._link.calls.defining):
            create(live.memory, self._compare.models_of(live.memory, set()))

    def _steps(
        self,
        steps: Sequence[Step],
        ended: Sequence[Stored],
        guards: Mapping[tuple[str, int, str], str],
        once: str | None,
    ) -> tuple[UpgradeStep, ...]:
        """The steps that were carried out; `ended` is the schema that they led to, `once` why none is done twice."""
        out: list[UpgradeStep] = []
        for index, one in enumerate(steps):
            if one.error is None:
                guard = once or guards.get(trials.key(one))
                end = trials.end_of(one, steps[:index], steps[index + 1 :], ended)
                place = self._link.spans(one.loc)
                effect = trials.effect_of(one, self._parse)
                done = UpgradeStep(place, one.function, one.statement, guard, one.tables, one.kind, effect, one.certain)
                out.append(replace(done, lost=end.lost, final=end.final, cascades=end.cascades))
        return tuple(out)

    def _with_rows(
        self, statements: Sequence[str], path: Sequence[Unit], before: Sequence[FailedStep]
    ) -> tuple[FailedStep, ...]:
        """What fails besides when there is a row in each table."""
        known = {(one.span, one.statement) for one in before}
        runner = self._runner
        with Memory() as memory:
            for statement in statements:
                memory.run(statement)
            live = runner.live(memory)
            seeder = Seeder(memory, live.fact)
            live.between = seeder.fill
            ends: set[int] = set()
            for unit in path:
                seeder.fill()
                start = len(live.steps)
                if runner.attempt(live, unit, undo=False) is not None and len(live.steps) > start:
                    ends.add(len(live.steps) - 1)
            steps = trials.settled(live.steps)
            raised = [one for at, one in enumerate(steps) if at in ends and trials.fails_with_rows(one, live)]
            caught = [one for one in trials.swallowed(steps, live, self._parse) if one not in raised]
        found = [(one, one in caught) for one in [*raised, *caught]]
        made = (
            runner.refused(live, step, step.error or "", seeded=True, caught=caught and step.shielded)
            for step, caught in found
        )
        return tuple(one for one in made if (one.span, one.statement) not in known)

    def _heads(self, folder: str | None) -> tuple[Head, ...]:
        revisions = self._runner.folders.get(folder or "", [])
        # Labelled branches, and several beginnings, are meant to stay apart.
        if sum(not one.parents for one in revisions) != 1 or any(one.labelled for one in revisions):
            return ()
        found = entries.heads(revisions)
        return tuple(Head(one.name, self._link.spans(_place_of(one.upgrade))) for one in found)


def _concerned(steps: Sequence[Step], fresh: Memory | None) -> set[str]:
    stored = fresh.stored() if fresh is not None else ()
    return {one.table.lower() for one in stored} | {name.lower() for step in steps for name in step.tables}


def _place_of(function: Function) -> Loc:
    return Loc(function.path, function.node.at, function.node.at + 1)


def carry_out(
    linkage: Linkage,
    parse: Parse,
    starts: Sequence[Start] = (),
    pasts: Sequence[Past] = (),
    oldest: Version | None = None,
) -> tuple[StoreUpgrade, ...]:
    """The upgrade paths of a project from each start; without one, from those that the project itself tells."""
    own = starts or own_starts(linkage.project, parse)
    return Upgrades(linkage, parse, oldest).run(own, pasts)
