"""Links the facts of all files into the one model that rules see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from persistlint.facts import code
from persistlint.facts.schema import TableFact, Unresolved
from persistlint.facts.sql import SqlStatement
from persistlint.project.callers import run_functions
from persistlint.project.calls import Calls
from persistlint.project.contract import Documents, unite
from persistlint.project.flow.analysis import Analysis, follow_all
from persistlint.project.flow.found import flow_of
from persistlint.project.flow.sql import SqlReader
from persistlint.project.flow.versions import is_modern
from persistlint.project.interp.frames import CallEvent, SetEvent
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Module, Modules
from persistlint.project.interp.values import Loc
from persistlint.project.ledger.build import build
from persistlint.project.model import Project, Statement
from persistlint.project.resources.heard import Heard
from persistlint.project.sql import constants, drivers, statements
from persistlint.project.sql.executions import executions
from persistlint.project.sql.lifetimes import lifetimes
from persistlint.project.sql.makings import listenings, makings
from persistlint.project.sql.sites import Sites
from persistlint.project.sqlalchemy.operations import Operations
from persistlint.project.sqlalchemy.tables import Found, find_tables, is_column
from persistlint.project.stores.grouping import grouped
from persistlint.project.stores.openings import Openings
from persistlint.project.stores.pragmas import Reader
from persistlint.project.stores.removals import Removals
from persistlint.project.stores.threads import threads_of
from persistlint.project.stores.watch import Watch
from persistlint.source import LineIndex, Span, is_test


@dataclass(frozen=True, slots=True)
class Inputs:
    """What linking needs: facts by path, and functions for what is only needed now and then.

    `python` has the files that can hold persistence code; `load` gives the facts of any other Python file of the
    project, None where there is none; `paths` are all files of the project; `parse` reads SQL; `documents` are the
    contract documents.
    """

    python: Mapping[str, code.FileFacts]
    sql_files: Mapping[str, str]
    load: Callable[[str], code.FileFacts | None]
    paths: frozenset[str]
    dialect: str
    parse: Callable[[str, str], tuple[SqlStatement, ...]]
    documents: Documents = field(default_factory=Documents)
    mentions: Callable[[str, Loc], bool] = lambda _name, _but: True
    """Whether a name stands anywhere in the project's Python files, but for one place."""


@dataclass(frozen=True, slots=True)
class Linkage:
    """The model, and what it was made with: enough to carry out the project's upgrades."""

    project: Project
    machine: Machine
    modules: tuple[Module, ...]
    found: Found
    calls: Calls
    heard: Heard
    mentions: Callable[[str, Loc], bool]
    spans: Callable[[Loc], Span]


def link(inputs: Inputs) -> Project:
    """The project model. The same inputs give the same model, whatever their order."""
    return link_all(inputs).project


