"""Every broken upgrade is reported by exactly the rule that owns it, and the unbroken projects by none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from persistlint import registry
from persistlint.engine import Request, read

from .in_upgrades import Broken, Project, projects

EXAMPLE = Path(__file__).parents[2] / "examples" / "feature_board"
PROJECTS = {project.name: project for project in projects(EXAMPLE)}
BROKEN = [broken for project in PROJECTS.values() for broken in project.broken]
RULES = [rule for rule in registry.load_pack(registry.BUILT_IN) if rule.family == "upgrades"]


class Bench:
    """Folders that projects are written to; what a change leaves alone is read from their caches."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._written: dict[str, Mapping[str, str]] = {}

    def reported(self, project: Project, broken: Broken | None = None) -> Mapping[str, str]:
        """The rules that say something, each with its first message."""
        root = self._root / project.name
        files = project.files if broken is None else broken.files(project.files)
        for path, text in files.items():
            if self._written.get(project.name, {}).get(path) != text:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
        self._written[project.name] = files
        linked = read(Request(root, [root], jobs=1))
        assert linked.crashes == ()
        said: dict[str, str] = {}
        for rule in RULES:
            assert rule.check is not None
            for finding in rule.check(linked.project):
                said.setdefault(rule.name, f"{finding.at.path}:{finding.at.line}: {finding.message}")
        return said


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


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
