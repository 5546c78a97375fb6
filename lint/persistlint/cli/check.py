"""`persistlint check`: the linter."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from persistlint import registry
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import locate
from persistlint.engine import Request, run
from persistlint.registry import RuleSet
from persistlint.reporters import Format, render
from persistlint.settings import Settings

FINDINGS = 1
DEFECT = 3


def check(options: Namespace) -> int:
    """The exit status of a check: 3 when a rule failed, else 1 when there is anything to report."""
    root, settings = locate(options.paths, options.config, options.dialect)
    rules = registry.load()
    settings = _narrowed(settings, rules, options.select, options.ignore)
    with ProgressLine() as progress:
        use_cache = not options.no_cache
        report = run(Request(root, options.paths, settings, options.jobs, use_cache, progress=progress), rules)
    output.tell(report.notices, report.crashes)
    wanted = Format(options.format)
    output.write(render(report, wanted, show_unresolved=options.fail_on_unknown, color=output.wants_color()))
    if report.crashes:
        return DEFECT
    fails = bool(report.diagnostics) or (options.fail_on_unknown and bool(report.unresolved))
    return FINDINGS if fails and not options.exit_zero else 0


def _narrowed(settings: Settings, rules: RuleSet, select: Sequence[str] | None, ignore: Sequence[str]) -> Settings:
    """`--select` takes the place of the setting, `--ignore` adds to it, as in ruff."""
    nowhere = Settings()
    rules.expand(ignore, nowhere, "--ignore")
    if select is not None:
        rules.expand(select, nowhere, "--select")
        settings = replace(settings, select=tuple(select))
    return replace(settings, ignore=(*settings.ignore, *ignore))
