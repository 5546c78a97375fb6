"""Evaluates the acceptance checks of a project's contract documents by the rules that they name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from persistlint.engine import Linked, Request, judge, read
from persistlint.errors import UserError
from persistlint.facts.contract import AcceptanceCheck
from persistlint.project.contract import Contract
from persistlint.registry import INVALID_SYNTAX, UNREADABLE_FILE, RuleSet
from persistlint.report import Diagnostic, Report
from persistlint.settings import Settings


class Status(StrEnum):
    """What a check comes to. `not-checked`: it cannot be decided, which is never taken for a pass."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check with its result: the findings behind a fail, the reason of what could not be checked."""

    check: AcceptanceCheck
    status: Status
    findings: tuple[Diagnostic, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Parity:
    """How many units stand in both documents, and how many should."""

    matched: int
    expected: int
    complete: bool

    def __str__(self) -> str:
        return f"{self.matched}/{self.expected}"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """All outcomes in the order of the documents. `parity` is None where there is no matrix."""

    outcomes: tuple[Outcome, ...]
    parity: Parity | None
    report: Report

    def count(self, status: Status) -> int:
        """How many checks came to that."""
        return sum(1 for outcome in self.outcomes if outcome.status is status)

    @property
    def accepted(self) -> bool:
        """Whether every check passes and every unit stands in both documents."""
        return all(one.status is Status.PASS for one in self.outcomes) and (self.parity is None or self.parity.complete)


def evaluate(request: Request, rules: RuleSet) -> Acceptance:
    """Read the project, run the rules that its checks name, and decide each check.

    What stands in the settings under `select` has no part in it; what stands under `ignore` is not checked.
    Raises UserError where there is no document, where one cannot be read, or where there is no check.
    """
    linked = read(request)
    _demand_checks(linked)
    return decide(linked, request.settings, rules)


def decide(linked: Linked, settings: Settings, rules: RuleSet) -> Acceptance:
    """Decide the checks of a project that has been read, however many or few there are."""
    contract = linked.project.contract
    named = {name.text for check in contract.checks for name in check.rules} & set(rules.by_name)
    settings = replace(settings, select=tuple(sorted(named)))
    # A check speaks of the whole project, whatever part of it was named.
    everything = frozenset(linked.discovered.files).union(contract.roles)
    report = judge(replace(linked, discovered=replace(linked.discovered, reported=everything)), settings, rules)
    judged = _Judge(contract, report, rules, settings)
    return Acceptance(tuple(judged.outcome(check) for check in contract.checks), _parity(contract), report)


def _demand_checks(linked: Linked) -> None:
    contract = linked.project.contract
    if not contract.present:
        raise UserError("there are no contract documents: name them by the settings `matrix` and `contracts`")
    for _, problem in linked.problems:
        if problem.at.path in contract.unread:
            raise UserError(problem.message, path=problem.at.path, line=problem.at.line)
    if not contract.checks:
        raise UserError("the contract documents hold no acceptance checks")


class _Judge:
    """Decides checks by the report of a run of all the rules that they name."""

    def __init__(self, contract: Contract, report: Report, rules: RuleSet, settings: Settings) -> None:
        self._contract = contract
        self._report = report
        self._rules = rules
        self._ignored = rules.expand(settings.ignore, settings, "ignore")
        self._units = {unit.id: unit for unit in reversed(contract.units)}

    def outcome(self, check: AcceptanceCheck) -> Outcome:
        named = {name.text for name in check.rules}
        findings = tuple(one for one in self._report.diagnostics if one.rule in named and self._concerns(one, check))
        if findings:
            return Outcome(check, Status.FAIL, findings)
        reason = self._undecided(check)
        return Outcome(check, Status.PASS if reason is None else Status.NOT_CHECKED, reason=reason)

    def _undecided(self, check: AcceptanceCheck) -> str | None:
        """Why no finding is no pass; None where it is one."""
        crashed = {crash.part for crash in self._report.crashes}
        for name in (one.text for one in check.rules):
            if name not in self._rules.by_name:
                return f"no rule is called `{name}`"
            if name in self._ignored:
                return f"`{name}` is ignored by the settings"
            if f"rule {name}" in crashed:
                return f"`{name}` failed, a defect of persistlint's"
        for one in self._report.diagnostics:
            if one.rule in (UNREADABLE_FILE.name, INVALID_SYNTAX.name):
                return f"`{one.finding.at.path}` cannot be read"
        blind = next((part for part in sorted(crashed) if not part.startswith("rule ")), None)
        if blind is not None:
            return f"{blind} failed, a defect of persistlint's"
        return None if check.rules else "it names no rule"

    def _concerns(self, diagnostic: Diagnostic, check: AcceptanceCheck) -> bool:
        """Whether a finding is about the check's unit. A finding or check that does not say, is about everything."""
        unit = self._units.get(check.label or check.unit or "")
        if unit is None:
            return True
        data = diagnostic.finding.data
        own_tables = {name.text.lower() for name in unit.declares}
        tables = own_tables | {name.text.lower() for name in unit.refers}
        stores = {store.name for store in self._contract.stores if store.unit == unit.id}
        table, store, about = data.get("table"), data.get("store"), data.get("unit")
        if isinstance(about, str) and about != unit.id:
            return False
        if own_tables and isinstance(table, str) and self._contract.named(table) and table.lower() not in tables:
            return False
        known = {one.name for one in self._contract.stores}
        return not (stores and isinstance(store, str) and store in known and store not in stores)


def _parity(contract: Contract) -> Parity | None:
    if not contract.matrices:
        return None
    rows = {row.unit.text for row in contract.rows}
    sections = {unit.id for unit in contract.units}
    expected = contract.expected_units or len(rows | sections)
    matched = len(rows & sections)
    return Parity(matched, expected, complete=matched == expected == len(rows | sections))
