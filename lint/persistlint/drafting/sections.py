"""Refreshes the fences of a contracts document that `init` wrote and nobody has changed, and adds new sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from persistlint.drafting.draft import Block, UnitDraft
from persistlint.drafting.edits import Edited
from persistlint.drafting.markdown import fence, section, waiver
from persistlint.drafting.record import Entry, Mark, fence_digest, mark_in
from persistlint.extract.contract.fences import kind_of
from persistlint.extract.contract.markdown import Fence, Heading

_UNIT = re.compile(r"[`*_\[]*([Dd]\d+)\b")


@dataclass(frozen=True, slots=True)
class Sections:
    """What the sections should hold, by id; `remembered` are the rows of the matrix, which tell what was written."""

    units: Mapping[str, UnitDraft]
    remembered: Mapping[str, Entry]


def refresh_sections(documents: Sequence[Edited], wanted: Sections) -> Iterator[str]:
    """Change the documents. What comes out is said to the user, one line each."""
    for document in documents:
        for one in document.fences:
            mark = mark_in(one.info.text)
            kind = kind_of(one)
            unit = wanted.units.get(mark.id) if mark is not None else None
            if mark is not None and kind is not None and unit is not None:
                yield from _refresh(document, one, mark, kind, unit)
    for id_, unit in wanted.units.items():
        entry = wanted.remembered.get(id_)
        if entry is None:
            _add_section(documents, id_, unit)
            continue
        for block in unit.blocks:
            if block.kind.partition(" ")[0] not in entry.kinds:
                yield from _add_block(documents, id_, block)


def _refresh(document: Edited, one: Fence, mark: Mark, kind: str, unit: UnitDraft) -> Iterator[str]:
    block = next((block for block in unit.blocks if block.kind == kind), None)
    now = fence_digest(one.content.text)
    wanted = fence_digest(block.text) if block is not None else None
    if wanted == now:
        if mark.digest != now:
            # Somebody made it right by hand: what it says is what the code says, and ours to refresh again.
            _set_mark(document, one, mark, now)
        return
    line = one.info.places[0][0]
    if now != mark.digest or not one.closed:
        yield f"{document.path}:{line}: this block of {mark.id} was changed by hand, and the code says otherwise: kept"
        return
    first, after = line + 1, line + 1 + one.content.text.count("\n")
    if block is None:
        gone = waiver(unit.waiver) if unit.waiver is not None and not unit.blocks else ""
        document.replace(document.line(line), document.line(after + 1), gone)
        return
    prefix = _prefix(document, line)
    lines = "".join(f"{prefix}{text}\n" if text else f"{prefix.rstrip()}\n" for text in block.text.splitlines())
    document.replace(document.line(first), document.line(after), lines)
    _set_mark(document, one, mark, fence_digest(block.text))


def _set_mark(document: Edited, one: Fence, mark: Mark, digest: str) -> None:
    line = one.info.places[0][0]
    start = document.text.index(str(mark), document.line(line), document.line(line + 1))
    document.replace(start, start + len(str(mark)), str(Mark(mark.id, digest)))


def _prefix(document: Edited, line: int) -> str:
    """What stands before the fence's marks in its line: quotes and indentation, of which its content has as much."""
    opening = document.text[document.line(line) : document.line(line + 1)]
    before = re.match(r"[^`~]*", opening)
    return re.sub(r"[^>\s]", " ", before[0]) if before else ""


def _add_section(documents: Sequence[Edited], id_: str, unit: UnitDraft) -> None:
    """Behind the last section of a unit, in the document that has it; else at the end of the last document."""
    holding = [one for one in documents if any(unit_of(heading) for heading in one.headings)]
    document = (holding or list(documents))[-1]
    top = [heading for heading in document.headings if heading.level <= 2]
    units = [index for index, heading in enumerate(top) if unit_of(heading)]
    behind = top[units[-1] + 1] if units and units[-1] + 1 < len(top) else None
    if behind is not None:
        document.insert_line(behind.title.places[0][0], f"{section(id_, unit)}\n")
    else:
        document.insert_line(document.behind_all, f"\n{section(id_, unit)}")


def _add_block(documents: Sequence[Edited], id_: str, block: Block) -> Iterator[str]:
    """Behind the last fence of a unit, or where its first part begins."""
    for document in documents:
        top = [heading for heading in document.headings if heading.level <= 2]
        start = next((index for index, heading in enumerate(top) if unit_of(heading) == id_), None)
        if start is None:
            continue
        begin = top[start].title.places[0][0]
        end = top[start + 1].title.places[0][0] if start + 1 < len(top) else document.behind_all
        own = [one for one in document.fences if begin < one.info.places[0][0] < end and one.closed]
        if own:
            line = own[-1].info.places[0][0] + own[-1].content.text.count("\n") + 2
            document.insert_line(line, f"\n{fence(id_, block)}")
        else:
            inner = (one.title.places[0][0] for one in document.headings if begin < one.title.places[0][0] < end)
            document.insert_line(next(inner, end), f"{fence(id_, block)}\n")
        return
    yield f"{id_} has no section any more, and the code has a new {block.kind.partition(' ')[0]} block for it"


def unit_of(heading: Heading) -> str | None:
    """The id of the unit whose section a heading begins."""
    match = _UNIT.match(heading.title.text) if heading.level == 2 else None
    return match[1] if match else None
