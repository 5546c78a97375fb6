from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import (
    Contract,
    DefaultClause,
    DocumentClause,
    Finding,
    Project,
    Severity,
    StoreClause,
    TableClause,
    UpgradeClause,
    did_you_mean,
    enforcing,
    rule,
)

Clause = TableClause | StoreClause | UpgradeClause | DocumentClause | DefaultClause


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def acceptance_check_without_rule(project: Project) -> Iterator[Finding]:
    """An acceptance check that names no rule, or a clause that no installed rule enforces."""
    contract = project.contract
    for check in contract.checks:
        if not check.rules:
            yield Finding(
                "this acceptance check names no rule, so nothing decides it",
                at=check.span,
                help="end it with a colon and the names of the rules that decide it",
                data={"unit": check.unit},
            )
        for name in check.rules:
            if project.rule_names and name.text not in project.rule_names:
                yield Finding(
                    f"no rule is called `{name.text}`{did_you_mean(name.text, sorted(project.rule_names))}",
                    at=name.span,
                    help="name a rule that `persistlint rules` lists",
                    data={"object": name.text, "unit": check.unit},
                )
    for clause in _clauses(contract) if project.rule_names else ():
        yield from _unenforced(clause, project.rule_names)


def _clauses(contract: Contract) -> Iterator[Clause]:
    yield from contract.table_clauses
    yield from contract.stores
    yield from contract.upgrades
    yield from contract.documents
    yield from contract.defaults


def _unenforced(clause: Clause, installed: frozenset[str]) -> Iterator[Finding]:
    written = {key.name.partition(".")[0]: key for key in clause.keys}
    for name, holding in enforcing(type(clause)).items():
        if name in written and not installed.intersection(holding):
            rules = " or ".join(f"`{one}`" for one in holding)
            yield Finding(
                f"no installed rule enforces `{name}`: that takes {rules}",
                at=clause.at(name),
                help="install the rules that enforce it, or remove the key",
                data={"object": name, "unit": clause.unit},
            )
