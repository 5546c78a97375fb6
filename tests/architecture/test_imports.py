"""The layers of the design hold, and every module has its layer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = {"PYTHONPATH": os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])}


def test_the_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **SOURCES}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_only_print_is_in_the_command_line() -> None:
    writers = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "lint").glob("**/*.py"))
        if any(word in path.read_text() for word in ("print(", "sys.stdout", "sys.stderr"))
    ]

    assert all(path.startswith("lint/persistlint/cli/") for path in writers), writers


def test_nothing_is_ever_unpickled_evaluated_or_fetched() -> None:
    forbidden = (
        "import pickle",
        "import marshal",
        "import shelve",
        "urllib.request",
        "import socket",
        "import requests",
    )
    guilty = [
        (path.name, word)
        for folder in ("lint", "rules")
        for path in (ROOT / folder).glob("**/*.py")
        for word in forbidden
        if word in path.read_text()
    ]

    assert guilty == []
