"""`persistlint check --add-ignores`: writes the comments that ignore what is reported."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from persistlint import adoption
from persistlint.annotate import annotated
from persistlint.cli import output
from persistlint.engine import Request
from persistlint.registry import RuleSet
from persistlint.report import Report


def add_ignores(report: Report, request: Request, rules: RuleSet) -> int:
    """0, however much is still reported; what could not be ignored is told."""
    by_path: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in report.diagnostics:
        by_path[one.finding.at.path].append((one.finding.at.line, one.rule))
    for path in sorted(by_path):
        file = request.root / path
        text = annotated(path, file.read_bytes(), by_path[path])
        if text is not None:
            file.write_bytes(text)
    before = len(report.diagnostics)
    left = adoption.check(replace(request, use_cache=request.use_cache), rules).diagnostics
    for one in left:
        at = one.finding.at
        output.complain(f"{at.path}:{at.line}: `{one.rule}` cannot be ignored by a comment here: use the baseline")
    number = max(before - len(left), 0)
    output.write(f"{number} {'finding' if number == 1 else 'findings'} ignored\n")
    return 0
