from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Role, Severity, did_you_mean, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def contract_without_unit(project: Project) -> Iterator[Finding]:
    """A section of the contracts whose unit the matrix does not have."""
    contract = project.contract
    if not contract.matrices or not contract.complete(Role.MATRIX):
        return  # Contracts alone need no matrix.
    rows = {row.unit.text for row in contract.rows}
    units = {unit.id: unit for unit in reversed(contract.units)}
    strangers = rows.difference(units)
    for id_, unit in units.items():
        if id_ not in rows:
            yield Finding(
                f"contract `{id_}` stands for no unit of the matrix{did_you_mean(id_, sorted(strangers))}",
                at=unit.span,
                help=f"add a row for `{id_}` to the matrix, or remove the section",
                data={"object": id_, "unit": id_},
            )
