"""Brings existing documents up to date with the code: their owned fences and rows, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from persistlint.drafting import record
from persistlint.drafting.artifacts import Artifacts
from persistlint.drafting.draft import Draft, UnitDraft
from persistlint.drafting.edits import Edited
from persistlint.drafting.markdown import (
    INVENTORY_TITLES,
    MATRIX_TITLES,
    inventory_cells,
    inventory_entry,
    unit_cells,
    unit_entry,
)
from persistlint.drafting.numbers import highest, unit_id
from persistlint.drafting.rows import Rows, refresh_rows
from persistlint.drafting.sections import Sections, refresh_sections, unit_of
from persistlint.errors import UserError
from persistlint.extract.contract.tables import INVENTORY_TITLES as INVENTORY_COLUMNS
from persistlint.extract.contract.tables import MATRIX_TITLES as MATRIX_COLUMNS


@dataclass(frozen=True, slots=True)
class Existing:
    """The documents as they are: texts by path, the matrix first, then the contracts, then the inventory if any."""

    matrix: Edited
    contracts: tuple[Edited, ...]
    inventory: Edited | None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The new texts of all documents, and what the user should know."""

    texts: Mapping[str, str]
    said: tuple[str, ...]


def refresh(existing: Existing, draft: Draft, artifacts: Artifacts) -> Refreshed:
    """The documents with their owned parts as the code has them. Raises UserError where nothing in them is owned."""
    matrix = existing.matrix
    known = record.entries("matrix", matrix.text, len(MATRIX_TITLES))
    if not known:
        message = "there is no record of what `persistlint init` wrote here, so that nothing can be refreshed"
        raise UserError(message, path=matrix.path)
    headings = [unit_of(heading) or "" for document in existing.contracts for heading in document.headings]
    used = [*(entry.id for entry in known), *headings]
    units = dict(_with_ids(draft, {entry.subject: entry.id for entry in known}, used))
    said = list(_vanished(known, units))
    said += refresh_sections(existing.contracts, Sections(units, {entry.id: entry for entry in known}))
    cells = {id_: unit_cells(unit, artifacts.ids) for id_, unit in units.items()}
    entries = {id_: unit_entry(id_, unit, cells[id_]) for id_, unit in units.items()}
    refresh_rows(matrix, Rows("matrix", MATRIX_COLUMNS, "Unit", MATRIX_TITLES, entries, cells))
    if existing.inventory is not None:
        refresh_rows(existing.inventory, _inventory(artifacts))
    documents = (matrix, *existing.contracts, existing.inventory)
    return Refreshed({one.path: one.result() for one in documents if one is not None}, tuple(said))


def _with_ids(draft: Draft, ids: Mapping[str, str], used: Iterable[str]) -> Iterator[tuple[str, UnitDraft]]:
    """The units with the ids that they have; new ones with the next numbers."""
    number = highest(used)
    for unit in draft.units:
        id_ = ids.get(unit.subject)
        if id_ is None:
            number += 1
            id_ = unit_id(number)
        yield id_, unit


def _vanished(known: Iterable[record.Entry], units: Mapping[str, UnitDraft]) -> Iterator[str]:
    for entry in known:
        if entry.id not in units:
            yield f"{entry.id} is about {entry.subject}, which the code no longer has: its row and section are kept"


def _inventory(artifacts: Artifacts) -> Rows:
    listed = {path: id_ for path, id_ in artifacts.ids.items() if path in artifacts.roles}
    cells = {id_: inventory_cells(path, artifacts.roles) for path, id_ in listed.items()}
    entries = {id_: inventory_entry(id_, path, cells[id_]) for path, id_ in listed.items()}
    titles = {**INVENTORY_COLUMNS, "Description": re.compile(r"\bdescription\b")}
    return Rows("inventory", titles, "Artifact", INVENTORY_TITLES, entries, cells)
