from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def unreadable_block(project: Project) -> Iterator[Finding]:
    """A contract block, matrix or inventory that cannot be read, so that it promises nothing."""
    for problem in project.contract.problems:
        yield Finding(problem.message, at=problem.span, help=problem.help)
