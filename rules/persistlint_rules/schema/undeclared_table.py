from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Fresh, Label, Project, Role, Severity, rule


@rule(severity=Severity.WARNING, since="0.1", needs_contract=True)
def undeclared_table(project: Project) -> Iterator[Finding]:
    """A table that the code creates and no contract declares."""
    contract = project.contract
    # In a block that cannot be read, any table may be declared.
    if not contract.tables or contract.problems or not contract.complete(Role.CONTRACTS):
        return
    for definitions in Fresh(project).to_declare():
        first = definitions[0]
        if contract.named(first.name) is not None:
            continue
        yield Finding(
            f"table `{first.name}` is created here, but the contract does not declare it",
            at=first.span,
            related=tuple(Label(one.span, "created here as well") for one in definitions[1:]),
            help=f"declare `{first.name}` in the contract, or stop creating it",
            data={"table": first.name, "aspect": "table", "expected": None, "actual": first.kind},
        )
