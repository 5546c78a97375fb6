"""What the findings of the contracts family say, and where exactly they point."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from persistlint.extract.contract import extract_contract
from persistlint.extract.sql import parse
from persistlint.facts.contract import Role
from persistlint.project.contract import Documents, unite
from persistlint.sdk import Finding, Project, Rule, Span
from persistlint_rules.contracts import (
    acceptance_check_without_rule,
    clause_without_object,
    contract_without_unit,
    duplicate_declaration,
    duplicate_unit,
    missing_section,
    objects_drift,
    unit_out_of_sequence,
    unit_without_contract,
    unknown_artifact,
    unreadable_block,
    wrong_unit_count,
)

MATRIX = "| Unit | Source artifact | Persistence objects |\n|---|---|---|\n"
CONTRACT = "## D01 Users\n\n```sql contract\nCREATE TABLE users (id INTEGER);\n```\n"


def project(
    matrix: str | None = None,
    contracts: str | None = None,
    inventory: str | None = None,
    *,
    units: int | None = None,
    missing: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
) -> Project:
    texts: Mapping[Role, str | None] = {Role.MATRIX: matrix, Role.CONTRACTS: contracts, Role.INVENTORY: inventory}
    roles = {role.value: frozenset({role}) for role, text in texts.items() if text is not None}
    facts = {
        role.value: extract_contract(role.value, text, frozenset({role}), parse)
        for role, text in texts.items()
        if text is not None
    }
    return Project(
        contract=unite(Documents(facts, roles, units, frozenset(missing))), rule_names=frozenset(rules)
    )  # fmt: skip


def single(rule: Rule, given: Project) -> Finding:
    [finding] = rule.check(given)
    return finding


def test_unit_without_contract_points_at_the_id_of_the_row() -> None:
    finding = single(unit_without_contract.unit_without_contract, project(MATRIX + "| D01 | | |", "# Contracts"))

    assert (finding.message, finding.at) == ("unit `D01` of the matrix has no contract", Span("matrix", 3, 3, 3, 6))


def test_contract_without_unit_points_at_the_id_of_the_section_and_guesses() -> None:
    given = project(MATRIX + "| D10 | | |", "## D01 Users")
    finding = single(contract_without_unit.contract_without_unit, given)

    assert finding.message == "contract `D01` stands for no unit of the matrix; did you mean `D10`?"
    assert finding.at == Span("contracts", 1, 4, 1, 7)


def test_wrong_unit_count_says_both_numbers() -> None:
    finding = single(wrong_unit_count.wrong_unit_count, project(MATRIX + "| D01 | | |", units=12))

    assert finding.message == "the matrix has 1 unit, and the setting `units` asks for 12"
    assert (finding.at.line, finding.data["expected"], finding.data["actual"]) == (1, "12", "1")


def test_unknown_artifact_points_at_the_id_or_the_path() -> None:
    inventory = "| Artifact | Path |\n|---|---|\n| ART-0001 | a.py |\n"
    row = MATRIX + "| D01 | ART-0002 b.py; ART-0001 gone.py; ART-0001 c.py | |"
    strange, gone, other = unknown_artifact.unknown_artifact.check(project(row, None, inventory, missing=("gone.py",)))

    assert strange.message == "artifact `ART-0002` is not in the inventory; did you mean `ART-0001`?"
    assert strange.at == Span("matrix", 3, 9, 3, 17)
    assert (gone.message, gone.at.column) == ("there is no `gone.py` in the project", 33)
    assert other.message == "artifact `ART-0001` is `c.py` here and `a.py` in the inventory"
    assert other.related[0].span == Span("inventory", 3, 14, 3, 18)


def test_missing_section_points_at_the_unit_or_the_empty_section() -> None:
    contracts = CONTRACT + "\n### Failure and edge behavior\n"
    empty, absent = missing_section.missing_section.check(project(None, contracts))

    assert empty.message == "the failure and edge behavior of unit `D01` is empty"
    assert empty.at == Span("contracts", 7, 5, 7, 30)
    assert absent.message == "unit `D01` has no section `Acceptance Checks`"
    assert absent.at == Span("contracts", 1, 4, 1, 7)


def test_unreadable_block_points_into_the_fence() -> None:
    text = "```toml contract\n[[store]]\nname = 'x'\nbegn = 'IMMEDIATE'\n```\n"
    finding = single(unreadable_block.unreadable_block, project(None, text))

    assert finding.message == "unknown key `begn` of `store`; did you mean `begin`?"
    assert finding.at == Span("contracts", 4, 1, 4, 19)


def test_acceptance_check_without_rule_points_at_the_name_and_guesses() -> None:
    given = project(
        None, "## Acceptance Checks\n\n- [ ] X-1: a: `one-rule`, `two-rule`\n", rules=("one-rule", "tow-rule")
    )
    finding = single(acceptance_check_without_rule.acceptance_check_without_rule, given)

    assert finding.message == "no rule is called `two-rule`; did you mean `tow-rule`?"
    assert finding.at == Span("contracts", 3, 28, 3, 36)


@pytest.mark.parametrize(("rules", "count"), [((), 0), (("begin-mode-drift",), 0), (("another-rule",), 1)])
def test_a_clause_is_enforced_by_an_installed_rule(rules: tuple[str, ...], count: int) -> None:
    given = project(None, "```toml contract\n[[store]]\nname = 'x'\nbegin = 'IMMEDIATE'\n```\n", rules=rules)
    findings = list(acceptance_check_without_rule.acceptance_check_without_rule.check(given))

    assert [finding.at.line for finding in findings] == [4] * count


def test_objects_drift_points_at_the_row_and_at_the_contract() -> None:
    there, here = objects_drift.objects_drift.check(project(MATRIX + "| D01 | | `user` |", CONTRACT))

    assert there.message == (
        "the matrix names table `user` for unit `D01`, whose contract does not; did you mean `users`?"
    )
    assert there.at == Span("matrix", 3, 12, 3, 16)
    assert here.message == "the contract of unit `D01` is about table `users`, which the matrix does not name for it"
    assert (here.at, here.related[0].span.line) == (Span("matrix", 3, 3, 3, 6), 4)


def test_duplicate_unit_shows_the_first_one() -> None:
    finding = single(duplicate_unit.duplicate_unit, project(MATRIX + "| D01 | | |\n| D01 | | |"))

    assert (finding.message, finding.at.line) == ("unit `D01` has two rows of the matrix", 4)
    assert finding.related[0].span.line == 3


def test_unit_out_of_sequence_names_what_is_left_out() -> None:
    finding = single(unit_out_of_sequence.unit_out_of_sequence, project(MATRIX + "| D01 | | |\n| D05 | | |"))

    assert finding.message == "`D02` to `D04` is left out before unit `D05`"


def test_duplicate_declaration_shows_the_one_that_counts() -> None:
    finding = single(duplicate_declaration.duplicate_declaration, project(None, CONTRACT + CONTRACT))

    assert (finding.message, finding.at.line) == ("table `users` is declared a second time", 9)
    assert (finding.related[0].span.line, finding.data["table"]) == (4, "users")


def test_clause_without_object_points_at_the_key() -> None:
    clause = "```toml contract\n[[default]]\ntable = 'users'\ncolumn = 'di'\nvalue = 1\n```\n"
    finding = single(clause_without_object.clause_without_object, project(None, CONTRACT + clause))

    assert finding.message == "neither the contract nor the code has the column `di` of table `users`"
    assert (finding.at.line, finding.data["column"]) == (9, "di")
