"""`persistlint acceptance` as its users meet it: streams and exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from persistlint.contracts import DEFAULTS
from persistlint.facts.contract import Role

ROOT = Path(__file__).parents[2]
UNIT = """\
## D01 Users

```sql contract
CREATE TABLE users (id INTEGER PRIMARY KEY);
```

### Failure and edge behavior

A second user of the same id is refused.

### Acceptance Checks

- [ ] D01: the table is there: `missing-table`
- [ ] D01: all parts are there: `missing-section`
"""
CODE = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"


def acceptance(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    search = os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "persistlint", "acceptance", "--no-cache", *arguments],
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
    lay(tmp_path, UNIT)
    return tmp_path


def lay(root: Path, contracts: str, code: str = CODE) -> None:
    path = root / DEFAULTS[Role.CONTRACTS]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(contracts, encoding="utf-8")
    (root / "schema.sql").write_text(code, encoding="utf-8")


def test_all_accepted_is_status_0(root: Path) -> None:
    done = acceptance(root)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "pass         D01  the table is there",
        "pass         D01  all parts are there",
        "",
        "2 checks: 2 pass",
    ]


def test_a_check_that_fails_is_status_1(root: Path) -> None:
    lay(root, UNIT, code="CREATE TABLE others (id INTEGER PRIMARY KEY);\n")
    done = acceptance(root, "--format", "json")

    assert done.returncode == 1
    assert [check["status"] for check in json.loads(done.stdout)["checks"]] == ["fail", "pass"]


def test_incomplete_parity_is_status_1(root: Path) -> None:
    (root / "persistlint.toml").write_text("units = 2\n")
    (root / DEFAULTS[Role.MATRIX]).write_text("| Unit |\n|---|\n| D01 |\n")
    done = acceptance(root, "--format", "markdown")

    assert (done.returncode, "- matrix-to-contract 1/2" in done.stdout.splitlines()) == (1, True)


def test_what_cannot_be_decided_is_status_2(root: Path) -> None:
    lay(root, UNIT.replace("`missing-section`", "`missing-sektion`"))
    done = acceptance(root)

    assert done.returncode == 2
    assert "no rule is called `missing-sektion`" in done.stdout


def test_no_documents_are_status_2_and_one_line(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    done = acceptance(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "persistlint: there are no contract documents: name them by the settings `matrix` and `contracts`"
    ]


def test_a_setting_that_names_no_document_is_status_2_at_its_line(root: Path) -> None:
    (root / "persistlint.toml").write_text("units = 2\nmatrix = 'gone.md'\n")
    done = acceptance(root)

    assert done.returncode == 2
    assert done.stderr.endswith("persistlint.toml:2: `matrix` names no file of the project: `gone.md`\n")
