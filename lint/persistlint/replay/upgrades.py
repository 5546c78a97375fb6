"""Carries out the upgrades of a project, store by store, and compares what they leave with a fresh install."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from persistlint.facts.stores import Opening
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
from persistlint.project.sql.drivers import is_elsewhere
from persistlint.replay import entries, trials
from persistlint.replay.differences import Comparison, Tables, create
from persistlint.replay.history import Histories
from persistlint.replay.infer import added_columns, baseline
from persistlint.replay.live import Live, Step, fact_of
from persistlint.replay.memory import Memory, Stored
from persistlint.replay.runner import Opened, Runner
from persistlint.replay.seed import Seeder
from persistlint.replay.starts import Parse, Past, Start, own_starts
from persistlint.replay.versions import Version
from persistlint.source import is_test


@dataclass(frozen=True, slots=True)
class Store:
    """One database of the project: what opens or upgrades it.

    `path` are its functions in order, empty for tables that are created while a module is imported; `folder` is that
    of its Alembic revisions.
    """

    name: str
    path: tuple[Function, ...]
    folder: str | None = None
    tables: Tables | None = None


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
        self._owned: frozenset[str] = frozenset()
        """The tables that some store begins with."""

    def run(self, starts: Sequence[Start], pasts: Sequence[Past] = ()) -> tuple[StoreUpgrade, ...]:
        """Every store that has an upgrade path, from each start and each past."""
        stores = [*self._upgrading()]
        if pasts or any(start.statements for start in starts):
            stores += self._only_creating(stores)
        self._owned = frozenset[str]().union(*(self._tables(one) for one in stores))
        known = Histories(self._parse).starts(stores, {one.name: self._tables(one) for one in stores}, pasts)
        done = (self._upgraded(store, [*starts, *known[store.name]]) for store in stores)
        return tuple(one for one in done if one.starts)

    # -- which stores there are ----------------------------------------------------------------------------------------

    def _upgrading(self) -> Iterator[Store]:
        """Each store that something upgrades."""
        for folder, revisions in self._runner.folders.items():
            opener = self._migrating_opener(folder)
            path = (opener,) if opener is not None else tuple(one.upgrade for one in revisions)
            yield Store(folder, path, folder)
        yield from (_opened_by(function) for function in self._openers(self._link.calls.defining))

    def _only_creating(self, others: Sequence[Store]) -> list[Store]:
        """Stores that nothing upgrades, whose tables no other store has: an older schema stays what it was."""
        known = {store.name for store in others}
        found = [one for function in self._openers(set()) if (one := _opened_by(function)).name not in known]
        for path, value in self._link.calls.at_import:
            facts = () if is_test(path) else self._link.found.tables_of(value)
            if facts:
                tables = {table.name.lower(): table for table in facts}
                found.append(Store(f"{path}:{min(tables)}", (), tables=tables))
        taken = set[str]().union(*map(self._tables, others))
        out: list[Store] = []
        for store in found:
            tables_of = self._tables(store)
            if tables_of and not tables_of & taken:
                taken |= tables_of
                out.append(store)
        return out

    def _tables(self, store: Store) -> frozenset[str]:
        """The names of the tables that a fresh install of the store has."""
        if store.tables is not None:
            return frozenset(store.tables)
        with Memory() as memory:
            self._runner.walk(self._runner.live(memory), store.path)
            if store.folder is not None:
                create(memory, self._compare.models_of(memory, set()))
            return frozenset(one.name.lower() for one in memory.stored() if one.kind == "table")

    def _functions(self) -> dict[entries.Key, Function]:
        elsewhere = {module.path for module in self._link.modules if is_elsewhere(module.facts.body)}
        functions = self._link.machine.functions
        return {entries.key_of(f): f for f in functions if f.path not in elsewhere and not is_test(f.path)}

    def _migrating_opener(self, folder: str) -> Function | None:
        """The function that first creates tables and then runs the revisions of that folder, where there is one."""
        calls, known = self._link.calls, self._functions()
        nearest = {key for key in calls.migrating if key in known and self._runner.folder_for(key[0]) == folder}
        return entries.both(known, calls.edges, nearest, calls.defining) if nearest else None

    def _openers(self, left_out: set[entries.Key]) -> list[Function]:
        """Functions that change a schema by hand, outside Alembic's scripts and outside tests."""
        calls, known = self._link.calls, self._functions()
        scripts = {module.path for module in self._link.modules if "down_revision" in module.env.names}
        acting = {key for key in calls.acting if key in known and key[0] not in scripts}
        return entries.openers(known, calls.edges, acting, left_out, self._opening(known))

    def _opening(self, known: Mapping[entries.Key, Function]) -> dict[entries.Key, str]:
        """The functions that open a database, with what tells it from others: the same words are the same path."""
        named = {(function.path, function.qualname): key for key, function in known.items()}
        openings = self._link.project.openings
        found = ((named.get((one.span.path, one.function or "")), one) for one in openings)
        return {key: _database(one) for key, one in found if key is not None}

    # -- one store -----------------------------------------------------------------------------------------------------

    def _upgraded(self, store: Store, starts: Sequence[Start]) -> StoreUpgrade:
        self._runner.choose(store.path)
        self._compare.within = self._runner.within
        opened = None if store.folder is not None else self._opened(store)
        fresh = opened.memory if opened is not None else None
        out = _Outcome([])
        # What users may have is not guessed where it is known; the steps are told from there all the same.
        for start in sorted(starts, key=lambda start: start.name == INFERRED):
            self._from(store, start, fresh, out, counts=start.name != INFERRED or not out.starts)
        done = StoreUpgrade(
            store.name, out.steps, tuple(out.starts), store.folder is not None, self._heads(store.folder),
            tuple(dict.fromkeys(out.repeated)), unsaved=tuple(dict.fromkeys(out.unsaved)),
            raced=tuple(dict.fromkeys(out.raced)),
        )  # fmt: skip
        if opened is None:
            return done
        with opened.memory as memory:
            return replace(done, opening=opened.failed, surplus=self._compare.surplus(memory, opened.steps))

    def _from(self, store: Store, start: Start, fresh: Memory | None, out: _Outcome, *, counts: bool) -> None:
        """Carry out the upgrade from one start; where it does not count, only to tell the steps."""
        statements = self._inferred(store, fresh) if start.name == INFERRED else start.statements
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
            found = self._compare.of(memory, live.steps, present, fresh)
            if fresh is None and not found.differences and not first:
                return
            if counts:
                # A path that does not begin with the tables is one step of another store's: what it lacks is not known.
                named = {name.lower() for step in first for name in step.tables}
                elsewhere = start.name == INFERRED or bool(named & self._owned)
                partial = fresh is None and store.folder is None and elsewhere
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
        again = () if store.folder is not None or failed else self._runner.walk(live, store.path)
        second = None if store.folder is not None else live.steps[len(first) :]
        guards = trials.guards(first, second, {one.statement for one in again}) if second is not None else {}
        steps = self._steps(first, ended, guards, revisions=second is None)
        out.steps = max(out.steps, steps, key=len)
        out.repeated += again if not live.blind else ()
        if second is not None and not failed:
            spans = self._link.spans
            out.raced += tuple(
                RacedStep(spans(step.loc), step.function, step.statement, spans(loc), step.tables)
                for step, loc in trials.raced(first, guards, live.reads[:asked])
            )
        if store.folder is None:
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

    def _inferred(self, store: Store, fresh: Memory | None) -> tuple[str, ...]:
        """The statements of the inferred oldest schema; none for Alembic, whose revisions begin with nothing."""
        if store.folder is not None:
            return ()
        if fresh is None:
            # The tables that it alters are another function's: those of the models, else of the first CREATE.
            chosen = sorted(self._link.project.tables, key=lambda table: table.origin == "ddl")
            facts = list({table.name.lower(): table for table in reversed(chosen) if table.complete}.values())
        else:
            names = [one.name for one in fresh.stored() if one.kind == "table"]
            facts = [fact for name in names if (fact := fact_of(fresh, name, self._parse)) is not None]
        return baseline(facts, added_columns(self._link.project.statements))

    def _opened(self, store: Store) -> Opened | None:
        """What a fresh install has, where the store is opened by its own functions."""
        if store.tables is None:
            return self._runner.opened_fresh(store.path)
        memory = Memory()
        create(memory, store.tables)
        return Opened(memory, (), ())

    def _rest(self, store: Store, start: Start, live: Live, statements: Sequence[str]) -> tuple[Function, ...]:
        """The functions that are still to run on a starting schema."""
        if store.folder is None or not statements:
            return store.path
        revisions = self._runner.folders[store.folder]
        if start.done and len(store.path) == len(revisions):
            return tuple(one.upgrade for one in revisions if one.name not in start.done)
        return tuple(self._runner.not_yet(live, list(store.path)))

    def _create_missing(self, store: Store, live: Live) -> None:
        """Tables that no step makes and that the program creates all the same, by `create_all`."""
        if store.tables is not None:
            create(live.memory, store.tables)
        if store.folder is not None and any(not is_test(path) for path, _ in self._link.calls.defining):
            create(live.memory, self._compare.models_of(live.memory, set()))

    def _steps(
        self,
        steps: Sequence[Step],
        ended: Sequence[Stored],
        guards: Mapping[tuple[str, int, str], str],
        *,
        revisions: bool,
    ) -> tuple[UpgradeStep, ...]:
        """The steps that were carried out; `ended` is the schema that they led to."""
        out: list[UpgradeStep] = []
        for index, one in enumerate(steps):
            if one.error is None:
                guard = "revision" if revisions else guards.get(trials.key(one))
                end = trials.end_of(one, steps[:index], steps[index + 1 :], ended)
                place = self._link.spans(one.loc)
                done = UpgradeStep(place, one.function, one.statement, guard, one.tables, one.kind, one.certain)
                out.append(replace(done, lost=end.lost, final=end.final, cascades=end.cascades))
        return tuple(out)

    def _with_rows(
        self, statements: Sequence[str], path: Sequence[Function], before: Sequence[FailedStep]
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
            for function in path:
                seeder.fill()
                start = len(live.steps)
                if runner.attempt(live, function, undo=False) is not None and len(live.steps) > start:
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


def _database(opening: Opening) -> str:
    """What tells a database from others: the path in words, and what that comes from; else the class or function that
    opens it, for the methods of one object open one database."""
    found = opening.database
    if found.origins or (found.words is not None and not found.words.startswith("{…}")):
        return " ".join((found.words or "", *found.origins))
    return f"{opening.span.path}:{(opening.function or '').partition('.')[0]}"


def _opened_by(function: Function) -> Store:
    return Store(f"{function.env.module.name}:{function.qualname}", (function,))


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
