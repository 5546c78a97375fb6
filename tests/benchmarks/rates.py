"""How much each rule says: findings for 1,000 lines of files that can hold persistence code.

usage: python tests/benchmarks/rates.py [--select FAMILIES] [FOLDER …]    (default: each project of the fetched corpus)

Prints a line a project, and a table of rules over all of them. A rule that says much more than the others is read by
hand first: most of it is noise, or most of it is one mistake that a whole code base makes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from persistlint.discovery import discover
from persistlint.extract.python import matters

CORPUS = Path(os.environ.get("PERSISTLINT_CORPUS", Path.home() / ".cache" / "persistlint-corpus"))
CHECK = [sys.executable, "-m", "persistlint", "check", "--no-cache", "--exit-zero", "--format", "json", "--select"]


def lines(root: Path) -> int:
    """The lines of a project's files that can hold persistence code."""
    files = [root / path for path in discover(root, [root]).files]
    texts = (file.read_bytes() for file in files if file.suffix in (".py", ".sql"))
    return sum(text.count(b"\n") for text in texts if matters(text))


def findings(root: Path, families: str) -> Counter[str]:
    """How many findings each rule has."""
    done = subprocess.run([*CHECK, families, str(root)], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{root}: {done.stderr}")
    return Counter(one["rule"] for one in json.loads(done.stdout)["findings"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--select", default="transactions,engines,queries")
    given = parser.parse_args()
    total, size = Counter[str](), 0
    for root in given.folders or sorted(path for path in CORPUS.iterdir() if path.is_dir()):
        own, length = findings(root.resolve(), given.select), lines(root.resolve())
        total, size = total + own, size + length
        print(f"{root.name:28} {length:8,} lines {own.total():5} findings {1000 * own.total() / max(length, 1):7.3f}")
    print(f"\n{'all':28} {size:8,} lines {total.total():5} findings {1000 * total.total() / max(size, 1):7.3f}")
    for rule, count in total.most_common():
        print(f"{rule:28} {count:20} {1000 * count / max(size, 1):16.4f}")


if __name__ == "__main__":
    main()
