"""Every broken program or upgrade whose finding has a fix is fixed: no rule speaks of it, however its files are kept."""

from __future__ import annotations

import ast
import codecs
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from persistlint import fixing, registry, settings, testing
from persistlint.engine import Request, run
from persistlint.report import Report

from .bench import Broken
from .board import EXAMPLE
from .in_upgrades import projects
from .programs import programs

FIXED = frozenset({
    "dispose-not-guaranteed", "half-configured-begin-hook", "lossy-import", "missing-busy-timeout",
    "pragma-on-one-connection", "request-field-not-persisted", "uncommitted-upgrade", "unguarded-alter",
    "upgraded-index-missing",
})  # fmt: skip
RULES = testing.pack(registry.BUILT_IN)
PROGRAMS = {program.name: program for program in (*programs(), *projects(EXAMPLE))}
UPGRADES = frozenset(project.name for project in projects(EXAMPLE))
"""Parts of programs: only one family has all that it must see."""
BROKEN = [one for program in PROGRAMS.values() for one in program.broken if one.owners & FIXED]


def _check(root: Path, broken: Broken) -> Report:
    chosen = settings.load(root)
    if broken.project in UPGRADES:
        chosen = replace(chosen, select=("upgrades",))
    return run(Request(root, [root], chosen, jobs=1, use_cache=False), RULES)


def _lay_out(root: Path, broken: Broken, *, foreign: bool) -> None:
    """Write the files; `foreign` as an editor on Windows keeps them."""
    for path, text in broken.files(PROGRAMS[broken.project].files).items():
        data = text.encode()
        if foreign and path.endswith(".py"):
            data = codecs.BOM_UTF8 + data.replace(b"\n", b"\r\n")
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def _read(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.title)
def test_a_broken_program_is_fixed(tmp_path: Path, broken: Broken) -> None:
    _lay_out(tmp_path, broken, foreign=False)
    before, first = _read(tmp_path), _check(tmp_path, broken)
    unfixed = {one.rule for one in first.diagnostics if one.finding.fix is None}

    outcome = fixing.fix(lambda: _check(tmp_path, broken), unsafe=True)

    after = _read(tmp_path)
    assert outcome.refused == {}
    assert (outcome.fixed > 0) == (unfixed != broken.owners)
    assert {one.rule for one in outcome.report.diagnostics} == unfixed
    assert after.keys() == before.keys()
    assert {path for path in after if after[path] != before[path]} == outcome.files
    for path in outcome.files:
        ast.parse(after[path])
    assert fixing.fix(lambda: _check(tmp_path, broken), unsafe=True).fixed == 0
    assert _read(tmp_path) == after


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.title)
def test_a_fix_keeps_how_a_file_is_written(tmp_path: Path, broken: Broken) -> None:
    for name, foreign in (("plain", False), ("foreign", True)):
        (tmp_path / name).mkdir()
        _lay_out(tmp_path / name, broken, foreign=foreign)
        fixing.fix(partial(_check, tmp_path / name, broken), unsafe=True)

    plain, foreign_ = _read(tmp_path / "plain"), _read(tmp_path / "foreign")
    assert {
        path: codecs.BOM_UTF8 + data.replace(b"\n", b"\r\n") if path.endswith(".py") else data
        for path, data in plain.items()
    } == foreign_


def test_enough_programs_are_fixed(tmp_path: Path) -> None:
    fixed = 0
    for number, broken in enumerate(BROKEN):
        _lay_out(tmp_path / str(number), broken, foreign=False)
        fixed += any(one.finding.fix is not None for one in _check(tmp_path / str(number), broken).diagnostics)
    assert fixed >= 38
