"""Programs of many styles, broken one promise at a time: each is reported by its owners alone, and unbroken by none."""

from __future__ import annotations

import pytest

from persistlint import registry

from .bench import Bench, Broken
from .programs import programs

PROGRAMS = {program.name: program for program in programs()}
BROKEN = [broken for program in PROGRAMS.values() for broken in program.broken]
RULES = tuple(registry.load_pack(registry.BUILT_IN))
FAMILIES = ("transactions", "engines", "documents", "boundary")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"), RULES)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_unbroken_program_is_clean(bench: Bench, name: str) -> None:
    assert bench.reported(PROGRAMS[name]) == {}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.title)
def test_a_broken_promise_is_reported_by_its_owners_alone(bench: Bench, broken: Broken) -> None:
    reported = bench.reported(PROGRAMS[broken.project], broken)

    assert reported.keys() == broken.owners, reported


def test_each_program_is_one_that_python_takes() -> None:
    for broken in BROKEN:
        for path, text in broken.files(PROGRAMS[broken.project].files).items():
            if path.endswith(".py"):
                compile(text, f"{broken.title}: {path}", "exec")


def test_there_are_enough_and_no_two_are_the_same() -> None:
    owned = {name for one in BROKEN for name in one.owners}
    assert len([one for one in BROKEN if one.owners]) >= 260
    assert {rule.name for rule in RULES if rule.family in FAMILIES} <= owned
    assert len({one.title for one in BROKEN}) == len({(one.project, one.edits) for one in BROKEN}) == len(BROKEN)
