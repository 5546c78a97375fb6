"""Rules of another distribution, installed beside ours, by the entry point group alone."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "tests" / "packs" / "acme"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder as pip leaves it: the package, and what its metadata says of entry points."""
    site = tmp_path / "site"
    shutil.copytree(PACK / "acme_rules", site / "acme_rules", ignore=shutil.ignore_patterns("__pycache__"))
    metadata = site / "acme_rules-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[persistlint.rules]\nacme = acme_rules\n")
    return site


def persistlint(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    search = os.pathsep.join(str(path) for path in (ROOT / "lint", ROOT / "rules", site))
    return subprocess.run(
        [sys.executable, "-m", "persistlint", *arguments],
        cwd=cwd, env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_pack_imports_the_sdk_and_the_testing_kit_and_nothing_else_of_ours() -> None:
    imported = {
        node.module
        for path in PACK.glob("**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("persistlint")
    }
    names = {
        alias.name
        for path in PACK.glob("**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "persistlint"
        for alias in node.names
    }

    assert imported <= {"persistlint", "persistlint.sdk"}
    assert names == {"testing"}


def test_its_rules_are_listed_explained_selected_and_reported(installed: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "schema.sql").write_text("CREATE TABLE Tasks (id INTEGER PRIMARY KEY);\n")
    (project / "persistlint.toml").write_text("select = ['naming']\n")
    listed = json.loads(persistlint(installed, project, "rules", "--format", "json").stdout)
    checked = persistlint(installed, project, "check", "--format", "concise")

    assert "upper-case-table" in {rule["name"] for rule in listed["rules"] if rule["family"] == "naming"}
    assert persistlint(installed, project, "explain", "upper-case-table").stdout.startswith("# upper-case-table\n")
    assert checked.returncode == 1
    assert checked.stdout.startswith("schema.sql:1:1: warning[upper-case-table] table `Tasks` is not in lower case\n")


def test_its_findings_can_be_ignored_in_place(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(
        "CREATE TABLE Tasks (id INTEGER); -- persistlint: ignore[upper-case-table] theirs\n"
    )

    assert persistlint(installed, tmp_path, "check", "a.sql").returncode == 0


def test_without_it_its_names_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "persistlint.toml").write_text("select = ['naming']\n")
    done = persistlint(tmp_path, tmp_path, "check")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "`select` names no rule or family: `naming`" in done.stderr


def test_a_rule_that_is_called_like_one_of_ours_is_refused(installed: Path, tmp_path: Path) -> None:
    family = installed / "acme_rules" / "naming"
    (family / "upper_case_table.py").rename(family / "unknown_table.py")
    (family / "upper_case_table.md").rename(family / "unknown_table.md")
    done = persistlint(installed, tmp_path, "check")

    assert done.returncode == 2
    assert "two rules are called `unknown-table`" in done.stderr
