"""Documents that `init` writes for real projects are true of them at once, and stay as they are.

`PERSISTLINT_CORPUS` names a folder with one project a folder, `~/.cache/persistlint-corpus` by default, and
`PERSISTLINT_HISTORY` a clone of github.com/leonvanzyl/autocoder, bare or not, whose head is one project more.
Nothing of them is run. Run with `pytest -m corpus tests/corpus/test_init.py`.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.corpus
CORPUS = Path(os.environ.get("PERSISTLINT_CORPUS", "~/.cache/persistlint-corpus")).expanduser()
HISTORY = os.environ.get("PERSISTLINT_HISTORY")
NAMES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []
NO_TABLE = "no table is defined in this project"


@pytest.fixture(scope="module")
def written() -> set[str]:
    """The projects that documents have been written for."""
    return set()


@pytest.mark.parametrize("name", NAMES)
def test_a_project_of_the_corpus(name: str, written: set[str], tmp_path: Path) -> None:
    root = tmp_path / name
    shutil.copytree(CORPUS / name, root, symlinks=True)
    if not holds_what_it_writes(root):
        pytest.skip(NO_TABLE)
    written.add(name)


def test_the_history_of_a_real_application(tmp_path: Path) -> None:
    if HISTORY is None:
        pytest.skip("PERSISTLINT_HISTORY names no repository")
    packed = subprocess.run(["git", "archive", "HEAD"], cwd=HISTORY, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "head", filter="data")

    assert holds_what_it_writes(tmp_path / "head")


def test_there_are_enough_projects(request: pytest.FixtureRequest, written: set[str]) -> None:
    ran = {item.name for item in request.session.items}
    if not NAMES or not all(f"test_a_project_of_the_corpus[{name}]" in ran for name in NAMES):
        pytest.skip("not the whole corpus was run")

    assert len(written) >= 10


def holds_what_it_writes(root: Path) -> bool:
    """Whether the project has tables; if so, its documents are clean, and an update changes no byte."""
    first = persistlint(root, "init")
    if first.returncode == 2 and NO_TABLE in first.stderr:
        return False
    documents = {path: path.read_bytes() for path in (root / ".planning").rglob("*.md")}
    assert (first.returncode, len(documents)) == (0, 3), first.stderr

    check = persistlint(root, "check", "--select", "schema,contracts", "--format", "concise")
    assert (check.returncode, check.stderr) == (0, ""), check.stdout + check.stderr

    second = persistlint(root, "init", "--update")
    assert second.returncode == 0, second.stderr
    assert {path: path.read_bytes() for path in (root / ".planning").rglob("*.md")} == documents
    return True


def persistlint(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "persistlint", *arguments, "."], cwd=root, capture_output=True, text=True
    )
