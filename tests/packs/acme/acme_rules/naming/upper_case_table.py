"""Tables that are not written in lower case."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, rule


@rule(severity=Severity.WARNING, since="1.0")
def upper_case_table(project: Project) -> Iterator[Finding]:
    """A table whose name is not in lower case."""
    for table in project.tables:
        if table.name != table.name.lower():
            yield Finding(
                f"table `{table.name}` is not in lower case",
                at=table.span,
                help=f"call it `{table.name.lower()}`",
                data={"table": table.name},
            )
