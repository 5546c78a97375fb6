"""`persistlint check`: the linter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from persistlint import registry
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, locate
from persistlint.engine import Request, run
from persistlint.errors import UserError
from persistlint.registry import RuleSet
from persistlint.report import Report
from persistlint.reporters import Format, render
from persistlint.settings import Settings

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


def check(target: Target, wanted: Wanted) -> int:
    """The exit status of a check: 3 when a rule failed, else 1 when there is anything to report."""
    if wanted.statistics and wanted.format not in ("text", "concise", "json"):
        raise UserError(f"`--statistics` has no format `{wanted.format}`; there are text, json")
    root, settings = locate(target.paths, target.config, target.dialect)
    rules = registry.load()
    settings = _narrowed(settings, rules, wanted.select, wanted.ignore)
    with ProgressLine() as progress:
        report = run(Request(root, target.paths, settings, target.jobs, target.use_cache, progress=progress), rules)
    output.tell(report.notices, report.crashes)
    if wanted.output is None:
        output.write(_rendered(report, wanted, color=output.wants_color()))
    else:
        output.save(_rendered(report, wanted, color=False), wanted.output)
    if report.crashes:
        return DEFECT
    fails = bool(report.diagnostics) or (wanted.fail_on_unknown and bool(report.unresolved))
    return FINDINGS if fails and not wanted.exit_zero else 0


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
