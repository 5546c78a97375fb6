"""`persistlint init`: contract documents from the code."""

from __future__ import annotations

from persistlint import registry
from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, locate
from persistlint.drafting.initial import Outcome, initialize
from persistlint.engine import Request

DEFECT = 3


def init(target: Target, *, update: bool) -> int:
    """0 when the documents are written, or are up to date."""
    root, settings = locate(target.paths, target.config, target.dialect)
    rules = registry.load()
    with ProgressLine() as progress:
        request = Request(root, target.paths, settings, target.jobs, target.use_cache, progress=progress)
        outcome = initialize(request, rules, update=update)
    output.tell(outcome.linked.discovered.notices, outcome.linked.crashes)
    for _, problem in outcome.linked.problems:
        output.complain(f"{problem.at.path}:{problem.at.line}: {problem.message}")
    for said in outcome.said:
        output.complain(said)
    output.write(_summary(outcome, update=update))
    return DEFECT if outcome.linked.crashes else 0


def _summary(outcome: Outcome, *, update: bool) -> str:
    done = "updated" if update else "wrote"
    lines = [f"{done} {path}" for path in outcome.written]
    lines += [f"{path} is up to date" for path in outcome.unchanged]
    if outcome.written and not update:
        what, them = ("unit", "it") if outcome.units == 1 else ("units", "them")
        lines.append(f"{outcome.units} {what}; read {them}, add what only people know, and run `persistlint check`")
    return "".join(f"{line}\n" for line in lines)
