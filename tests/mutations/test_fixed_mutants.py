"""Every mutant that has a fix is fixed: no rule speaks of it any more, and the example does again what its test says."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from persistlint import fixing

from .board import EXAMPLE, Board
from .in_code import code_mutants
from .in_flows import flow_mutants
from .in_stores import store_mutants
from .mutant import Mutant

OWN_TEST = Path(__file__).parents[1] / "functional" / "test_feature_board.py"
FIXED = frozenset({
    "dispose-not-guaranteed", "half-configured-begin-hook", "lossy-import", "missing-busy-timeout",
    "pragma-on-one-connection", "request-field-not-persisted",
})  # fmt: skip
"""Rules of the example's mutants that have fixes."""
MUTANTS = tuple(
    one for made in (code_mutants, flow_mutants, store_mutants) for one in made(EXAMPLE) if one.owners & FIXED
)
UNFIXED = (
    "accepts what no column keeps",  # a new column, or none?
    "the import drops priority", "the import drops name",  # entries may lack it, and the position stands in for it
    "wait 0 ms", "leave no timeout to the driver",  # somebody has written the zero
    "by an engine",  # it has no name that could be disposed of
)  # fmt: skip
"""What the names of mutants end with in which the code must say first what it means."""
FIRST = tuple({min(one.owners & FIXED): one for one in reversed(MUTANTS) if not one.name.endswith(UNFIXED)}.values())
ASKS_MORE = "no timeout at all"
"""The example's own test asks for a PRAGMA besides the driver's timeout, the contract for either."""
TRIED = os.environ.get("FIXED_MUTANTS")
"""`all`: the example's own test is run after every fix, else after the first one of each rule, for it takes seconds."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_fixed_and_the_example_keeps_its_promises_again(whole: Board, mutant: Mutant) -> None:
    with whole.broken(mutant):
        outcome = fixing.fix(whole.report, unsafe=True)

        assert outcome.refused == {}
        assert (outcome.fixed > 0) == (not mutant.name.endswith(UNFIXED))
        if outcome.fixed:
            assert {one.rule for one in outcome.report.diagnostics} == mutant.owners - FIXED
            if mutant.name.endswith(ASKS_MORE) or _is_the_same_program(whole):
                return
            if TRIED == "all" or mutant in FIRST:
                _run_own_test(whole.root)


def _is_the_same_program(board: Board) -> bool:
    """Whether only the order of keyword arguments has changed, which here makes no difference."""
    return all(
        _dump(text) == _dump((board.root / path).read_text(encoding="utf-8"))
        for path, text in board.texts.items()
        if path.endswith(".py")
    )


def _dump(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords.sort(key=lambda keyword: keyword.arg or "")
    return ast.dump(tree)


def _run_own_test(root: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", str(OWN_TEST)],
        env={**os.environ, "FEATURE_BOARD": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_enough_mutants_are_fixed() -> None:
    fixed = [one for one in MUTANTS if not one.name.endswith(UNFIXED)]
    assert len(fixed) >= 30
    assert {rule for one in fixed for rule in one.owners & FIXED} == FIXED
