from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Contract, Finding, Matrix, Project, Severity, Unit, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def missing_section(project: Project) -> Iterator[Finding]:
    """A unit without one of its parts: a contract block, failure and edge behavior, acceptance checks, a cell."""
    contract = project.contract
    for unit in contract.units:
        if not unit.blocks and unit.waiver is None:
            yield _missing(unit, "contract block", "add one, or write `No contract block applies:` and why")
        yield from _behavior(unit)
        yield from _checks(unit, contract)
    for matrix in contract.matrices:
        yield from _cells(matrix)


def _behavior(unit: Unit) -> Iterator[Finding]:
    sections = [one for one in unit.sections if {"failure", "edge"} <= set(_words(one.title))]
    if not sections:
        yield _missing(unit, "section `Failure and edge behavior`", "add the section")
    elif not any(one.filled for one in sections):
        yield Finding(
            f"the failure and edge behavior of unit `{unit.id}` is empty",
            at=sections[0].span,
            help="say what happens when something fails",
            data={"object": unit.id, "unit": unit.id},
        )


def _checks(unit: Unit, contract: Contract) -> Iterator[Finding]:
    wanted = {"acceptance", "check"}
    sections = [one for one in unit.sections if wanted <= {word.rstrip("s") for word in _words(one.title)}]
    if not sections:
        yield _missing(unit, "section `Acceptance Checks`", "add the section")
    elif not any(check.unit == unit.id for check in contract.checks):
        yield Finding(
            f"the acceptance checks of unit `{unit.id}` hold no check",
            at=sections[0].span,
            help=f"add an item `- [ ] {unit.id}: what must hold: `rule``",
            data={"object": unit.id, "unit": unit.id},
        )


def _cells(matrix: Matrix) -> Iterator[Finding]:
    for title in matrix.missing:
        yield Finding(
            f"the matrix has no column `{title}`",
            at=matrix.span,
            help=f"add the column `{title}`",
            data={"object": title},
        )
    for row in matrix.rows:
        for title in row.empty:
            yield Finding(
                f"unit `{row.unit.text}` says nothing under `{title}`",
                at=row.unit.span,
                help="fill the cell, with a dash where there is nothing to say",
                data={"object": title, "unit": row.unit.text},
            )


def _missing(unit: Unit, what: str, help_: str) -> Finding:
    return Finding(f"unit `{unit.id}` has no {what}", unit.span, help=help_, data={"object": unit.id, "unit": unit.id})


def _words(title: str) -> list[str]:
    return "".join(mark if mark.isalpha() else " " for mark in title.lower()).split()
