from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Role, Severity, did_you_mean, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def unit_without_contract(project: Project) -> Iterator[Finding]:
    """A unit of the matrix for which the contracts have no section."""
    contract = project.contract
    if contract.unread.intersection(contract.documents_of(Role.CONTRACTS)):
        return  # It may stand in the document that could not be read.
    sections = {unit.id for unit in contract.units}
    rows = {row.unit.text: row for row in reversed(contract.rows)}
    strangers = sections.difference(rows)
    for id_, row in rows.items():
        if id_ not in sections:
            yield Finding(
                f"unit `{id_}` of the matrix has no contract{did_you_mean(id_, sorted(strangers))}",
                at=row.unit.span,
                help=f"add the section `## {id_} …` to the contracts, or remove the row",
                data={"object": id_, "unit": id_},
            )
