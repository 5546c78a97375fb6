from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule
from persistlint_rules.schema._shared.pairs import pairs
from persistlint_rules.schema._shared.words import declared


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def missing_column(project: Project) -> Iterator[Finding]:
    """A column that the contract declares and the code's table does not have."""
    for pair in pairs(project):
        if not pair.code.complete:
            continue
        for column in pair.declared.columns:
            if pair.code.column(column.name) is not None:
                continue
            yield Finding(
                f"table `{pair.declared.name}` has no column `{column.name}`, which the contract declares",
                at=pair.code.span,
                related=declared(column.span),
                help=f"add `{column.name}` to the table, or remove it from the contract",
                data={
                    "table": pair.declared.name,
                    "column": column.name,
                    "aspect": "column",
                    "expected": column.type,
                    "actual": None,
                },
            )
