"""Runs cases in a folder of their own: every mark must be met, every finding marked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from persistlint import registry, settings
from persistlint.adoption import check
from persistlint.engine import Request
from persistlint.registry import RuleSet
from persistlint.testing.cases import HEADINGS, Case, headings_of, read_cases


class CaseError(AssertionError):
    """A case whose findings are not the marked ones."""


def pack(package: str) -> RuleSet:
    """The rules of one pack, given by its import name, with the engine's own."""
    return registry.assemble(registry.load_pack(package))


def cases_of(rules: RuleSet) -> tuple[Case, ...]:
    """All cases of all pages. Raises ValueError for a page that cannot be meant."""
    return tuple(case for rule in rules for case in read_cases(rule.page, rule.name))


def check_case(case: Case, rules: RuleSet) -> None:
    """Run the page's rule, and those that marks name, over the case's files. Raises CaseError."""
    __tracebackhide__ = True
    expected = {
        (file.path, line, rule or case.rule) for file in case.files for line, rule in file.marks
    }  # fmt: skip
    wanted = sorted({case.rule, *(rule for _, _, rule in expected)})
    for name in wanted:
        if name not in rules.by_name:
            raise CaseError(f"{case.page}:{case.line}: a mark names `{name}`, which is no rule")
    with tempfile.TemporaryDirectory(prefix="persistlint-case-") as folder:
        root = Path(folder).resolve()
        lay_out(case, root)
        chosen = replace(settings.load(root), select=tuple(wanted))
        report = check(Request(root, [root], chosen, jobs=1, use_cache=False), rules)
    problems = [f"{crash.part} failed: {crash.trace or crash.error}" for crash in report.crashes]
    found = {
        (item.finding.at.path, item.finding.at.line, item.rule): item.finding.message for item in report.diagnostics
    }
    problems += [f"{_place(place)}: no finding, though one is marked" for place in sorted(expected - set(found))]
    problems += [f"{_place(place)}: unmarked: {found[place]}" for place in sorted(set(found) - expected)]
    if problems:
        heading = f"{case.page}:{case.line}: case `{case.title}`"
        raise CaseError("\n  ".join([heading, *problems]))


def page_problems(rules: RuleSet) -> tuple[str, ...]:
    """What is wrong with the shape of the pages: headings, and a firing and a quiet case each."""
    problems: list[str] = []
    for rule in rules:
        headings = headings_of(rule.page)
        if not _in_order(HEADINGS, headings):
            problems.append(f"{rule.page}: its headings must be {', '.join(HEADINGS)}, in this order")
        first = rule.page.read_text(encoding="utf-8").splitlines()[0].strip()
        if first != f"# {rule.name}":
            problems.append(f"{rule.page}: its first line must be `# {rule.name}`")
        cases = read_cases(rule.page, rule.name)
        if not any(case.fires for case in cases):
            problems.append(f"{rule.page}: no case has a finding")
        if all(case.fires for case in cases):
            problems.append(f"{rule.page}: no case is without findings")
    return tuple(problems)


def lay_out(case: Case, root: Path) -> None:
    """Write the files of a case. Raises CaseError for one that would lie elsewhere."""
    for file in case.files:
        target = (root / file.path).resolve()
        if not target.is_relative_to(root):
            raise CaseError(f"{case.page}:{case.line}: `{file.path}` lies outside the case")
        target.parent.mkdir(parents=True, exist_ok=True)
        # Bytes, so that newlines stay as the page has them on every system.
        target.write_bytes(file.text.encode())


def _place(place: tuple[str, int, str]) -> str:
    path, line, rule = place
    return f"{path}:{line}: {rule}"


def _in_order(wanted: Iterable[str], given: Iterable[str]) -> bool:
    remaining = iter(given)
    return all(heading in remaining for heading in wanted)
