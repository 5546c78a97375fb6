"""Carries out the fixes of a case: what every fix must keep is asserted here, so that no rule's test can forget it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from persistlint import fixing, settings
from persistlint.engine import Request, run
from persistlint.registry import RuleSet
from persistlint.report import Report
from persistlint.testing.cases import Case
from persistlint.testing.runner import CaseError, lay_out


def check_fixes(case: Case, rules: RuleSet) -> int:
    """Carry out all fixes, safe or not, of the findings of the page's rule; how many there were. Raises CaseError.

    The result is a program, each fixed finding is gone, no rule finds anything new, a second run changes nothing, and
    every line that the fixes do not name is the same byte for byte.
    """
    __tracebackhide__ = True
    with tempfile.TemporaryDirectory(prefix="persistlint-fixes-") as folder:
        root = Path(folder).resolve()
        lay_out(case, root)
        before = _bytes(root)
        everything = _said(_report(root, rules, None))
        first = _report(root, rules, (case.rule,))
        outcome = fixing.fix(lambda: _report(root, rules, (case.rule,)), unsafe=True)
        after = _bytes(root)
        problems = [f"{path}: not fixed: {reason}" for path, reason in outcome.refused.items()]
        problems += [
            f"{one.finding.at.path}:{one.finding.at.line}: still reported after its fix: {one.finding.message}"
            for one in outcome.report.diagnostics
            if one.finding.fix is not None
        ]
        now = _said(_report(root, rules, None))
        problems += [f"new: {rule}: {message}" for rule, message in sorted(now - everything)]
        again = fixing.fix(lambda: _report(root, rules, (case.rule,)), unsafe=True)
        if again.fixed or _bytes(root) != after:
            problems.append("a second run changes something")
        problems += _touched(before, after, first)
    if problems:
        raise CaseError("\n  ".join([f"{case.page}:{case.line}: case `{case.title}`, fixed", *problems]))
    return outcome.fixed


def _report(root: Path, rules: RuleSet, select: tuple[str, ...] | None) -> Report:
    chosen = settings.load(root)
    if select is not None:
        chosen = replace(chosen, select=select)
    return run(Request(root, [root], chosen, jobs=1, use_cache=False), rules)


def _said(report: Report) -> set[tuple[str, str]]:
    return {(one.rule, one.finding.message) for one in report.diagnostics}


def _bytes(root: Path) -> Mapping[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def _touched(before: Mapping[str, bytes], after: Mapping[str, bytes], report: Report) -> list[str]:
    """Files that came or went, and lines outside of the edits that are not the same byte for byte."""
    problems = [f"{path}: is there in only one of both" for path in sorted(before.keys() ^ after.keys())]
    edits = [edit for one in report.diagnostics if one.finding.fix is not None for edit in one.finding.fix.edits]
    for path in sorted(before.keys() & after.keys()):
        named = {
            line for edit in edits if edit.span.path == path for line in range(edit.span.line, edit.span.end_line + 1)
        }
        rest = iter(after[path].splitlines(keepends=True))
        lines = enumerate(before[path].splitlines(keepends=True), start=1)
        problems += [
            f"{path}:{number}: is changed, though no fix names it"
            for number, line in lines
            if number not in named and line not in rest
        ]
    return problems
