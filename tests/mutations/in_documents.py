"""Documents that no longer agree: rows, sections, blocks, ids, counts and names, each changed in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .in_contract_sql import CONTRACTS
from .mutant import Edit, Mutant, Text, mutant

MATRIX = ".planning/specs/surfaces/DATA-PERSISTENCE-MATRIX.md"
INVENTORY = ".planning/specs/INVENTORY.md"
SETTINGS = "persistlint.toml"


def document_mutants(root: Path) -> Iterator[Mutant]:
    """Every part of the three documents, dropped or changed."""
    matrix, contracts, inventory = (Text(root, path) for path in (MATRIX, CONTRACTS, INVENTORY))
    rows = [number for number, line in enumerate(matrix.lines, start=1) if line.startswith("| D")]
    for number, following in zip(rows, [*rows[1:], 0], strict=True):
        yield from _of_row(matrix, number)
        if following:
            swapped = Edit(MATRIX, number, following, (matrix.line(following), matrix.line(number)))
            yield mutant(f"swap {_id(matrix, number)} with the next row", swapped, "unit-out-of-sequence")
    yield from _of_header(matrix)
    for number, line in enumerate(contracts.lines, start=1):
        if re.match(r"## D\d\d ", line):
            yield from _of_unit(contracts, number)
    yield from _of_blocks(contracts)
    yield from _of_defaults(contracts)
    yield from _of_checks(contracts)
    for number, line in enumerate(inventory.lines, start=1):
        if line.startswith("| ART-"):
            yield from _of_artifact(inventory, number)
    settings = Text(root, SETTINGS)
    units = settings.find("units = 12")
    yield mutant("ask for thirteen units", settings.replace(units, "12", "13"), "wrong-unit-count")


def _id(text: Text, number: int) -> str:
    found = re.search(r"D\d\d|ART-\d{4}", text.line(number))
    assert found is not None
    return found[0]


def _of_row(matrix: Text, number: int) -> Iterator[Mutant]:
    unit = _id(matrix, number)
    yield mutant(f"drop row {unit}", matrix.drop(number), "contract-without-unit", "wrong-unit-count")
    strange = matrix.replace(number, f"| {unit} |", f"| {unit[0]}9{unit[2]} |")
    yield mutant(f"change the id of row {unit}", strange, "contract-without-unit", "unit-without-contract")
    cells = matrix.line(number).split(" | ")
    empty = Edit(MATRIX, number, number, (" | ".join([*cells[:4], "", cells[5]]),))
    yield mutant(f"empty the invariants of row {unit}", empty, "missing-section")
    for artifact in re.findall(r"ART-\d{4}", cells[2]):
        strange = matrix.replace(number, artifact, artifact.replace("ART-00", "ART-09"))
        yield mutant(f"change artifact {artifact} of row {unit}", strange, "unknown-artifact")
    for path in re.findall(r"feature_board/[\w/]+\.py", cells[2]):
        strange = matrix.replace(number, path, path.replace(".py", "_2.py"))
        yield mutant(f"change path {path} of row {unit}", strange, "unknown-artifact")
    if unit in ("D01", "D02", "D03", "D11"):
        for name in re.findall(r"`(\w+)`", cells[3]):
            for verb, new in (("drop", ""), ("misspell", f"`{name}x`")):
                changed = matrix.replace(number, f" | {cells[3]} | ", f" | {cells[3].replace(f'`{name}`', new)} | ")
                empty_cell = ("missing-section",) if not new and cells[3] == f"`{name}`" else ()
                yield mutant(f"{verb} object {name} of row {unit}", changed, "objects-drift", *empty_cell)
        other = "`schedules`" if unit != "D02" else "`features`"
        added = matrix.replace(number, f" | {cells[3]} | ", f" | {cells[3]}, {other} | ")
        yield mutant(f"add an object to row {unit}", added, "objects-drift")


def _of_header(matrix: Text) -> Iterator[Mutant]:
    number = matrix.find("| Unit |")
    for title in ("Concern", "Source artifact", "Invariants / lifecycle rules", "Failure / edge behavior"):
        renamed = matrix.replace(number, f"| {title} |", "| Remarks |")
        yield mutant(f"rename column {title} of the matrix", renamed, "missing-section")


def _of_unit(contracts: Text, number: int) -> Iterator[Mutant]:
    unit = _id(contracts, number)
    end = contracts.find("## ", number + 1)
    body = [contracts.line(one) for one in range(number, end)]
    declares = any(line == "```sql contract" for line in body)
    owners = ["unit-without-contract", *(["undeclared-table"] if declares else [])]
    yield mutant(f"drop section {unit}", contracts.drop(number, end - 1), *owners)
    strange = contracts.replace(number, f"## {unit}", f"## {unit[0]}9{unit[2]}")
    yield mutant(f"change the id of section {unit}", strange, "contract-without-unit", "unit-without-contract")
    for heading in ("### Failure and edge behavior", "### Acceptance Checks"):
        place = contracts.find(heading, number)
        assert place < end
        yield mutant(f"drop heading {heading[4:]} of {unit}", contracts.drop(place), "missing-section")
    checks = contracts.find("### Acceptance Checks", number)
    yield mutant(f"drop the acceptance checks of {unit}", contracts.drop(checks + 1, end - 1), "missing-section")
    behavior = contracts.find("### Failure and edge behavior", number)
    yield mutant(f"empty the failure behavior of {unit}", contracts.drop(behavior + 1, checks - 1), "missing-section")
    waiver = [one for one in range(number, end) if contracts.line(one).startswith("No contract block applies")]
    for one in waiver:
        yield mutant(f"drop the waiver of {unit}", contracts.drop(one), "missing-section")


def _of_blocks(contracts: Text) -> Iterator[Mutant]:
    unit = ""
    for number, line in enumerate(contracts.lines, start=1):
        if line.startswith("## "):
            unit = _id(contracts, number) if re.match(r"## D\d\d ", line) else ""
        if not line.endswith(" contract") or not line.startswith("```"):
            continue
        language = line[3:].split()[0]
        end = contracts.find("```", number + 1)
        # D11 still has its other block then; and a clause that is no longer there is broken by nobody.
        owners = [*(["undeclared-table"] if language == "sql" else [])]
        owners += ["missing-section"] if unit not in ("D11", "") else []
        yield mutant(f"drop the {language} block of {unit or 'no unit'}", contracts.drop(number, end), *owners)
        if language == "sql":
            table = contracts.find("CREATE TABLE", number)
            head = contracts.line(table)
            repeated = contracts.insert(end + 1, "", "```sql contract", f"{head}id INTEGER PRIMARY KEY);", "```")
            yield mutant(f"declare the table of {unit} again", repeated, "duplicate-declaration")
            broken = contracts.replace(table, "CREATE TABLE", "CREATE TABEL")
            yield mutant(f"misspell CREATE TABLE in {unit}", broken, "unreadable-block")
        else:
            yield from _of_clauses(contracts, unit or "no unit", number, end)


def _of_clauses(contracts: Text, unit: str, first: int, end: int) -> Iterator[Mutant]:
    for number in range(first + 1, next((one for one in range(first, end) if not contracts.line(one)), end)):
        match = re.fullmatch(r"(\w+) = (.*)", contracts.line(number))
        if match is None:
            continue
        title = f"{match[1]} in line {number - first} of the toml block of {unit}"
        unknown = contracts.replace(number, f"{match[1]} =", f"{match[1]}_2 =")
        yield mutant(f"rename key {title}", unknown, "unreadable-block")
        wrong = Edit(CONTRACTS, number, number, (f"{match[1]} = 1.5",))
        yield mutant(f"give a number to {title}", wrong, "unreadable-block")
    broken = contracts.insert(first + 1, "= what?")
    yield mutant(f"break the toml block of {unit}", broken, "unreadable-block")


def _of_defaults(contracts: Text) -> Iterator[Mutant]:
    """Clauses on Python defaults, whether each has lines of its own or all stand in one list."""
    for number, line in enumerate(contracts.lines, start=1):
        match = re.search(r"\bvalue = (?P<value>\w+)", line)
        if match is not None:
            other = {"true": "false", "false": "true"}.get(match["value"], f"1{match['value']}")
            changed = contracts.replace(number, match[0], f"value = {other}")
            yield mutant(f"change the default in line {number}", changed, "default-drift")
        elif re.search(r'^\s+\{.*\bby = ".*:\w+"', line):
            changed = contracts.replace(number, '" }', '_2" }')
            yield mutant(f"change the default in line {number}", changed, "default-drift")


def _of_checks(contracts: Text) -> Iterator[Mutant]:
    for number, line in enumerate(contracts.lines, start=1):
        if not line.startswith("- [ ] "):
            continue
        rule = re.findall(r"`([a-z-]+)`", line)[-1]
        title = f"the check in line {number}"
        strange = contracts.replace(number, f"`{rule}`", f"`{rule}-2`")
        yield mutant(f"misname a rule of {title}", strange, "acceptance-check-without-rule")
        if "12/12" in line:
            bare = Edit(CONTRACTS, number, number, (line.partition(": `")[0],))
            yield mutant(f"drop the rules of {title}", bare, "acceptance-check-without-rule")
            for parity in ("11/12", "12/13", "13/13"):
                count = contracts.replace(number, "12/12", parity)
                yield mutant(f"promise {parity} in {title}", count, "wrong-unit-count")


def _of_artifact(inventory: Text, number: int) -> Iterator[Mutant]:
    artifact = _id(inventory, number)
    yield mutant(f"drop {artifact} from the inventory", inventory.drop(number), "unknown-artifact")
    strange = inventory.replace(number, artifact, artifact.replace("ART-00", "ART-09"))
    yield mutant(f"change the id of {artifact} in the inventory", strange, "unknown-artifact")
    moved = inventory.replace(number, ".py |", "_2.py |")
    yield mutant(f"rename {artifact} in the inventory", moved, "unknown-artifact")
    copied = inventory.insert(number, inventory.line(number))
    yield mutant(f"list {artifact} twice", copied, "duplicate-declaration")