def link_all(inputs: Inputs) -> Linkage:
    """The project model with the interpreter that made it."""
    modules = Modules(inputs.paths, lambda path: inputs.python.get(path) or inputs.load(path))
    machine = Machine(modules, inputs.dialect)
    machine.is_instrumented = is_column
    sites = Sites()
    operations = Operations()
    calls = Calls()
    heard = Heard(machine=machine)
    watch = Watch(machine)
    machine.on_call = _each(sites.on_call, operations.on_call, calls.on_call, heard.on_call, watch.on_call)
    machine.on_set = _both(heard.on_set, watch.on_set)
    machine.on_enter = heard.on_enter
    loaded = [module for path in sorted(inputs.python) if (module := modules.at(path)) is not None]
    for module in loaded:
        machine.run_module(module)
    functions = run_functions(machine, sites, heard)
    spans = _Spans(modules, inputs.sql_files)
    found = find_tables(machine, spans.of)
    foreign = {module.path: names for module in loaded if (names := drivers.foreign(module.facts.body))}
    makers = sorted(frozenset[str]().union(*(drivers.makers(module.facts.body) for module in loaded)))
    all_sites = [*sites.all(), *constants.unexecuted(loaded, sites)]
    sql = statements.from_sites(all_sites, modules.at, inputs.parse, inputs.dialect, foreign)
    for path in sorted(inputs.sql_files):
        sql.extend(statements.from_file(path, inputs.sql_files[path], inputs.parse, inputs.dialect))
    sql.sort(key=_order)
    tables = sorted([*found.tables, *statements.tables_of(sql)], key=lambda table: (table.span, table.name))
    reader = SqlReader(inputs.parse, inputs.dialect, modules.at, found.table)
    followed = follow_all(Analysis(machine, heard, reader), functions, loaded, lambda path: not is_test(path))
    hidden = [Unresolved(reason, spans.of(loc)) for reason, loc in sites.unresolved()]
    openings = Openings(machine, watch, Reader(inputs.parse, modules.at), found, spans.of)
    project = Project(
        tables=tuple(tables),
        statements=tuple(sql),
        operations=operations.facts(machine, spans.of),
        makers=tuple(makers),
        unresolved=tuple(sorted({*found.unresolved, *hidden}, key=lambda item: (item.span, item.reason))),
        files=tuple(sorted({*inputs.python, *inputs.sql_files})),
        dialect=inputs.dialect,
        by_name=_by_name(tables),
        executions=executions(loaded),
        makings=makings(loaded),
        lifetimes=lifetimes(loaded),
        listenings=listenings(loaded),
        ledger=build(machine, found, loaded, sql, tables, spans.of, spans.place),
        contract=unite(inputs.documents),
        openings=Removals(watch, openings.origins, spans.of).added(grouped(openings.all(), sql)),
        threads=threads_of(loaded, spans.of),
        flow=replace(flow_of(followed, heard, spans.of), modern=is_modern(loaded)),
    )
    return Linkage(project, machine, tuple(loaded), found, calls, heard, inputs.mentions, spans.of)


def _each(*listeners: Callable[[CallEvent], None]) -> Callable[[CallEvent], None]:
    def tell(event: CallEvent) -> None:
        for listener in listeners:
            listener(event)

    return tell


def _both(one: Callable[[SetEvent], None], other: Callable[[SetEvent], None]) -> Callable[[SetEvent], None]:
    def tell(event: SetEvent) -> None:
        one(event)
        other(event)

    return tell


def _order(statement: Statement) -> tuple[Span, int, int, str]:
    return statement.span, statement.sql.start, statement.sql.end, statement.text


def _by_name(tables: list[TableFact]) -> dict[str, tuple[TableFact, ...]]:
    out: dict[str, tuple[TableFact, ...]] = {}
    for table in tables:
        out[table.name.lower()] = (*out.get(table.name.lower(), ()), table)
    return out


class _Spans:
    """Places as lines and columns."""

    def __init__(self, modules: Modules, sql_files: Mapping[str, str]) -> None:
        self._modules = modules
        self._sql_files = sql_files
        self._lines: dict[str, LineIndex] = {}

    def of(self, loc: Loc) -> Span:
        if loc.path in self._sql_files:
            lines = self._lines.setdefault(loc.path, LineIndex.of(self._sql_files[loc.path]))
            return lines.span(loc.path, loc.at, loc.end)
        module = self._modules.at(loc.path) if loc.path else None
        return module.span(loc) if module is not None else Span(loc.path, 1, 1)

    def place(self, span: Span) -> Loc:
        """The offsets of a place."""
        lines = self._lines.get(span.path)
        if span.path in self._sql_files and lines is None:
            lines = self._lines[span.path] = LineIndex.of(self._sql_files[span.path])
        module = self._modules.at(span.path) if lines is None and span.path else None
        lines = module.lines if module is not None else lines
        if lines is None:
            return Loc("", 0, 0)
        return Loc(span.path, lines.offset(span.line, span.column), lines.offset(span.end_line, span.end_column))
