from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import (
    Contract,
    DocumentClause,
    Finding,
    Project,
    Severity,
    Span,
    StoreClause,
    TableClause,
    UpgradeClause,
    did_you_mean,
    rule,
)

Naming = StoreClause | UpgradeClause | DocumentClause
Named = tuple[str, str | None, Span, Span]
"""A table, a column of it or None, and the places of both names."""


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def clause_without_object(project: Project) -> Iterator[Finding]:
    """A clause about a table, a column, a definition or a function that neither the contract nor the code has."""
    contract = project.contract
    yield from _functions(project)
    if contract.unread or contract.problems:
        return  # What could not be read may declare it.
    tables = {table.name for table in (*contract.tables, *project.tables)}
    for name, column, at, column_at in _named(contract):
        facts = [*project.named(name)]
        declared = contract.named(name)
        if declared is not None:
            facts.append(declared)
        columns = {one.name for fact in facts for one in fact.columns}
        if not facts and tables:
            yield _finding(f"table `{name}`{did_you_mean(name, sorted(tables))}", at, name, None)
        elif column is not None and all(fact.complete and fact.column(column) is None for fact in facts) and facts:
            what = f"column `{column}` of table `{name}`{did_you_mean(column, sorted(columns))}"
            yield _finding(what, column_at, name, column)
    for clause in contract.table_clauses:
        yield from _undefined(clause, project)


def _functions(project: Project) -> Iterator[Finding]:
    undefined = {one.name: one for one in project.undefined}
    for clause in _clauses(project.contract):
        for key, name in _named_by(clause):
            one = undefined.get(name or "")
            if one is not None:
                yield Finding(
                    f"the code has no function `{one.name}`{f'; did you mean `{one.near}`?' if one.near else ''}",
                    at=clause.at(key),
                    help="name the function as `module:function`, or remove the key",
                    data={"function": one.name},
                )


def _clauses(contract: Contract) -> Iterator[Naming]:
    yield from contract.stores
    yield from contract.upgrades
    yield from contract.documents


def _named_by(clause: Naming) -> tuple[tuple[str, str | None], ...]:
    match clause:
        case StoreClause():
            return ("engine", clause.engine), ("dispose", clause.dispose)
        case DocumentClause():
            return ("import", clause.import_by), ("export", clause.export_by)
        case UpgradeClause():
            return (("by", clause.by),)


def _undefined(clause: TableClause, project: Project) -> Iterator[Finding]:
    """Files that do not define the table. That nothing defines it is the finding of `missing-table`."""
    known = sorted({fact.span.path for fact in project.named(clause.name)})
    for path in clause.defined_in or () if known else ():
        if path not in known:
            yield Finding(
                f"`{path}` does not define table `{clause.name}`{did_you_mean(path, known)}",
                at=clause.at("defined_in"),
                help="name a file that defines the table, or remove it from `defined_in`",
                data={"table": clause.name, "object": path},
            )


def _named(contract: Contract) -> Iterator[Named]:
    for store in contract.stores:
        for table in store.tables or ():
            yield table, None, store.at("tables"), store.at("tables")
    for document in contract.documents:
        yield document.table, None, document.at("table"), document.at("table")
    for upgrade in contract.upgrades:
        yield upgrade.table, upgrade.column, upgrade.at("table"), upgrade.at("column")
    for default in contract.defaults:
        yield default.table, default.column, default.at("table"), default.at("column")


def _finding(what: str, at: Span, table: str, column: str | None) -> Finding:
    return Finding(
        f"neither the contract nor the code has the {what}",
        at=at,
        help="name what there is, or remove the clause",
        data={"table": table, "column": column},
    )
