"""Carries out fixes on a project's files, again and again until there is nothing left to fix."""

from __future__ import annotations

import difflib
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from persistlint.edits import ChangedError, edited, plan
from persistlint.encoding import decode_python, decode_utf8
from persistlint.extract.python import extract_python
from persistlint.report import Report
from persistlint.rule import Edit, Fix

_MOST_ROUNDS = 8


@dataclass(slots=True)
class Outcome:
    """What was changed: `report` is the last one, `fixed` counts findings, `refused` are files left alone, and why."""

    report: Report
    fixed: int = 0
    files: set[str] = field(default_factory=set[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])


def fix(check: Callable[[], Report], *, unsafe: bool) -> Outcome:
    """Fix what `check` reports, and check again: a fix may have been in the way of another one."""
    outcome = Outcome(check())
    for _ in range(_MOST_ROUNDS):
        changed = _round(outcome, unsafe=unsafe)
        if not changed:
            return outcome
        outcome.fixed += changed
        outcome.report = check()
    return outcome


def _round(outcome: Outcome, *, unsafe: bool) -> int:
    """Carry out the fixes of one report; how many findings they end."""
    while True:
        waiting = [one for one in outcome.report.diagnostics if not _touches(one.finding.fix, outcome.refused)]
        planned = plan(waiting, unsafe=unsafe)
        new: dict[str, bytes] = {}
        refused: dict[str, str] = {}
        for path, edits in planned.by_path().items():
            try:
                new[path] = _changed(outcome.report, path, edits)
            except ChangedError as error:
                refused[path] = str(error)
        if not refused:
            break
        outcome.refused.update(refused)  # a fix that changes several files is carried out in all of them or in none
    failed = {path: reason for path, data in new.items() if (reason := _unwritten(outcome, path, data)) is not None}
    outcome.refused.update(failed)
    return sum(not _touches(fix_, failed) for _, fix_ in planned.fixes)


def _unwritten(outcome: Outcome, path: str, data: bytes) -> str | None:
    """Write a file; why that failed, where it did: it is as it was then."""
    try:
        write(outcome.report.root / path, data)
    except OSError as error:
        return error.strerror or str(error)
    outcome.files.add(path)
    return None


def _touches(fix_: Fix | None, paths: dict[str, str]) -> bool:
    return fix_ is not None and any(edit.span.path in paths for edit in fix_.edits)


def _changed(report: Report, path: str, edits: tuple[Edit, ...]) -> bytes:
    """The new bytes of a file. Raises ChangedError where they would be no program any more, or where it is a link."""
    python = path.endswith((".py", ".pyi"))
    try:
        target = (report.root / path).resolve(strict=True)
        if target != report.root.resolve() / path:
            # What it leads to may be excluded, or another project's.
            raise ChangedError(f"a link leads from it to `{target}`; fix that one")
        data = target.read_bytes()
    except (OSError, RuntimeError) as error:
        raise ChangedError(getattr(error, "strerror", None) or str(error)) from None
    new = edited(data, edits, report.source(path), python=python)
    if python and (problem := extract_python(path, decode_python(new)).problem) is not None:
        raise ChangedError(f"the fix would break it in line {problem.line}: {problem.message}")
    return new


def write(file: Path, data: bytes) -> None:
    """Put new content into a file at once: whoever reads it sees the old one or the new one."""
    target = file.resolve()  # of a link, what it leads to
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(stat.S_IMODE(target.stat().st_mode))
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def preview(report: Report, *, unsafe: bool) -> str:
    """What the fixes of a report would change, as a unified diff; nothing is written."""
    out: list[str] = []
    for path, edits in plan(report.diagnostics, unsafe=unsafe).by_path().items():
        old = report.source(path)
        try:
            new = _changed(report, path, edits)
        except ChangedError:
            continue
        text = decode_python(new) if path.endswith((".py", ".pyi")) else decode_utf8(new)
        lines = difflib.unified_diff(
            (old or "").splitlines(keepends=True), text.splitlines(keepends=True), f"a/{path}", f"b/{path}"
        )
        out.extend(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(out)
