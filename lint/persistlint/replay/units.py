"""What an upgrade path is made of: functions, the bodies of modules, and scripts; and how each is run."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.facts import code
from persistlint.facts.sql import Kind
from persistlint.project.interp.frames import Frame
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Env, Function, Loc
from persistlint.project.model import Statement
from persistlint.replay.live import Live
from persistlint.replay.numbered import Script

_STEPS = 100_000
"""Some paths alter hundreds of times, one behind the other."""
_TRANSACTIONS = (Kind.BEGIN, Kind.COMMIT, Kind.ROLLBACK, Kind.SAVEPOINT, Kind.RELEASE)
_SILENT = (Kind.SELECT, Kind.OTHER)
_DATA = (Kind.INSERT, Kind.UPDATE, Kind.DELETE)
_DEFINITIONS = (code.Import, code.ImportFrom, code.FuncDef, code.ClassDef)


@dataclass(frozen=True, slots=True)
class Body:
    """What a module does while it is imported, apart from what it defines."""

    module: Module

    @property
    def path(self) -> str:
        """Its file."""
        return self.module.path


Unit = Function | Script | Body


def run(machine: Machine, live: Live, unit: Unit) -> None:
    """Carry one unit out. Raises `Raised`."""
    match unit:
        case Function():
            machine.run_root(unit, _STEPS)
        case Body():
            _run_body(machine, unit.module)
        case Script():
            begun = False
            for statement in unit.statements:
                _run_statement(machine, live, statement, begun=begun)
                begun = _is_begun(statement, begun=begun)


def _run_body(machine: Machine, module: Module) -> None:
    outer = machine.root, machine.held, machine.caller, machine.running
    machine.root, machine.held, machine.caller, machine.running = (module.path, -1), [], None, None
    body = tuple(one for one in module.facts.body if not isinstance(one, _DEFINITIONS))
    try:
        with machine.budget(_STEPS):
            machine.block(body, Frame(Env(module, module.env), None))
    finally:
        machine.root, machine.held, machine.caller, machine.running = outer


def _run_statement(machine: Machine, live: Live, statement: Statement, *, begun: bool) -> None:
    sql = statement.sql
    text = statement.text[sql.start : sql.end]
    loc = Loc(statement.span.path, sql.start, sql.end)
    tables = tuple(use.name for use in sql.tables if use.write)
    if sql.kind is Kind.PRAGMA:
        live.switch(sql, begun=begun)
    elif sql.kind is Kind.UNKNOWN:
        live.pass_over(machine, text, loc, tables)
    elif sql.kind in _DATA and ("?" in text or ":" in text):
        live.blind = True  # the values are not known; they change no definition
    elif sql.kind not in (*_TRANSACTIONS, *_SILENT):
        live.run(machine, text, loc, sql.kind.value, tables)


def _is_begun(statement: Statement, *, begun: bool) -> bool:
    kind = statement.sql.kind
    return kind is Kind.BEGIN or (begun and kind not in (Kind.COMMIT, Kind.ROLLBACK))
