from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.schema._shared.pairs import pairs
from persistlint_rules.schema._shared.words import declared


@rule(severity=Severity.WARNING, since="0.1", needs_contract=True)
def undeclared_column(project: Project) -> Iterator[Finding]:
    """A column that the code's table has and the contract does not declare."""
    for pair in pairs(project):
        if not pair.declared.complete:
            continue
        for column in pair.code.columns:
            if pair.declared.column(column.name) is not None:
                continue
            yield Finding(
                f"column `{column.name}` of table `{pair.declared.name}` is not declared in the contract",
                at=column.span,
                related=declared(pair.declared.span, "the table is declared here, without it"),
                help=f"declare `{column.name}` in the contract, or remove it from the table",
                data={
                    "table": pair.declared.name,
                    "column": column.name,
                    "aspect": "column",
                    "expected": None,
                    "actual": column.type,
                },
            )
