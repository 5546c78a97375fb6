from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Fresh, Project, Severity, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def missing_table(project: Project) -> Iterator[Finding]:
    """A table that the contract declares and no code creates."""
    if not project.contract.tables:
        return
    fresh = Fresh(project)
    for table in project.contract.tables:
        if not fresh.may_have(table.name):
            yield Finding(
                f"{'view' if table.kind == 'view' else 'table'} `{table.name}` is declared here, no code creates it",
                at=table.span,
                help=f"create `{table.name}` in the code, or remove it from the contract",
                data={"table": table.name, "aspect": "table", "expected": table.kind, "actual": None},
            )
