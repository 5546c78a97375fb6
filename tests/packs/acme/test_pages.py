"""What the pack's own repository would hold: its pages run as tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from persistlint import testing

if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

RULES = testing.pack("acme_rules")


@pytest.mark.parametrize("case", testing.cases_of(RULES), ids=str)
def test_page(case: testing.Case) -> None:
    testing.check_case(case, RULES)


def test_pages_have_their_shape() -> None:
    assert testing.page_problems(RULES) == ()
