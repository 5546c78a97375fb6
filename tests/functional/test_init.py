"""`persistlint init` as its users meet it: streams and exit statuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from persistlint.contracts import DEFAULTS
from persistlint.facts.contract import Role

ROOT = Path(__file__).parents[2]
MATRIX, CONTRACTS, INVENTORY = (DEFAULTS[role] for role in (Role.MATRIX, Role.CONTRACTS, Role.INVENTORY))


def persistlint(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    search = os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "persistlint", *arguments, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "schema.sql").write_text("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n")
    return tmp_path


def test_init_check_and_update(root: Path) -> None:
    first = persistlint(root, "init")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        f"wrote {MATRIX}",
        f"wrote {CONTRACTS}",
        f"wrote {INVENTORY}",
        "1 unit; read it, add what only people know, and run `persistlint check`",
    ]
    assert persistlint(root, "check").returncode == 0
    assert persistlint(root, "acceptance").returncode == 0
    again = persistlint(root, "init", "--update")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines() == [f"{path} is up to date" for path in (MATRIX, CONTRACTS, INVENTORY)]


def test_the_number_of_workers_changes_nothing(root: Path) -> None:
    texts: list[list[bytes]] = []
    for jobs in ("1", "3"):
        assert persistlint(root, "init", "--jobs", jobs).returncode == 0
        texts.append([(root / path).read_bytes() for path in (MATRIX, CONTRACTS, INVENTORY)])
        for path in (MATRIX, CONTRACTS, INVENTORY):
            (root / path).unlink()
    assert texts[0] == texts[1]


def test_a_document_that_exists(root: Path) -> None:
    (root / CONTRACTS).parent.mkdir(parents=True)
    (root / CONTRACTS).write_text("# Ours\n")
    result = persistlint(root, "init")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"persistlint: {CONTRACTS}: this document exists: `init --update` refreshes what `init` wrote in it\n"
    )
    assert (root / CONTRACTS).read_text() == "# Ours\n"
    assert not (root / MATRIX).exists()


def test_nothing_to_update(root: Path) -> None:
    result = persistlint(root, "init", "--update")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"persistlint: {MATRIX}: this document does not exist, so that it cannot be updated\n"


def test_settings_that_ask_for_another_number_of_units(root: Path) -> None:
    (root / "persistlint.toml").write_text("units = 12\nmatrix = 'm.md'\n")
    result = persistlint(root, "init")
    assert result.returncode == 0
    assert "persistlint: the setting `units` asks for 12 units, and the code has 1\n" in result.stderr
    assert "| D01 |" in (root / "m.md").read_text(encoding="utf-8")
