"""Runs a rule's Markdown page as its test. Shipped, so that third-party rule packs test the same way.

```python
import pytest
from persistlint import testing

RULES = testing.pack("my_rules")

@pytest.mark.parametrize("case", testing.cases_of(RULES), ids=str)
def test_page(case: testing.Case) -> None:
    testing.check_case(case, RULES)
```
"""

from __future__ import annotations

from persistlint.testing.cases import HEADINGS, Case, CaseFile, read_cases
from persistlint.testing.fixes import check_fixes
from persistlint.testing.runner import CaseError, cases_of, check_case, pack, page_problems

__all__ = [
    "HEADINGS",
    "Case",
    "CaseError",
    "CaseFile",
    "cases_of",
    "check_case",
    "check_fixes",
    "pack",
    "page_problems",
    "read_cases",
]
