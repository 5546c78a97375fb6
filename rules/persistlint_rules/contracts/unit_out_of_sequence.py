from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from persistlint.sdk import Finding, Name, Project, Severity, rule


@rule(severity=Severity.WARNING, since="0.1", needs_contract=True)
def unit_out_of_sequence(project: Project) -> Iterator[Finding]:
    """A unit whose number does not follow the one before: the order is broken, or a number is left out."""
    contract = project.contract
    rows = [row.unit for row in contract.rows]
    sections = [Name(unit.id, unit.span) for unit in contract.units]
    # What only one of the documents has is reported as such, and would only be told again here.
    both = {name.text for name in rows} & {name.text for name in sections} if rows and sections else None
    known = {_number(name) for name in (*rows, *sections)}
    yield from _breaks(_common(rows, both), known, "row")
    for _, part in groupby(_common(sections, both), key=lambda name: name.span.path):
        # The units of several contract documents may be divided between them as one likes.
        yield from _breaks(part, known if not rows else None, "section")


def _common(names: Iterable[Name], both: set[str] | None) -> list[Name]:
    return [name for name in names if both is None or name.text in both]


def _breaks(names: Iterable[Name], known: set[int] | None, what: str) -> Iterator[Finding]:
    """`known` are the numbers that are used anywhere; None where gaps do not matter."""
    highest = 0
    seen: set[int] = set()
    for name in names:
        number = _number(name)
        if number in seen:
            continue
        seen.add(number)
        left_out = [one for one in range(highest + 1, number) if known is not None and one not in known]
        if number < highest:
            yield _finding(name, f"the {what} of unit `{name.text}` stands behind that of a later unit", "move it up")
        elif left_out:
            before = f"`D{left_out[0]:02}`" if len(left_out) == 1 else f"`D{left_out[0]:02}` to `D{left_out[-1]:02}`"
            yield _finding(name, f"{before} is left out before unit `{name.text}`", "number the units without gaps")
        highest = max(highest, number)


def _finding(name: Name, message: str, help_: str) -> Finding:
    return Finding(message, at=name.span, help=help_, data={"object": name.text, "unit": name.text})


def _number(name: Name) -> int:
    digits = re.search(r"\d+", name.text)
    return int(digits[0][:9]) if digits else 0
