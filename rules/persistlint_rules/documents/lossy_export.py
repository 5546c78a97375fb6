from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule
from persistlint_rules.documents._shared.losses import losses


@rule(severity=Severity.ERROR, since="0.1")
def lossy_export(project: Project) -> Iterator[Finding]:
    """An export leaves out a column that an import of the same table reads."""
    for loss in losses(project, "export"):
        name = loss.column.name
        yield Finding(
            f"`{loss.exchange.function}` does not export `{loss.table.name}.{name}`: importing the file again loses it",
            at=loss.exchange.span,
            related=(Label(loss.against, loss.promise), Label(loss.column.span, "the column")),
            help=f"write `{name}` to the document",
            data={
                "table": loss.table.name,
                "column": name,
                "aspect": "export",
                "function": loss.exchange.function,
                "object": loss.exchange.file,
            },
        )
