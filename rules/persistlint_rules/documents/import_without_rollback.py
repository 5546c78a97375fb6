from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule


@rule(severity=Severity.ERROR, since="0.1")
def import_without_rollback(project: Project) -> Iterator[Finding]:
    """An import that fails half-way leaves the rows that it had made."""
    for exchange in project.ledger.exchanges:
        if exchange.kind != "import":
            continue
        if exchange.commits_each is not None:
            message = f"`{exchange.function}` commits row by row: one that fails half-way leaves half of the document"
            at, text = exchange.commits_each, "commit once, behind the loop"
        elif exchange.swallows is not None:
            message = f"`{exchange.function}` goes on after a failure without a rollback, in a session that lives on"
            at, text = exchange.swallows, "call `rollback()` before going on"
        else:
            continue
        yield Finding(
            message,
            at=at,
            related=(Label(exchange.span, f"rows of `{exchange.table}` are made here"),),
            help=text,
            data={
                "table": exchange.table,
                "aspect": "transaction",
                "function": exchange.function,
                "object": exchange.file,
            },
        )
