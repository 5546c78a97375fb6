"""How long a run takes, as ratios that can be compared between machines.

usage: python tests/benchmarks/bench.py [FOLDER]    (default: prefect of the fetched corpus)

Prints, each the best of some runs, all in one process at a time on this machine:

- `python -c pass`, and `persistlint --version` against it;
- bare `libcst.parse_module` of the files that can hold persistence code, and a cold run on one core against it;
- a cold run on all cores, and a run whose facts are all cached.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("PERSISTLINT_CORPUS", Path.home() / ".cache" / "persistlint-corpus"))
SEARCH = [str(ROOT / "lint"), str(ROOT / "rules")]
PARSE = """
import sys, time
from pathlib import Path
import libcst
from persistlint.discovery import discover
from persistlint.extract.python import matters
root = Path(sys.argv[1])
files = [root / path for path in discover(root, [root]).files if path.endswith(".py")]
texts = [data.decode("utf-8", "replace") for file in files if matters(data := file.read_bytes())]
libcst.parse_module("")
started = time.perf_counter()
for text in texts:
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        pass
print(time.perf_counter() - started, len(texts), sum(text.count(chr(10)) for text in texts), len(files))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(SEARCH)}
    return subprocess.run([sys.executable, *arguments], env=environment, cwd="/", capture_output=True, text=True)


def seconds(*arguments: str) -> float:
    started = time.perf_counter()
    done = run(*arguments)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{arguments} exited {done.returncode}: {done.stderr}")
    return time.perf_counter() - started


def best(times: int, arguments: Sequence[str], before: Callable[[], object] = lambda: None) -> float:
    taken: list[float] = []
    for _ in range(times):
        before()
        taken.append(seconds(*arguments))
    return min(taken)


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else CORPUS / "prefect"
    if not folder.is_dir():
        raise SystemExit(f"{folder} does not exist; fetch the corpus first, or name a folder")
    check = ["-m", "persistlint", "check", str(folder)]

    def forget() -> None:
        shutil.rmtree(folder / ".persistlint_cache", ignore_errors=True)

    nothing = best(10, ["-c", "pass"])
    version = best(10, ["-m", "persistlint", "--version"])
    parsed, files, lines, all_files = run("-c", PARSE, str(folder)).stdout.split()
    parse = float(parsed)
    cold_one = best(2, [*check, "--jobs", "1"], forget)
    cold_all = best(2, check, forget)
    cached = best(5, check)
    print(f"{folder}: {all_files} Python files; {files} can hold persistence code, {lines} lines")
    print(f"python -c pass                  {nothing:8.3f} s")
    print(f"persistlint --version           {version:8.3f} s   {version / nothing:5.1f} x python -c pass")
    print(f"libcst.parse_module of those    {parse:8.3f} s")
    print(f"check, cold, one core           {cold_one:8.3f} s   {cold_one / parse:5.2f} x the bare parse")
    print(f"check, cold, all cores          {cold_all:8.3f} s   {cold_all / parse:5.2f} x the bare parse")
    print(f"check, all facts cached         {cached:8.3f} s   {cached / nothing:5.1f} x python -c pass")


if __name__ == "__main__":
    main()
