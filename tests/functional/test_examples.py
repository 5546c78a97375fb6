"""The example that agrees is clean; what the example that drifted shows is a golden file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from persistlint import registry
from persistlint.engine import Request, run
from persistlint.settings import load

ROOT = Path(__file__).resolve().parents[2]
RULES = registry.assemble(registry.load_pack(registry.BUILT_IN))
EXPECTED = ROOT / "examples" / "legacy_board" / "expected.txt"


def check(folder: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`persistlint check` on a folder, as a user runs it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("lint", "rules"))}
    command = [sys.executable, "-m", "persistlint", "check", "--no-cache", "--format", "concise", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in ("feature_board", "legacy_board"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name, ignore=shutil.ignore_patterns("*cache*", "*.db"))
    return tmp_path


def test_the_example_that_agrees_has_no_findings(copied: Path) -> None:
    done = check(copied / "feature_board", copied)

    assert (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]) == (0, "no findings")


def test_the_example_that_drifted_shows_what_its_golden_file_says(copied: Path) -> None:
    done = check(copied / "legacy_board", copied)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        EXPECTED.write_text(done.stdout)

    assert done.returncode == 1
    assert done.stdout == EXPECTED.read_text(), "run with UPDATE_SNAPSHOTS=1 and read the difference"


def test_the_golden_file_has_a_finding_of_each_family_that_needs_no_contract() -> None:
    text = EXPECTED.read_text()

    for rule in (
        "unknown-column",
        "unknown-table",
        "upgraded-column-drift",
        "failing-upgrade",
        "lossy-import",
        "request-field-not-persisted",
    ):
        assert f"[{rule}]" in text


def test_every_drift_that_the_example_tells_of_is_found(copied: Path) -> None:
    folder = copied / "legacy_board"
    told = (folder / "README.md").read_text()
    promised = set(re.findall(r"^\|[ \w]*\| `([a-z-]+)` \|", told, re.MULTILINE))
    oldest = re.search(r"```sql\n(.*?)```", told, re.DOTALL)
    assert oldest
    document = folder / ".planning" / "specs" / "surfaces" / "DATA-PERSISTENCE-CONTRACTS.md"
    document.parent.mkdir(parents=True)
    document.write_text(f"## D01 Boards\n\n```sql baseline\n{oldest[1]}```\n")

    settings = replace(load(folder), select=("all",))
    report = run(Request(folder, [folder], settings, jobs=1, use_cache=False), RULES)

    assert len(promised) > 30
    assert promised <= {one.rule for one in report.diagnostics}


def test_fingerprints_stay_when_all_lines_move(copied: Path, tmp_path: Path) -> None:
    folder = copied / "legacy_board"
    contract = copied / "feature_board" / ".planning" / "specs" / "surfaces" / "DATA-PERSISTENCE-CONTRACTS.md"
    contract.write_text(contract.read_text().replace("VARCHAR(100)", "VARCHAR(90)"))
    before = [fingerprints(one) for one in (folder, copied / "feature_board")]
    for file in [*copied.glob("**/*.py"), *copied.glob("**/*.md")]:
        file.write_text(("\n" if file.suffix == ".md" else "# moved\n") * 9 + file.read_text())

    assert [fingerprints(one) for one in (folder, copied / "feature_board")] == before
    assert all(before)


def fingerprints(root: Path) -> set[str]:
    report = run(Request(root, [root], load(root), jobs=1, use_cache=False), RULES)
    return {one.fingerprint for one in report.diagnostics}
