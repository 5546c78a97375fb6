"""Every broken upgrade is reported by exactly the rule that owns it, and the unbroken projects by none."""

from __future__ import annotations

import pytest

from persistlint import registry

from .bench import Bench, Broken
from .board import EXAMPLE
from .in_upgrades import projects

PROJECTS = {project.name: project for project in projects(EXAMPLE)}
BROKEN = [broken for project in PROJECTS.values() for broken in project.broken]
RULES = [rule for rule in registry.load_pack(registry.BUILT_IN) if rule.family == "upgrades"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"), RULES)


@pytest.mark.parametrize("name", PROJECTS)
def test_the_unbroken_project_is_clean(bench: Bench, name: str) -> None:
    assert bench.reported(PROJECTS[name]) == {}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.title)
def test_a_broken_upgrade_is_reported_by_its_owners_alone(bench: Bench, broken: Broken) -> None:
    reported = bench.reported(PROJECTS[broken.project], broken)

    assert reported.keys() == broken.owners, reported


def test_there_are_enough_and_no_two_are_the_same() -> None:
    assert len([one for one in BROKEN if one.owners]) >= 80
    assert len({one.title for one in BROKEN}) == len({(one.project, one.edits) for one in BROKEN}) == len(BROKEN)
    owned = {name for one in BROKEN for name in one.owners}
    assert {rule.name for rule in RULES} - owned == {"newer-sqlite-needed"}, "that one has a setting, and a page"
