from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.sdk import Finding, Label, Name, Project, Severity, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def duplicate_unit(project: Project) -> Iterator[Finding]:
    """A unit that stands twice in the matrix, or twice in the contracts."""
    contract = project.contract
    yield from _repeated((row.unit for row in contract.rows), "rows of the matrix")
    yield from _repeated((Name(unit.id, unit.span) for unit in contract.units), "sections of the contracts")


def _repeated(names: Iterable[Name], what: str) -> Iterator[Finding]:
    first: dict[str, Name] = {}
    for name in names:
        known = first.setdefault(name.text, name)
        if known is not name:
            yield Finding(
                f"unit `{name.text}` has two {what}",
                at=name.span,
                related=(Label(known.span, "the first one"),),
                help="join the two, or give one of them another id",
                data={"object": name.text, "unit": name.text},
            )
