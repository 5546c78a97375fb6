"""Refreshes the rows of a table that `init` wrote: each cell that nobody has changed, and rows that are new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from persistlint.drafting import record
from persistlint.drafting.edits import Edited
from persistlint.drafting.record import Entry, cell_digest
from persistlint.extract.contract.markdown import Table
from persistlint.extract.contract.placed import Placed
from persistlint.extract.contract.tables import columns

Titles = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows of a `matrix` or `inventory` should say: `cells` by id, under the titles in `order`.

    `key` is the title of the ids.
    """

    what: str
    titles: Titles
    key: str
    order: tuple[str, ...]
    entries: Mapping[str, Entry]
    cells: Mapping[str, Sequence[str]]


def refresh_rows(document: Edited, wanted: Rows) -> None:
    """Change the document, and what it remembers."""
    known = {entry.id: entry for entry in record.entries(wanted.what, document.text, len(wanted.order))}
    # Of a row that somebody removed, it stays known that it was written once.
    kept = {id_: replace(wanted.entries.get(id_, entry), cells=entry.cells) for id_, entry in known.items()}
    last: tuple[Table, Mapping[str, int]] | None = None
    for table in document.tables:
        found = columns(table, wanted.titles)
        if wanted.key not in found:
            continue
        last = table, found
        for cells in table.rows:
            id_ = _plain(cells, found[wanted.key])
            if id_ in known and id_ in wanted.cells:
                digests = tuple(_cells(document, cells, found, wanted, known[id_]))
                kept[id_] = replace(wanted.entries[id_], cells=digests)
    new = [id_ for id_ in wanted.cells if id_ not in known]
    if last is not None and new:
        _append(document, *last, wanted, new)
        kept.update((id_, wanted.entries[id_]) for id_ in new)
    place = record.find(wanted.what, document.text)
    if place is not None:
        document.replace(*place, record.comment(wanted.what, kept.values()))


def _cells(
    document: Edited, cells: Sequence[Placed], found: Mapping[str, int], wanted: Rows, entry: Entry
) -> Iterator[str]:
    """Refresh one row; the digests of its cells as far as they are still ours."""
    for title, digest, new in zip(wanted.order, entry.cells, wanted.cells[entry.id], strict=True):
        index = found.get(title)
        cell = cells[index] if index is not None and index < len(cells) else None
        if cell is not None and cell_digest(cell.text) == digest:
            if cell_digest(new) != digest:
                document.replace_cell(cell, new)
            yield cell_digest(new)
        else:
            yield digest


def _append(document: Edited, table: Table, found: Mapping[str, int], wanted: Rows, ids: Sequence[str]) -> None:
    width = len(table.header)
    lines: list[str] = []
    for id_ in ids:
        texts = ["–"] * width  # noqa: RUF001 - a dash for what nobody has said
        for title, text in zip((wanted.key, *wanted.order), (id_, *wanted.cells[id_]), strict=True):
            if title in found:
                texts[found[title]] = text
        lines.append(f"| {' | '.join(texts)} |\n")
    last = table.rows[-1][0].places[0][0] if table.rows else table.header[0].places[0][0] + 1
    document.insert_line(last + 1, "".join(lines))


def _plain(cells: Sequence[Placed], index: int) -> str:
    return cells[index].text.strip("`*_ ") if index < len(cells) else ""
