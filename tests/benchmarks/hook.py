"""Time from `git commit` to the hook's answer, with one changed file and warm caches, beside other linters' hooks.

usage: python tests/benchmarks/hook.py [FOLDER]

FOLDER is a project (default: feast of the fetched corpus, some 700 files); it is copied, never changed.
Each tool is the one on PATH; one that is not there is left out. A tool's hook is a script in `.git/hooks`, and every
commit changes one file. The time is that of the whole `git commit`; that of a commit without a hook is printed as well,
because it is a part of each. persistlint is shown for a file that touches the database and for one that does not.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("PERSISTLINT_CORPUS", Path.home() / ".cache" / "persistlint-corpus"))
RUNS = 5
OURS = "PYTHONPATH='{search}' '{python}' -m persistlint check --exit-zero"


def git(root: Path, *arguments: str) -> None:
    own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-c", "gc.auto=0"]
    done = subprocess.run(["git", *own, *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"git {arguments[0]} failed: {done.stdout}{done.stderr}")


def prepared(folder: Path, scratch: Path) -> Path:
    """A copy as a repository of its own, with everything committed."""
    root = scratch / "project"
    shutil.copytree(folder, root, ignore=shutil.ignore_patterns(".git", ".persistlint_cache", "__pycache__"))
    (root / ".git").mkdir()
    git(root, "init", "-q")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "exclude").write_text(".persistlint_cache/\n.ruff_cache/\n")
    git(root, "add", "-f", ".")
    git(root, "commit", "-q", "-m", "all")
    return root


def seconds(root: Path, hook: str | None, file: Path) -> float:
    """The median of some commits that each change `file`; the first one, which warms the caches, does not count."""
    script = root / ".git" / "hooks" / "pre-commit"
    script.parent.mkdir(exist_ok=True)
    script.unlink(missing_ok=True)
    if hook is not None:
        script.write_text(f"#!/bin/sh\n{hook}\n")
        script.chmod(0o755)
    taken: list[float] = []
    for number in range(RUNS + 1):
        with file.open("a") as stream:
            stream.write(f"\n# change {time.time_ns()}\n")
        git(root, "add", "-f", str(file))
        started = time.perf_counter()
        git(root, "commit", "-q", "-m", f"change {number}")
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:])


def chosen(root: Path) -> tuple[Path, Path]:
    """A file of the project that touches the database, and one that does not."""
    files = [path for path in sorted(root.glob("**/*.py")) if path.stat().st_size > 500]
    marks = (b".execute(", b"sqlalchemy", b"sqlite3")
    stored = next(path for path in files if any(mark in path.read_bytes() for mark in marks))
    words = (*marks, b"SELECT", b"sql", b"db.Model", b"Column(")
    return stored, next(path for path in files if not any(word in path.read_bytes() for word in words))


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    folder = Path(arguments[0]).resolve() if arguments else CORPUS / "feast"
    if not folder.is_dir():
        raise SystemExit(f"{folder} does not exist; fetch the corpus first, or name a folder")
    search = os.pathsep.join(str(ROOT / part) for part in ("lint", "rules"))
    ours = OURS.format(search=search, python=sys.executable)
    with tempfile.TemporaryDirectory() as scratch:
        root = prepared(folder, Path(scratch))
        stored, other = chosen(root)
        names = stored.relative_to(root).as_posix()
        hooks: Mapping[str, tuple[str | None, Path]] = {
            "no hook": (None, stored),
            "ruff check, the changed file": (f"ruff check -q --exit-zero '{names}'", stored),
            "ruff check, the whole project": ("ruff check -q --exit-zero .", stored),
            "fixit lint, the changed file": (f"fixit -q lint '{names}' || true", stored),
            "persistlint check, all of it": (ours, stored),
            "persistlint, file without SQL": (ours, other),
        }
        print(f"{folder}: {sum(1 for _ in root.glob('**/*.py'))} Python files; changed: {names}")
        times: dict[str, float] = {}
        for name, (hook, file) in hooks.items():
            tool = name.split()[0]
            if tool in ("ruff", "fixit") and shutil.which(tool) is None:
                print(f"{name:32} not installed")
                continue
            times[name] = seconds(root, hook, file)
            ratio = times[name] / times.get("ruff check, the changed file", times[name])
            print(f"{name:32} {times[name]:7.3f} s   {ratio:5.1f} x ruff on the changed file")


if __name__ == "__main__":
    main()
