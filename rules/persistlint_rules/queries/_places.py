"""What part of a project a place belongs to: the application, its upgrades, or its tests."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from os.path import commonpath

from persistlint.sdk import Project, Span

_UPGRADE_FOLDERS = frozenset({
    "alembic", "delta", "deltas", "migrate", "migration", "migrations", "revisions", "schema_changes", "upgrade",
    "upgrades", "versions",
})  # fmt: skip
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "test_utils", "fixtures"})
_SIDE_FOLDERS = frozenset({"benchmark", "benchmarks", "contrib", "docs", "examples", "misc", "scripts", "tools"})
_UPGRADE_WORD = re.compile(r"(?:^|[._0-9])(?:auto_?)?(?:migrat|upgrad|downgrad|convert)", re.IGNORECASE)
_UPGRADE_FILE = re.compile(r"(?:^|_)(?:migrat|upgrad|downgrad)|^(?:v|V)?\d+[_.-]|\d{4}", re.IGNORECASE)


class Part(Enum):
    """Code of the application itself, code that runs once on an old database, code that only tests run."""

    APPLICATION = "application"
    UPGRADE = "upgrade"
    TEST = "test"


def part_of(span: Span, function: str | None = None) -> Part:
    """The part that a place belongs to, by the names of its folders, its file and its function."""
    part = _part_of_file(span.path)
    if part is Part.APPLICATION and function is not None and _UPGRADE_WORD.search(function):
        return Part.UPGRADE
    return part


@cache
def _part_of_file(path: str) -> Part:
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if _TEST_FOLDERS.intersection(folders) or stem == "conftest" or stem.startswith("test_") or stem.endswith("_test"):
        return Part.TEST
    if _UPGRADE_FOLDERS.intersection(folders) or _UPGRADE_FILE.search(stem):
        return Part.UPGRADE
    return Part.APPLICATION


def goes_back(function: str | None) -> bool:
    """Whether a function undoes an upgrade."""
    return function is not None and "downgrade" in function.lower()


def start_of(span: Span) -> tuple[str, int, int]:
    """Where something begins: the same for every form that one text in the code takes."""
    return span.path, span.line, span.column


def is_aside(project: Project, path: str) -> bool:
    """Whether a file stands beside the application: a script, an example.

    A folder that all files are in says nothing: an example that is checked by itself is the application.
    """
    return path in _aside(project.files)


@cache
def _aside(files: tuple[str, ...]) -> frozenset[str]:
    folders = [path.rpartition("/")[0] for path in files]
    shared = len(commonpath(folders)) if files else 0
    found = frozenset(
        path
        for path, folder in zip(files, folders, strict=True)
        if not _SIDE_FOLDERS.isdisjoint(folder[shared:].split("/"))
    )
    return found if len(found) < len(files) else frozenset()
