from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Role, Severity, TableFact, rule
from persistlint_rules.schema._shared.fresh import Fresh

_OTHERS = frozenset({"alembic_version"})


@rule(severity=Severity.WARNING, since="0.1", needs_contract=True)
def undeclared_table(project: Project) -> Iterator[Finding]:
    """A table that the code creates and no contract declares."""
    contract = project.contract
    # In a block that cannot be read, any table may be declared.
    if not contract.tables or contract.problems or not contract.complete(Role.CONTRACTS):
        return
    fresh = Fresh(project)
    for definitions in fresh.definitions():
        first = definitions[0]
        if contract.named(first.name) is not None or not _counts(first, fresh):
            continue
        yield Finding(
            f"table `{first.name}` is created here, but the contract does not declare it",
            at=first.span,
            related=tuple(Label(one.span, "created here as well") for one in definitions[1:]),
            help=f"declare `{first.name}` in the contract, or stop creating it",
            data={"table": first.name, "aspect": "table", "expected": None, "actual": first.kind},
        )


def _counts(table: TableFact, fresh: Fresh) -> bool:
    if table.name.lower() in _OTHERS or table.name.lower().startswith("sqlite_"):
        return False
    # A view holds no data; a table that is renamed later is a stage of a rebuild.
    return table.kind != "view" and not (table.origin == "ddl" and fresh.is_passing(table.name))
