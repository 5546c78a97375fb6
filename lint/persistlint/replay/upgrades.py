"""Carries out the upgrades of a project, store by store, and compares what they leave with a fresh install."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from persistlint.facts.schema import TableFact
from persistlint.facts.upgrades import Difference, FailedStep, Head, StoreUpgrade, UpgradeStart, UpgradeStep
from persistlint.project.interp.values import Attribute, Function, Loc, Mapping, Value
from persistlint.project.interp.world import Raised
from persistlint.project.link import Linkage
from persistlint.project.model import Project
from persistlint.replay import entries, trials
from persistlint.replay.checks import columns_in
from persistlint.replay.compare import Drift, Parse, drifts
from persistlint.replay.ddl import create_index, create_table
from persistlint.replay.handles import Handles
from persistlint.replay.infer import added_columns, baseline
from persistlint.replay.live import Live, Models, Step, fact_of
from persistlint.replay.memory import Memory, Stored
from persistlint.replay.seed import Seeder
from persistlint.source import Span

_IS_DONE = re.compile(r"duplicate column name|already exists")
EMPTY = "empty"
INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Start:
    """A schema to start from: its name, and the statements that make it."""

    name: str
    statements: tuple[str, ...] = ()
    promised: bool = False
    """Whether it comes from a contract, which may speak of several stores."""


class Upgrades:
    """The upgrade paths of one linked project."""

    def __init__(self, linkage: Linkage, parse: Parse) -> None:
        self._link = linkage
        self._parse = parse
        self._machine = linkage.machine
        self._folders = entries.revisions(linkage.machine, linkage.modules)
        found = linkage.found
        handles = Handles(found.settler.table, lambda value: found.settler.column(value, None), found.drafts_of)
        self._models = Models(
            found.table, found.tables_of, self._column, found.declarative.table_of, handles, _only(found.conventions)
        )

    def run(self, starts: Sequence[Start]) -> tuple[StoreUpgrade, ...]:
        """Every store that has an upgrade path, from each start; `INFERRED` without statements is worked out."""
        out: list[StoreUpgrade] = []
        for folder, revisions in self._folders.items():
            opener = self._migrating_opener(folder)
            path = [opener] if opener is not None else [one.upgrade for one in revisions]
            out.append(self._store(folder, path, starts, alembic=True))
        for function in self._openers():
            name = f"{function.env.module.name}:{function.qualname}"
            out.append(self._store(name, [function], starts, alembic=False))
        return tuple(store for store in out if store.starts)

    def _inferred(self, path: list[Function], *, alembic: bool) -> tuple[str, ...]:
        """The statements of the inferred oldest schema; none for Alembic, whose revisions begin with nothing."""
        if alembic:
            return ()
        opened = self._opened_fresh(path)
        if opened is None:
            # The tables that it alters are another function's: those of the models, else of the first CREATE.
            chosen = sorted(self._link.project.tables, key=lambda table: table.origin == "ddl")
            facts = list({table.name.lower(): table for table in reversed(chosen) if table.complete}.values())
            return baseline(facts, added_columns(self._link.project.statements))
        with opened as memory:
            names = [one.name for one in memory.stored() if one.kind == "table"]
            facts = [fact for name in names if (fact := fact_of(memory, name, self._parse)) is not None]
        return baseline(facts, added_columns(self._link.project.statements))

    def _migrating_opener(self, folder: str) -> Function | None:
        """The function that first creates tables and then runs the revisions of that folder, where there is one."""
        calls = self._link.calls
        known = {entries.key_of(f): f for f in self._machine.functions if not entries.is_test(f.path)}
        nearest = {key for key in calls.migrating if key in known and self._folder_for(key[0]) == folder}
        return entries.both(known, calls.edges, nearest, calls.defining) if nearest else None

    def _folder_for(self, path: str) -> str | None:
        """The folder of revisions that a file means when it calls Alembic: the one that shares most of its path."""
        return max(self._folders, key=lambda folder: (entries.common(folder, path), -len(folder)), default=None)

    def replay(self, memory: Memory, folder: str) -> tuple[FailedStep, ...]:
        """Run the revisions of one folder on a database, whatever it holds; what failed."""
        return self._walk(self._live(memory), [one.upgrade for one in self._folders[folder]])

    def _openers(self) -> list[Function]:
        """Functions that change a schema by hand, outside Alembic's scripts and outside tests."""
        calls = self._link.calls
        known = {entries.key_of(f): f for f in self._machine.functions if not entries.is_test(f.path)}
        scripts = {module.path for module in self._link.modules if "down_revision" in module.env.names}
        acting = {key for key in calls.acting if key in known and key[0] not in scripts}
        return entries.openers(known, calls.edges, acting, calls.defining)

    def _column(self, value: Value) -> tuple[str, str | None] | None:
        if not isinstance(value, Attribute):
            return None
        found = self._link.found.settler.column(value, None)
        return None if found is None else (found[0].name, found[1].name)

    # -- one store -----------------------------------------------------------------------------------------------------

    def _store(self, name: str, path: list[Function], starts: Sequence[Start], *, alembic: bool) -> StoreUpgrade:
        steps: tuple[UpgradeStep, ...] = ()
        repeated: tuple[FailedStep, ...] = ()
        outcomes: list[UpgradeStart] = []
        for start in starts:
            statements = self._inferred(path, alembic=alembic) if start.name == INFERRED else start.statements
            with Memory() as memory:
                for statement in statements:
                    memory.run(statement)
                present = {one.name.lower() for one in memory.stored() if one.kind == "table"}
                live = self._live(memory)
                rest = self._not_yet(live, path) if alembic and statements else path
                failed = self._walk(live, rest)
                if alembic:
                    self._create_missing(live)
                first = trials.settled(live.steps)
                fresh = None if alembic else self._opened_fresh(path)
                if start.promised and not present & self._concerned(first, fresh):
                    continue
                found = self._differences(memory, live, present, fresh)
                if fresh is None and not found and not first:
                    continue
                # A path that does not begin with the tables is one step of another store's: what it lacks is not known.
                partial = fresh is None and not alembic and start.name == INFERRED
                open_ = trials.uncertain(first, (one.function for one in failed))
                seeded = self._with_rows(statements, rest, failed)
                outcomes.append(UpgradeStart(start.name, (*failed, *seeded), () if partial else found, open_))
                ended = memory.stored()
                again = () if alembic or failed else self._walk(live, path)
                if not steps:
                    second = None if alembic else live.steps[len(first) :]
                    steps = self._steps(first, ended, second, {one.statement for one in again})
                    repeated = again if not live.blind else ()
        heads = self._heads(name) if alembic else ()
        return StoreUpgrade(name, steps, tuple(outcomes), alembic, heads, repeated)

    def _steps(
        self, steps: Sequence[Step], ended: Sequence[Stored], again: Sequence[Step] | None, refused: set[str]
    ) -> tuple[UpgradeStep, ...]:
        """The steps that were carried out; `ended` is the schema that they led to, `again` those of a second run.

        `refused` are the statements that ended that run.
        """
        guards = trials.guards(steps, again, refused) if again is not None else {}
        out: list[UpgradeStep] = []
        for index, one in enumerate(steps):
            if one.error is None:
                guard = "revision" if again is None else guards.get(trials.key(one))
                end = trials.end_of(one, steps[:index], steps[index + 1 :], ended)
                place = self._link.spans(one.loc)
                done = UpgradeStep(place, one.function, one.statement, guard, one.tables, one.kind, one.certain)
                out.append(replace(done, lost=end.lost, final=end.final))
        return tuple(out)

    def _concerned(self, steps: Sequence[Step], fresh: Memory | None) -> set[str]:
        stored = fresh.stored() if fresh is not None else ()
        return {one.table.lower() for one in stored} | {name.lower() for step in steps for name in step.tables}

    def _with_rows(
        self, statements: Sequence[str], path: Sequence[Function], before: Sequence[FailedStep]
    ) -> tuple[FailedStep, ...]:
        """What fails besides when there is a row in each table."""
        known = {(one.span, one.statement) for one in before}
        with Memory() as memory:
            for statement in statements:
                memory.run(statement)
            live = self._live(memory)
            seeder = Seeder(memory, live.fact)
            live.between = seeder.fill
            ends: set[int] = set()
            for function in path:
                seeder.fill()
                start = len(live.steps)
                if self._attempt(live, function, undo=False) is not None and len(live.steps) > start:
                    ends.add(len(live.steps) - 1)
            steps = trials.settled(live.steps)
            raised = [one for at, one in enumerate(steps) if at in ends and trials.fails_with_rows(one, live)]
            caught = [one for one in trials.swallowed(steps, live, self._parse) if one not in raised]
        found = [(one, one in caught) for one in [*raised, *caught]]
        made = (self._refused(step, step.error or "", seeded=True, caught=caught) for step, caught in found)
        return tuple(one for one in made if (one.span, one.statement) not in known)

    def _heads(self, folder: str) -> tuple[Head, ...]:
        revisions = self._folders.get(folder, [])
        # Labelled branches, and several beginnings, are meant to stay apart.
        if sum(not one.parents for one in revisions) != 1 or any(one.labelled for one in revisions):
            return ()
        found = entries.heads(revisions)
        return tuple(Head(one.name, self._link.spans(_place_of(one.upgrade))) for one in found)

    def _live(self, memory: Memory) -> Live:
        live = Live(memory, self._parse, self._models)

        def migrate(path: str) -> None:
            folder = self._folder_for(path)
            for one in self._folders.get(folder or "", ()):
                live.between()
                error = self._attempt(live, one.upgrade, undo=False)
                if error is not None and live.steps:
                    live.failed.append(self._failed(live, error))

        live.on_migrate = migrate
        return live

    def _not_yet(self, live: Live, path: list[Function]) -> list[Function]:
        """The revisions behind the last that the starting schema shows to have run: trying it meets what it made."""
        last = -1
        for index, function in enumerate(path):
            error = self._attempt(live, function, undo=True)
            if error is not None and _IS_DONE.search(error.message):
                last = index
        return path[last + 1 :]

    def _walk(self, live: Live, path: Iterable[Function]) -> tuple[FailedStep, ...]:
        """Run functions in order. What fails is noted and the next goes on: each would fail by itself."""
        failed: list[FailedStep] = []
        for function in path:
            error = self._attempt(live, function, undo=False)
            if error is not None and live.steps:
                failed.append(self._failed(live, error))
        return (*live.failed, *failed)

    def _create_missing(self, live: Live) -> None:
        """Where the program calls `create_all` as well, tables that no revision makes are there all the same."""
        if not any(not entries.is_test(path) for path, _ in self._link.calls.defining):
            return
        for table in self._fresh_for(live.memory, set()).values():
            if not live.memory.columns(table.name):
                live.memory.run(create_table(table))
                for index in table.indexes:
                    live.memory.run(create_index(table, index))

    def _attempt(self, live: Live, function: Function, *, undo: bool) -> Raised | None:
        live.memory.run("SAVEPOINT persistlint_step")
        before = len(live.steps)
        error: Raised | None = None
        outer = self._machine.world, self._machine.uncertain
        self._machine.world, self._machine.uncertain = live, 0
        try:
            self._machine.run_root(function)
        except Raised as raised:
            error = raised
        finally:
            self._machine.world, self._machine.uncertain = outer
        if undo:
            live.memory.run("ROLLBACK TO persistlint_step")
            del live.steps[before:]
        live.memory.run("RELEASE persistlint_step")
        return error

    def _failed(self, live: Live, error: Raised) -> FailedStep:
        return self._refused(trials.settled(live.steps)[-1], error.message, seeded=False)

    def _refused(self, step: Step, error: str, *, seeded: bool, caught: bool = False) -> FailedStep:
        place = self._link.spans(step.loc)
        return FailedStep(place, step.function, step.statement, error, seeded, step.certain, caught)

    # -- comparison ----------------------------------------------------------------------------------------------------

    def _opened_fresh(self, path: list[Function]) -> Memory | None:
        """What the same functions make of no database at all, where that is more than nothing."""
        memory = Memory()
        live = self._live(memory)
        self._walk(live, path)
        if any(one.kind == "table" for one in memory.stored()):
            return memory
        memory.close()
        return None

    def _differences(
        self, memory: Memory, live: Live, baseline: set[str], opened: Memory | None
    ) -> tuple[Difference, ...]:
        tables = self._fresh_for(memory, baseline)
        if not tables and opened is None:
            return ()
        fresh = opened or Memory()
        with fresh:
            if opened is None:
                for table in tables.values():
                    fresh.run(create_table(table))
                    for index in table.indexes:
                        fresh.run(create_index(table, index))
            found = drifts(fresh, memory, self._parse)
        known = (one for one in found if not self._is_foreign(one) and not _is_open(one, tables))
        return tuple(self._placed(one, tables, live) for one in known)

    def _is_foreign(self, drift: Drift) -> bool:
        """A table that only the old database has, but that another part of the project knows."""
        return drift.aspect == "table" and drift.change == "extra" and bool(self._link.project.named(drift.table))

    def _fresh_for(self, memory: Memory, baseline: set[str]) -> dict[str, TableFact]:
        """The models' tables of the MetaData that shares the most names with the upgraded database."""
        present = {one.name.lower() for one in memory.stored() if one.kind == "table"} | baseline
        families: dict[str, list[TableFact]] = {}
        for table in self._link.found.by_draft.values():
            families.setdefault(table.metadata or "", []).append(table)
        shared = {name: len({t.name.lower() for t in tables} & present) for name, tables in families.items()}
        best = max(sorted(shared), key=lambda name: shared[name], default="")
        out: dict[str, TableFact] = {}
        for table in families[best] if shared.get(best) else ():
            out.setdefault(table.name.lower(), table)
        return out

    def _placed(self, drift: Drift, tables: dict[str, TableFact], live: Live) -> Difference:
        table = tables.get(drift.table.lower())
        own = (one for one in reversed(live.steps) if drift.table in one.tables)
        step = next((one for one in own if _mentions(one, drift, table)), None)
        column = table.column(drift.object) if table is not None and drift.object else None
        place = column.span if column is not None else table.span if table is not None else None
        where = self._link.spans(step.loc) if step is not None else None
        span = place or where or Span("", 1, 1)
        return Difference(
            drift.table,
            drift.aspect,
            drift.change,
            drift.object,
            drift.expected,
            drift.actual,
            span,
            where,
            drift.required,
        )


