from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import DocumentClause, Exchange, Finding, Label, Project, Severity, TableFact, rule
from persistlint_rules.documents._shared.clauses import clause_of, promised, table_of


@rule(severity=Severity.ERROR, since="0.1")
def import_not_idempotent(project: Project) -> Iterator[Finding]:
    """An import that runs again imports the same rows again."""
    for exchange in project.ledger.exchanges:
        if exchange.kind != "import":
            continue
        clause = clause_of(project, exchange)
        table = table_of(project, exchange)
        promise = None if clause is None else clause.when_not_empty
        if clause is not None and promise is not None:
            if _keeps(exchange, promise):
                continue
            message = f"`{exchange.function}` does not look whether `{exchange.table}` is empty: {_wanted(clause)}"
        elif exchange.fixed and table is not None and _repeats(exchange, table):
            message = (
                f"`{exchange.function}` imports `{exchange.file}` again whenever it runs: nothing keeps it from that"
            )
        else:
            continue
        yield Finding(
            message,
            at=exchange.span,
            related=(
                *(promised(clause, "when_not_empty") if clause is not None else ()),
                Label(exchange.defined, "the import"),
            ),
            help=f"import only while `{exchange.table}` has no rows, or rename the file after the import",
            data={
                "table": exchange.table,
                "aspect": "import",
                "function": exchange.function,
                "object": exchange.file,
                "expected": promise,
            },
        )


def _keeps(exchange: Exchange, promise: str) -> bool:
    if promise in ("skip", "fail"):
        return exchange.looks_first
    return exchange.replaces or exchange.looks_first


def _wanted(clause: DocumentClause) -> str:
    return f"the contract promises `when_not_empty = {clause.when_not_empty}`"


def _repeats(exchange: Exchange, table: TableFact) -> bool:
    if exchange.looks_first or exchange.replaces or not exchange.complete:
        return False
    if any(one.kind in ("rename", "move", "delete") for one in exchange.keeping):
        return False
    # Rows that bring their own key, or another unique value, fail the second time instead of being there twice.
    carried = {place.column for place in exchange.columns}
    keys = [table.primary_key, *(unique.columns for unique in table.uniques)]
    keys += [index.columns for index in table.indexes if index.unique]
    return not any(key and carried.issuperset(key) for key in keys)
