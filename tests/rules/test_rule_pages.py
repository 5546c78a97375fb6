"""Every rule's page, and every harder case beside it, runs as a test; see `persistlint.testing`."""

from __future__ import annotations

from pathlib import Path

import pytest

from persistlint import registry, testing

RULES = testing.pack(registry.BUILT_IN)
FIXED = frozenset({
    "dispose-not-guaranteed", "half-configured-begin-hook", "lossy-import", "missing-busy-timeout", "pragma-on-one-connection",
    "request-field-not-persisted", "uncommitted-upgrade", "unguarded-alter", "unused-ignore",
    "upgraded-index-missing",
})  # fmt: skip
"""Rules whose findings have fixes."""
UNFIXED = frozenset({
    ("half-configured-begin-hook", "Neither goes with AUTOCOMMIT"),
    ("lossy-import", "Parameters of SQL"),
    ("upgraded-index-missing", "An index on other rows than the model's"),
})  # fmt: skip
"""Cases of theirs in which the code must say first what it means, or in which it is SQL that must change."""
HARDER = Path(__file__).parent / "cases"


def _harder_cases() -> tuple[testing.Case, ...]:
    pages = sorted(HARDER.glob("*/*.md"))
    return tuple(case for page in pages for case in testing.read_cases(page, page.stem.replace("_", "-")))


def _fixed_cases() -> tuple[testing.Case, ...]:
    return tuple(
        case
        for case in (*testing.cases_of(RULES), *_harder_cases())
        if case.rule in FIXED and case.fires and (case.rule, case.title) not in UNFIXED
    )


@pytest.mark.parametrize("case", testing.cases_of(RULES), ids=str)
def test_the_page_says_what_the_rule_does(case: testing.Case) -> None:
    testing.check_case(case, RULES)


@pytest.mark.parametrize("case", _harder_cases(), ids=str)
def test_harder_cases(case: testing.Case) -> None:
    testing.check_case(case, RULES)


@pytest.mark.parametrize("case", _fixed_cases(), ids=str)
def test_fixes_end_their_findings_and_change_nothing_else(case: testing.Case) -> None:
    assert testing.check_fixes(case, RULES) > 0


def test_every_page_has_its_headings_and_both_kinds_of_case() -> None:
    assert testing.page_problems(RULES) == ()


def test_every_harder_case_belongs_to_a_rule_of_its_family() -> None:
    strangers = [
        page
        for page in HARDER.glob("**/*.md")
        if (name := page.stem.replace("_", "-")) not in RULES.by_name or RULES.by_name[name].family != page.parent.name
    ]

    assert strangers == []
