"""`persistlint check`: the linter."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from persistlint import adoption, registry
from persistlint.baseline import DEFAULT
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, requested
from persistlint.engine import Request
from persistlint.errors import UserError
from persistlint.registry import RuleSet
from persistlint.report import Report
from persistlint.reporters import Format, render
from persistlint.settings import Settings
from persistlint.tree import Tree

FINDINGS = 1
DEFECT = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to check for, and what to make of it. A `select` of None leaves the setting as it is."""

    format: str = "text"
    output: Path | None = None
    """The file to write to, None for stdout."""
    statistics: bool = False
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    fail_on_unknown: bool = False
    exit_zero: bool = False
    diff: str | None = None
    """The revision to compare with."""
    stdin: Path | None = None
    """The file whose text comes from stdin."""
    baseline: Path | None = None
    write_baseline: bool = False
    add_ignores: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    """Carry out fixes that may change more than what is wrong, too."""
    fix_diff: bool = False
    """Show what fixes would change, and change nothing."""
    upgrade_from: tuple[str, ...] = ()


def check(target: Target, wanted: Wanted) -> int:
    """The exit status of a check: 3 when a rule failed, else 1 when there is anything to report."""
    _refuse_what_cannot_be_meant(target, wanted)
    unsaved = None if wanted.stdin is None else (wanted.stdin, sys.stdin.buffer.read())
    request = requested(target, unsaved)
    rules = registry.load()
    settings = _narrowed(request.settings, rules, wanted.select, wanted.ignore)
    if wanted.baseline is not None:
        if not wanted.write_baseline and not wanted.baseline.is_file():
            raise UserError(f"baseline `{wanted.baseline}` does not exist")
        settings = replace(settings, baseline=_inside(request.root, wanted.baseline))
    with ProgressLine() as progress:
        request = replace(request, settings=settings, progress=progress, upgrade_from=wanted.upgrade_from)
        if wanted.write_baseline:
            return _write_baseline(request, rules)
        before = None if wanted.diff is None else _before(request, wanted.diff)
        if wanted.fix and not wanted.fix_diff:
            from persistlint.cli.fix import fixed

            report = fixed(lambda: adoption.check(request, rules, before), unsafe=wanted.unsafe_fixes)
        else:
            report = adoption.check(request, rules, before)
    output.tell(report.notices, report.crashes)
    if wanted.add_ignores:
        from persistlint.cli.add_ignores import add_ignores

        return add_ignores(report, request, rules)
    if wanted.fix_diff:
        from persistlint.cli.fix import show

        return DEFECT if report.crashes else show(report, unsafe=wanted.unsafe_fixes)
    if wanted.output is None:
        output.write(_rendered(report, wanted, color=output.wants_color()))
    else:
        output.save(_rendered(report, wanted, color=False), wanted.output)
    if report.crashes:
        return DEFECT
    fails = bool(report.diagnostics) or (wanted.fail_on_unknown and bool(report.unresolved))
    return FINDINGS if fails and not wanted.exit_zero else 0


def _before(request: Request, revision: str) -> Tree:
    from persistlint.vcs import Repository

    return Repository(request.root).before(revision)


def _refuse_what_cannot_be_meant(target: Target, wanted: Wanted) -> None:
    if wanted.statistics and wanted.format not in ("text", "concise", "json"):
        raise UserError(f"`--statistics` has no format `{wanted.format}`; there are text, json")
    changing = {"--write-baseline": wanted.write_baseline, "--add-ignores": wanted.add_ignores, "--fix": wanted.fix}
    elsewhere = {"--staged": target.staged, "--stdin-filename": wanted.stdin is not None}
    given = [name for name, present in (changing | elsewhere).items() if present]
    if len(given) > 1:
        raise UserError(f"`{given[0]}` and `{given[1]}` do not go together")
    if wanted.unsafe_fixes and not (wanted.fix or wanted.fix_diff):
        raise UserError("`--unsafe-fixes` goes with `--fix` or `--fix-diff`")
    if wanted.write_baseline and wanted.diff is not None:
        raise UserError("`--write-baseline` and `--diff` do not go together")


def _write_baseline(request: Request, rules: RuleSet) -> int:
    text, number = adoption.new_baseline(request, rules)
    name = request.settings.baseline or DEFAULT
    output.save(text, request.root / name)
    output.write(f"{number} {'finding' if number == 1 else 'findings'} written to {name}\n")
    return 0


def _inside(root: Path, file: Path) -> str:
    """A file that was typed, relative to the project's root."""
    try:
        return file.absolute().resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise UserError(f"baseline `{file}` lies outside of the project, `{root}`") from None


def _rendered(report: Report, wanted: Wanted, *, color: bool) -> str:
    if wanted.statistics:
        from persistlint.reporters.statistics import statistics, statistics_json

        return statistics_json(report) if wanted.format == Format.JSON else statistics(report)
    return render(report, Format(wanted.format), show_unresolved=wanted.fail_on_unknown, color=color)


def _narrowed(settings: Settings, rules: RuleSet, select: Sequence[str] | None, ignore: Sequence[str]) -> Settings:
    """`--select` takes the place of the setting, `--ignore` adds to it, as in ruff."""
    nowhere = Settings()
    rules.expand(ignore, nowhere, "--ignore")
    if select is not None:
        rules.expand(select, nowhere, "--select")
        settings = replace(settings, select=tuple(select))
    return replace(settings, ignore=(*settings.ignore, *ignore))
