"""Items of lists of acceptance checks: label, text, rules, each rule at its place."""

from __future__ import annotations

import pytest

from persistlint.extract.contract import extract_contract
from persistlint.extract.sql import parse
from persistlint.facts.contract import ContractFacts, Role
from persistlint.source import Span

DOCUMENT = """\
## D01 Users

### Acceptance Checks

- [ ] D01: the table exists: `missing-table`, `missing-column`
- [x] SURF-03: both agree
  on every path: `index-drift`.
- prose with `code`
"""


def contracts(text: str) -> ContractFacts:
    return extract_contract("c.md", text, frozenset({Role.CONTRACTS}), parse)


class TestChecks:
    def test_have_label_text_rules_and_unit(self) -> None:
        first, second = contracts(DOCUMENT).checks

        assert (first.label, first.text, first.unit) == ("D01", "the table exists", "D01")
        assert [name.text for name in first.rules] == ["missing-table", "missing-column"]
        assert (second.label, second.text) == ("SURF-03", "both agree on every path")
        assert [(name.text, name.span) for name in second.rules] == [("index-drift", Span("c.md", 7, 19, 7, 30))]

    @pytest.mark.parametrize(
        ("item", "text", "rules"),
        [
            ("- [ ] D01: a: b: `x`, `y`", "a: b", ["x", "y"]),
            ("* [X] no label: `x` and `y`.", "no label", ["x", "y"]),
            ("1. D01: counted: `x`;`y`", "counted", ["x", "y"]),
            ("- [ ] no rules at all", "no rules at all", []),
            ("- [ ] D01: `code` in the middle", "`code` in the middle", []),
            ("- [ ] D01: `only-rules`", "", ["only-rules"]),
            ("- [ ] D01: empty: ``", "empty", [""]),
        ],
    )
    def test_may_be_written_in_many_ways(self, item: str, text: str, rules: list[str]) -> None:
        [check] = contracts(f"## Acceptance checks\n\n{item}\n").checks

        assert (check.text, [name.text for name in check.rules]) == (text, rules)

    def test_stand_below_their_heading_only(self) -> None:
        item = "- [ ] D01: {}: `x`"
        parts = [item.format("a"), "## Acceptance Checks", "### Of one", item.format("b"), "## Else", item.format("c")]

        assert [check.text for check in contracts("\n\n".join(parts)).checks] == ["b"]
