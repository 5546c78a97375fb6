"""What an upgrade path is made of: functions and scripts; and how each is run."""

from __future__ import annotations

from persistlint.facts.sql import Kind
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Function, Loc
from persistlint.project.model import Statement
from persistlint.replay.live import Live
from persistlint.replay.numbered import Script

_STEPS = 100_000
"""Some paths alter hundreds of times, one behind the other."""
_TRANSACTIONS = (Kind.BEGIN, Kind.COMMIT, Kind.ROLLBACK, Kind.SAVEPOINT, Kind.RELEASE)
_SILENT = (Kind.SELECT, Kind.OTHER)
_DATA = (Kind.INSERT, Kind.UPDATE, Kind.DELETE)


Unit = Function | Script


def run(machine: Machine, live: Live, unit: Unit) -> None:
    """Carry one unit out. Raises `Raised`."""
    match unit:
        case Function():
            machine.run_root(unit, _STEPS)
        case Script():
            begun = False
            for statement in unit.statements:
                _run_statement(machine, live, statement, begun=begun)
                begun = _is_begun(statement, begun=begun)


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
