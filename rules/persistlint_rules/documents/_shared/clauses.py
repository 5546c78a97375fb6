"""What the contract says about an import or export, where it says anything."""

from __future__ import annotations

from persistlint.sdk import DocumentClause, Exchange, Label, Project, TableFact, names_function


def clause_of(project: Project, exchange: Exchange) -> DocumentClause | None:
    """The `[[document]]` clause about an exchange: of its table, and of its function if the clause names one."""
    for clause in project.contract.documents:
        named = clause.import_by if exchange.kind == "import" else clause.export_by
        other = clause.export_by if exchange.kind == "import" else clause.import_by
        if clause.table.lower() != exchange.table.lower():
            continue
        if (named is None and other is None) or (named is not None and names_function(named, exchange.function)):
            return clause
    return None


def promised(clause: DocumentClause, key: str) -> tuple[Label, ...]:
    """A second place of a finding: where the contract promises it."""
    return (Label(clause.at(key), f"the contract describes `{clause.path}` here"),)


def table_of(project: Project, exchange: Exchange) -> TableFact | None:
    """The table that is exchanged."""
    same = [table for table in project.tables if table.span == exchange.table_span]
    return same[0] if same else next(iter(project.named(exchange.table)), None)
