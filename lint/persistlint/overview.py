"""Everything that the HTML report shows of a project: its findings, acceptance checks and stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from persistlint.acceptance import Acceptance, Status, decide
from persistlint.adoption import without_known
from persistlint.engine import Request, judge, read
from persistlint.facts.schema import TableFact
from persistlint.facts.upgrades import StoreUpgrade
from persistlint.project.contract import Contract
from persistlint.project.model import Project
from persistlint.registry import RuleSet
from persistlint.report import Diagnostic, Report

ELSEWHERE = ""
"""The name of no store: that of findings which belong to none."""


@dataclass(frozen=True, slots=True)
class Store:
    """The tables of one database, or those that are defined together where nobody says which database they are in."""

    name: str
    tables: tuple[TableFact, ...]


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit of the contract: which documents have it, and what its checks come to; None where it has none."""

    id: str
    title: str
    in_matrix: bool
    in_contracts: bool
    status: Status | None
    checks: tuple[int, ...]
    """Indexes into the outcomes of the acceptance."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to show. `acceptance` is None where there are no contract documents."""

    name: str
    report: Report
    acceptance: Acceptance | None
    units: tuple[UnitStatus, ...]
    stores: tuple[Store, ...]
    upgrades: tuple[StoreUpgrade, ...]
    fresh: tuple[TableFact, ...]

    def by_store(self) -> dict[str, tuple[Diagnostic, ...]]:
        """Findings by the store that they speak of, `ELSEWHERE` last; only stores that have any."""
        homes = {table.name.lower(): store.name for store in self.stores for table in store.tables}
        known = {store.name for store in self.stores}
        found: defaultdict[str, list[Diagnostic]] = defaultdict(list)
        for one in self.report.diagnostics:
            store, table = one.finding.data.get("store"), one.finding.data.get("table")
            name = store if isinstance(store, str) and store in known else ELSEWHERE
            if name == ELSEWHERE and isinstance(table, str):
                name = homes.get(table.lower(), ELSEWHERE)
            found[name].append(one)
        order = [*(store.name for store in self.stores), ELSEWHERE]
        return {name: tuple(found[name]) for name in order if found[name]}


def overview(request: Request, rules: RuleSet) -> Overview:
    """Read, check and decide a project once."""
    linked = read(request)
    project = linked.project
    report = without_known(linked, judge(linked, request.settings, rules), request)
    acceptance = decide(linked, request.settings, rules) if project.contract.present else None
    if acceptance is not None:
        crashes = dict.fromkeys((*report.crashes, *acceptance.report.crashes))
        report = replace(report, crashes=tuple(crashes))
    return Overview(
        linked.discovered.root.name,
        report,
        acceptance,
        _units(project.contract, acceptance),
        stores_of(project),
        project.upgrades,
        project.fresh,
    )


def stores_of(project: Project) -> tuple[Store, ...]:
    """The stores of the contract, then those of the code; then the other tables, together with what they refer to."""
    fresh = _one_a_name(project)
    stores: list[Store] = []
    for clause in project.contract.stores:
        own = [fresh.pop(name.lower()) for name in clause.tables or () if name.lower() in fresh]
        if own:
            stores.append(Store(clause.name, tuple(own)))
    for store in project.stores:
        own = [fresh.pop(name.lower()) for name in store.tables if name.lower() in fresh]
        if own:
            stores.append(Store(store.name, tuple(own)))
    groups: defaultdict[str, list[TableFact]] = defaultdict(list)
    for table in sorted(fresh.values(), key=lambda one: (one.span, one.name)):
        # A MetaData is told apart by its place, of which the file is what people know it by.
        groups[(table.metadata or table.span.path).partition(":")[0]].append(table)
    _join(groups)
    return (*stores, *(Store(name, tuple(tables)) for name, tables in sorted(groups.items())))


def _one_a_name(project: Project) -> dict[str, TableFact]:
    """Of several definitions the model's, else the fullest; helpers of upgrade scripts are no tables of their own."""
    scripts = {operation.span.path for operation in project.operations}
    chosen: dict[str, TableFact] = {}
    for table in project.fresh:
        if table.kind == "view" or table.temporary or (table.metadata is None and table.span.path in scripts):
            continue
        other = chosen.get(table.name.lower())
        if other is None or _rank(table) > _rank(other):
            chosen[table.name.lower()] = table
    return chosen


def _rank(table: TableFact) -> tuple[bool, bool, int]:
    return table.metadata is not None, table.complete, len(table.columns)


def _join(groups: dict[str, list[TableFact]]) -> None:
    """Put tables that a foreign key connects into one group, the one with more tables."""
    home = {table.name.lower(): name for name, tables in groups.items() for table in tables}
    for table in [table for tables in groups.values() for table in tables]:
        for key in table.foreign_keys:
            here, there = home[table.name.lower()], home.get(key.table.lower())
            if there is None or here == there:
                continue
            small, large = sorted((here, there), key=lambda name: (len(groups[name]), name))
            home.update((one.name.lower(), large) for one in groups[small])
            groups[large] += groups.pop(small)


def _units(contract: Contract, acceptance: Acceptance | None) -> tuple[UnitStatus, ...]:
    if acceptance is None:
        return ()
    rows = [row.unit.text for row in contract.rows]
    titles = {unit.id: unit.title for unit in reversed(contract.units)}
    checks: defaultdict[str, list[int]] = defaultdict(list)
    for index, outcome in enumerate(acceptance.outcomes):
        checks[outcome.check.label or outcome.check.unit or ""].append(index)
    ids = list(dict.fromkeys((*rows, *titles)))
    return tuple(
        UnitStatus(
            id_,
            titles.get(id_, ""),
            id_ in rows,
            id_ in titles,
            _worst(acceptance.outcomes[index].status for index in checks[id_]),
            tuple(checks[id_]),
        )
        for id_ in ids
    )


def _worst(statuses: Iterable[Status]) -> Status | None:
    order = (Status.FAIL, Status.NOT_CHECKED, Status.PASS)
    return min(statuses, key=order.index, default=None)
