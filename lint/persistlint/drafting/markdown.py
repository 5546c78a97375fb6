"""A draft as Markdown: rows, sections, and whole documents where there are none yet."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from persistlint.drafting.draft import Block, Check, Source, UnitDraft
from persistlint.drafting.record import Entry, Mark, cell_digest, comment, fence_digest
from persistlint.drafting.words import code

MATRIX_TITLES = (
    "Concern",
    "Source artifact",
    "Persistence objects",
    "Invariants / lifecycle rules",
    "Failure / edge behavior",
)
"""The columns behind the unit's id, in the order of their digests."""
INVENTORY_TITLES = ("Path", "Description")
_READABLE = re.compile(r"[^\s`*()\[\]<>|:#,;]+")
_PLAIN = re.compile(r"[A-Za-z0-9./][A-Za-z0-9./_-]*")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the documents stand, relative to the root of the project."""

    matrix: str
    contracts: str
    inventory: str


def unit_cells(unit: UnitDraft, ids: Mapping[str, str]) -> tuple[str, ...]:
    """The cells of a unit's row behind its id. `ids` are those of artifacts, by path."""
    return (
        _cell(unit.title),
        "; ".join(_artifact(source, ids) for source in unit.sources) or "–",  # noqa: RUF001
        ", ".join(name if name == "–" else _cell(code(name)) for name in unit.objects),  # noqa: RUF001
        _cell(unit.invariants),
        _cell(unit.failures),
    )


def _artifact(source: Source, ids: Mapping[str, str]) -> str:
    id_ = ids.get(source.path)
    # A path with blanks or brackets in it would be read as several words; its id says it all.
    path = _path(source.path) if _READABLE.fullmatch(source.path) and not source.path.endswith(".") else ""
    return " ".join(part for part in (id_, path) if part) or "–"  # noqa: RUF001


def _path(path: str) -> str:
    """A path as text where Markdown leaves it alone, else as code."""
    return path if _PLAIN.fullmatch(path) and "__" not in path and "/_" not in path else _cell(code(path))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def row(id_: str, cells: Sequence[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join([id_, *cells])} |\n"


def unit_entry(id_: str, unit: UnitDraft, cells: Sequence[str]) -> Entry:
    """What is remembered of a unit's row and fences."""
    kinds = tuple(block.kind.partition(" ")[0] for block in unit.blocks)
    return Entry(id_, unit.subject, tuple(map(cell_digest, cells)), kinds)


def section(id_: str, unit: UnitDraft) -> str:
    """A unit's section of the contracts."""
    parts = [f"## {id_} {unit.title}\n", "".join(f"{text}\n" for text in unit.prose)]
    parts += [fence(id_, block) for block in unit.blocks]
    if unit.waiver is not None and not unit.blocks:
        parts.append(waiver(unit.waiver))
    parts.append("### Failure and edge behavior\n")
    parts.append("".join(f"- {text}\n" for text in unit.behavior))
    parts.append("### Acceptance Checks\n")
    parts.append("".join(check_line(id_, one) for one in unit.checks))
    return "\n".join(part for part in parts if part)


def check_line(id_: str | None, check: Check) -> str:
    """An acceptance check; without an id it is one on the documents themselves."""
    label = f"{id_}: " if id_ is not None else ""
    return f"- [ ] {label}{check.text}: {', '.join(map(code, check.rules))}\n"


def waiver(reason: str) -> str:
    """The statement that a unit has no block for the machine."""
    return f"No contract block applies: {reason}\n"


def fence(id_: str, block: Block) -> str:
    """A block with the mark by which it is known again."""
    runs = re.findall(r"^\s*(`{3,})", block.text, re.MULTILINE)
    marks = "`" * (max(map(len, runs)) + 1 if runs else 3)
    return f"{marks}{block.kind} {Mark(id_, fence_digest(block.text))}\n{block.text}{marks}\n"


def matrix_document(units: Mapping[str, UnitDraft], ids: Mapping[str, str], places: Places) -> str:
    """A whole matrix."""
    cells = {id_: unit_cells(unit, ids) for id_, unit in units.items()}
    rows = [row(id_, cells[id_]) for id_ in units]
    known = [unit_entry(id_, unit, cells[id_]) for id_, unit in units.items()]
    contracts, inventory = (_relative(path, places.matrix) for path in (places.contracts, places.inventory))
    return (
        "# Data persistence matrix\n\n"
        "One row for each unit of what this project stores.\n"
        f"What a unit promises in full stands in {contracts}; the artifacts are listed in {inventory}.\n\n"
        f"{row('Unit', MATRIX_TITLES)}{'|---' * (len(MATRIX_TITLES) + 1)}|\n{''.join(rows)}\n{comment('matrix', known)}"
    )


def contracts_document(units: Mapping[str, UnitDraft], checks: Iterable[str], places: Places) -> str:
    """A whole document of contracts. `checks` are those on the documents themselves."""
    head = (
        "# Data persistence contracts\n\n"
        f"One section for each unit of {_relative(places.matrix, places.contracts)}: what the code promises its data.\n"
        "Prose is for people; the fenced `contract` blocks are the same promises for machines, "
        "and `persistlint check` holds the code to them.\n"
        "An acceptance check names the rules that decide it; it passes when none of them reports.\n\n"
        "`persistlint init --update` refreshes a block that is marked `init` as long as nobody changes it.\n"
        "Everything else is never touched again, and belongs to its readers.\n"
    )
    sections = (section(id_, unit) for id_, unit in units.items())
    return "\n".join([head, *sections, "## Acceptance Checks\n", "".join(checks)])


def inventory_document(paths: Mapping[str, str], described: Mapping[str, str]) -> str:
    """A whole inventory. `paths` are the artifacts' ids by path, `described` what each is."""
    cells = {path: inventory_cells(path, described) for path in paths}
    rows = [row(id_, cells[path]) for path, id_ in paths.items()]
    known = [inventory_entry(id_, path, cells[path]) for path, id_ in paths.items()]
    return (
        "# Inventory\n\n"
        "Each source artifact has one id, which the matrix uses.\n"
        "Paths are relative to the root of the project.\n\n"
        f"{row('Artifact', INVENTORY_TITLES)}|---|---|---|\n{''.join(rows)}\n{comment('inventory', known)}"
    )


def inventory_cells(path: str, described: Mapping[str, str]) -> tuple[str, str]:
    """The cells of an artifact's row behind its id."""
    return _path(path), _cell(described.get(path, "–"))  # noqa: RUF001


def inventory_entry(id_: str, path: str, cells: Sequence[str]) -> Entry:
    """What is remembered of an artifact's row."""
    return Entry(id_, path, tuple(map(cell_digest, cells)))


def _relative(path: str, document: str) -> str:
    return code(posixpath.relpath(path, posixpath.dirname(document) or "."))
