"""What differs between a fresh database and an upgraded one, each with its places."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from persistlint.facts.schema import TableFact
from persistlint.facts.sql import Kind
from persistlint.facts.upgrades import Difference
from persistlint.project.link import Linkage
from persistlint.replay.checks import columns_in
from persistlint.replay.compare import Drift, drifts, reordered
from persistlint.replay.ddl import create_index, create_table
from persistlint.replay.later import Name
from persistlint.replay.live import Step
from persistlint.replay.memory import Memory
from persistlint.replay.starts import Parse
from persistlint.source import Span, is_test

_WORK = (Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE)
Tables = Mapping[str, TableFact]
"""By lower-case name."""


@dataclass(frozen=True, slots=True)
class Compared:
    """All differences, and the tables whose columns stand in another order."""

    differences: tuple[Difference, ...] = ()
    reordered: tuple[Difference, ...] = ()


class Comparison:
    """Compares databases of one project."""

    def __init__(self, linkage: Linkage, parse: Parse) -> None:
        self._link = linkage
        self._parse = parse
        self.within: Container[Name] = ()
        """The functions of the upgrade that is spoken of."""
        self._scripts = {module.path for module in linkage.modules if "down_revision" in module.env.names}

    def of(
        self, upgraded: Memory, steps: Sequence[Step], baseline: set[str], opened: Memory | None, defined: Tables
    ) -> Compared:
        """An upgraded database against `opened`, a fresh one, or else against the models that it shares most with.

        `defined` are definitions that the fresh one was made of, for their places."""
        tables = defined or self.models_of(upgraded, baseline)
        if opened is not None:
            return self._between(opened, upgraded, tables, steps)
        if not tables:
            return Compared()
        with Memory() as fresh:
            create(fresh, tables)
            return self._between(fresh, upgraded, tables, steps)

    def _between(self, fresh: Memory, upgraded: Memory, tables: Tables, steps: Sequence[Step]) -> Compared:
        found = drifts(fresh, upgraded, self._parse)
        known = (one for one in found if not self._is_foreign(one) and not _is_open(one, tables))
        other = (self._placed(one, tables, steps) for one in reordered(fresh, upgraded))
        return Compared(tuple(self._placed(one, tables, steps) for one in known), tuple(other))

    def surplus(self, opened: Memory, steps: Sequence[Step]) -> tuple[Difference, ...]:
        """The columns that steps give to tables of the models in a new database, and that the models do not have."""
        out: list[Difference] = []
        for table in self.models_of(opened, set()).values():
            names = {column.name.lower() for column in table.columns}
            for column in opened.columns(table.name) if table.complete else ():
                if column.name.lower() not in names:
                    drift = Drift(table.name, "column", "extra", column.name, None, column.type)
                    found = self._placed(drift, {table.name.lower(): table}, steps)
                    out.extend([found] if found.step is not None else [])
        return tuple(out)

    def _is_foreign(self, drift: Drift) -> bool:
        """A table that only the old database has, but that another part of the project defines or works with."""
        if drift.aspect != "table" or drift.change != "extra":
            return False
        return bool(self._link.project.named(drift.table)) or drift.table.lower() in self._used()

    def _used(self) -> set[str]:
        """The tables that SQL outside of the upgrades reads and writes."""
        return {
            use.name.lower()
            for one in self._link.project.statements
            if one.sql.kind in _WORK
            and one.span.path not in self._scripts
            and not is_test(one.span.path)
            and (one.span.path, one.function or "") not in self.within
            for use in one.sql.tables
        }

    def models_of(self, memory: Memory, baseline: set[str]) -> Tables:
        """The models' tables of the MetaData that shares the most names with a database."""
        present = {one.name.lower() for one in memory.stored() if one.kind == "table"} | baseline
        families = self.families()
        shared = {name: len({t.name.lower() for t in tables} & present) for name, tables in families.items()}
        best = max(sorted(shared), key=lambda name: shared[name], default="")
        out: dict[str, TableFact] = {}
        for table in families[best] if shared.get(best) else ():
            out.setdefault(table.name.lower(), table)
        return out

    def families(self) -> Mapping[str, list[TableFact]]:
        """The models' tables by their MetaData."""
        families: dict[str, list[TableFact]] = {}
        for table in self._link.found.by_draft.values():
            families.setdefault(table.metadata or "", []).append(table)
        return families

    def _placed(self, drift: Drift, tables: Tables, steps: Sequence[Step]) -> Difference:
        table = tables.get(drift.table.lower())
        own = (one for one in reversed(steps) if drift.table in one.tables)
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
            drift.where,
        )


def create(memory: Memory, tables: Tables) -> None:
    """Make tables with their indexes, as `create_all` does: those that are not there."""
    for table in tables.values():
        if not memory.columns(table.name):
            memory.run(create_table(table))
            for index in table.indexes:
                memory.run(create_index(table, index))


def _is_open(drift: Drift, tables: Tables) -> bool:
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


def _mentions(step: Step, drift: Drift, table: TableFact | None) -> bool:
    """Whether a definition speaks of the column, or of one that the CHECK is about."""
    if step.kind in ("insert", "update", "delete", "select"):
        return False
    if step.kind == "create-index" and drift.aspect not in ("index", "unique"):
        return False
    statement = step.statement.lower()
    first = drift.object.split(",")[0].lower()
    if first or drift.expected is None or table is None:
        return first in statement
    return any(name.lower() in statement for name in columns_in(drift.expected, table.columns))
