from __future__ import annotations

import re
from collections.abc import Iterator

from persistlint.sdk import Contract, Finding, Project, Role, Severity, Span, rule

_PARITY = re.compile(r"\b(\d+)\s*/\s*(\d+)\b")


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def wrong_unit_count(project: Project) -> Iterator[Finding]:
    """A number of units other than the one that the setting `units`, or a promised parity, asks for."""
    contract = project.contract
    place = _place(contract)
    if place is None:
        return
    count = len(contract.rows) if contract.matrices else len(contract.units)
    wanted = contract.expected_units
    if wanted is not None and wanted != count:
        where = "the matrix has" if contract.matrices else "the contracts have"
        yield Finding(
            f"{where} {count} {'unit' if count == 1 else 'units'}, and the setting `units` asks for {wanted}",
            at=place,
            help="add or remove units, or change `units`",
            data={"aspect": "units", "expected": str(wanted), "actual": str(count)},
        )
    for check in contract.checks:
        parity = _PARITY.search(check.text) if "parity" in check.text.lower() else None
        if parity is None or int(parity[1]) == int(parity[2]) == (wanted or count):
            continue
        yield Finding(
            f"this check promises a parity of `{parity[0]}`, where `{wanted or count}/{wanted or count}` is complete",
            at=check.span,
            help=f"write `{wanted or count}/{wanted or count}`, or change the number of units",
            data={"aspect": "parity", "expected": f"{wanted or count}/{wanted or count}", "actual": parity[0]},
        )


def _place(contract: Contract) -> Span | None:
    """Where the units are counted; None where a document could not be read, or there are none."""
    if contract.unread:
        return None
    if contract.matrices:
        return contract.matrices[0].span
    if contract.documents_of(Role.MATRIX):
        return None
    return contract.units[0].span if contract.units else None
