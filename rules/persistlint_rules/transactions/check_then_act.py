from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule
from persistlint_rules._flow.handles import data_of, opened


@rule(severity=Severity.WARNING, since="0.1")
def check_then_act(project: Project) -> Iterator[Finding]:
    """A write that was decided by a read of the same table in an earlier transaction."""
    seen: set[object] = set()
    for one in project.flow.checks:
        if one.act.span in seen:
            continue
        seen.add(one.act.span)
        table = next((name for name in one.act.tables if name in one.check.tables), None)
        yield Finding(
            f"`{one.act.what}` was decided by a read of `{table}` in an earlier transaction",
            at=one.act.span,
            related=(
                Label(one.check.span, "the read that decides"),
                Label(one.between, "its transaction ends here: anyone may write before the next one begins"),
                *opened(one.handle),
            ),
            help="read and write in one transaction that begins IMMEDIATE",
            data={**data_of(one.handle), "table": table},
        )