def _only(conventions: tuple[Mapping, ...]) -> Mapping | None:
    return conventions[0] if len(conventions) == 1 else None


def _is_open(drift: Drift, tables: dict[str, TableFact]) -> bool:
    """A difference in what the model leaves unknown: a type of another package, a default that is computed."""
    table = tables.get(drift.table.lower())
    column = table.column(drift.object) if table is not None else None
    if table is not None and drift.aspect == "check":
        return any(check.expression is None for check in table.checks)
    if column is None:
        return False
    return (drift.aspect == "type" and column.type is None) or (
        drift.aspect == "default" and column.server_default == "?"
    )


def _place_of(function: Function) -> Loc:
    return Loc(function.path, function.node.at, function.node.at + 1)


def _mentions(step: Step, drift: Drift, table: TableFact | None) -> bool:
    """Whether a definition speaks of the column, or of one that the CHECK is about."""
    if step.kind in ("insert", "update", "delete"):
        return False
    statement = step.statement.lower()
    first = drift.object.split(",")[0].lower()
    if first or drift.expected is None or table is None:
        return first in statement
    return any(name.lower() in statement for name in columns_in(drift.expected, table.columns))


def carry_out(linkage: Linkage, parse: Parse, starts: Sequence[Start] = ()) -> tuple[StoreUpgrade, ...]:
    """The upgrade paths of a project from each start; without one, from those that the project itself tells."""
    return Upgrades(linkage, parse).run(starts or own_starts(linkage.project, parse))


def own_starts(project: Project, parse: Parse) -> tuple[Start, ...]:
    """The inferred oldest schema, and each that a contract promises to upgrade."""
    promised = (
        Start(
            f"{one.span.path}:{one.span.line}",
            tuple(one.text[sql.start : sql.end] for sql in parse(one.text, project.dialect)),
            promised=True,
        )
        for one in project.contract.baselines
    )
    return Start(INFERRED), *promised
