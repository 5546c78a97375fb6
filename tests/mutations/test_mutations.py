"""Every broken promise is reported by exactly the rule that owns it, and the unbroken example by none."""

from __future__ import annotations

import pytest

from .board import EXAMPLE, Board
from .in_code import code_mutants
from .in_contract_sql import contract_mutants
from .in_documents import document_mutants
from .in_flows import flow_mutants
from .in_stores import store_mutants
from .mutant import Mutant

MUTANTS = (*code_mutants(EXAMPLE), *contract_mutants(EXAMPLE), *document_mutants(EXAMPLE), *store_mutants(EXAMPLE))
FLOWS = tuple(flow_mutants(EXAMPLE))


def test_the_unbroken_example_is_clean(board: Board) -> None:
    assert board.reported() == {}


@pytest.mark.parametrize("mutant", FLOWS, ids=lambda mutant: mutant.name)
def test_a_broken_flow_is_reported_by_its_owners_alone(whole: Board, mutant: Mutant) -> None:
    reported = whole.reported(mutant)

    assert reported.keys() == mutant.owners, reported


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_reported_by_its_owners_alone(board: Board, mutant: Mutant) -> None:
    reported = board.reported(mutant)

    assert reported.keys() == mutant.owners, reported


def test_there_are_enough_mutants_and_no_two_are_the_same() -> None:
    assert len([mutant for mutant in MUTANTS if mutant.owners]) >= 150
    assert len({mutant.name for mutant in MUTANTS}) == len({mutant.edits for mutant in MUTANTS}) == len(MUTANTS)


def test_there_are_enough_broken_flows_and_no_two_are_the_same() -> None:
    assert len([mutant for mutant in FLOWS if mutant.owners]) >= 80
    assert len({mutant.name for mutant in FLOWS}) == len({mutant.edits for mutant in FLOWS}) == len(FLOWS)
