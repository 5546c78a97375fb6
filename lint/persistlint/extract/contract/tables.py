"""The matrix and the inventory: tables whose columns are found by their titles, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from persistlint.extract.contract.markdown import Table
from persistlint.extract.contract.placed import Placed
from persistlint.facts.contract import Artifact, ArtifactUse, BlockProblem, Matrix, Name, Row
from persistlint.source import Span

MATRIX_TITLES: Mapping[str, re.Pattern[str]] = {
    "Unit": re.compile(r"\bunits?\b"),
    "Concern": re.compile(r"\bconcerns?\b"),
    "Source artifact": re.compile(r"\b(artifacts?|artefacts?|sources?)\b"),
    "Persistence objects": re.compile(r"\bobjects?\b"),
    "Invariants / lifecycle rules": re.compile(r"\b(invariants?|lifecycle)\b"),
    "Failure / edge behavior": re.compile(r"\b(failures?|edges?)\b"),
}
"""The columns of a matrix, with the words by which a title is known."""
INVENTORY_TITLES: Mapping[str, re.Pattern[str]] = {
    "Artifact": re.compile(r"\b(artifact|artefact|id)\b"),
    "Path": re.compile(r"\b(path|file|location)\b"),
}

_ID = re.compile(r"\bART-\w+", re.IGNORECASE)
_TARGET = re.compile(r"(?<=\])\([^)]*\)")
_WORD = re.compile(r"[^\s`*()\[\]<>|:#]+")
_PATH = re.compile(r".*/.*|.*\w\.\w+")
_IDENTIFIER = re.compile(r"\w+")
_CODE = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)")
_SEPARATOR = re.compile(r"[,;]|<br\s*/?>", re.IGNORECASE)


def matrix(tables: Sequence[Table]) -> Matrix | None:
    """The table of units, in one or several parts; None where no table has a column `Unit`."""
    parts = [(table, found) for table in tables if "Unit" in (found := columns(table, MATRIX_TITLES))]
    if not parts:
        return None
    header = parts[0][0].header
    return Matrix(
        span=_across(header),
        rows=tuple(_row(row, unit, found) for row, unit, found in _units(tables) if unit is not None),
        missing=tuple(title for title in MATRIX_TITLES if not any(title in found for _, found in parts)),
    )


def matrix_problems(tables: Sequence[Table]) -> Iterator[BlockProblem]:
    """Rows of the matrix that stand for no unit."""
    for row, unit, _ in _units(tables):
        if unit is None:
            yield BlockProblem("this row has no unit", _across(row), "begin it with the unit's id, as in `D01`")


def _units(tables: Sequence[Table]) -> Iterator[tuple[tuple[Placed, ...], Name | None, Mapping[str, int]]]:
    """The rows of the matrix, each with its unit and the columns of its table."""
    for table in tables:
        found = columns(table, MATRIX_TITLES)
        for row in table.rows if "Unit" in found else ():
            yield row, next(_names(_cell(row, found["Unit"])), None), found


def inventory(tables: Sequence[Table]) -> tuple[Artifact, ...] | None:
    """The artifacts; None where no table has the columns `Artifact` and `Path`."""
    artifacts: list[Artifact] = []
    seen = False
    for table in tables:
        found = columns(table, INVENTORY_TITLES)
        if len(found) < len(INVENTORY_TITLES):
            continue
        seen = True
        for row in table.rows:
            id_ = next(_names(_cell(row, found["Artifact"])), None)
            path = next(_names(_cell(row, found["Path"])), None)
            if id_ is not None:
                artifacts.append(Artifact(id_, path))
    return tuple(artifacts) if seen else None


def columns(table: Table, titles: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    """Which of the titles stands in which column. A column has one title, a title the first column that fits."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for exact in (True, False):
        for title, known in titles.items():
            for index, cell in enumerate(table.header):
                said = cell.text.strip("`*_ ").lower()
                fits = said == title.lower() if exact else known.search(said)
                if fits and title not in found and index not in taken:
                    found[title] = index
                    taken.add(index)
    return found


def _row(row: tuple[Placed, ...], unit: Name, found: Mapping[str, int]) -> Row:
    objects = _cell(row, found.get("Persistence objects"))
    return Row(
        unit=unit,
        span=_across(row),
        artifacts=tuple(_artifacts(_cell(row, found.get("Source artifact")))),
        objects=tuple(_objects(objects)),
        words=frozenset(_IDENTIFIER.findall(objects.text.lower())) if objects is not None else frozenset(),
        empty=tuple(title for title, index in found.items() if not _cell(row, index)),
    )


def _artifacts(cell: Placed | None) -> Iterator[ArtifactUse]:
    """An id with the path behind it, or each alone; several in a cell are told apart by commas, semicolons, `<br>`."""
    if cell is None:
        return
    # A link's target leads to the inventory or to the file; what is meant is its text.
    text = _TARGET.sub(lambda match: " " * len(match[0]), cell.text)
    for start, end in _pieces(text):
        ids = [cell.name(match.start(), match.end()) for match in _ID.finditer(text, start, end)]
        rest = _ID.sub(lambda match: " " * len(match[0]), text[start:end])
        place = _path_in(rest, bare=bool(ids))
        path = cell.name(start + place[0], start + place[1]) if place is not None else None
        for id_ in ids[:-1]:
            yield ArtifactUse(id_, None)
        if ids or path is not None:
            yield ArtifactUse(ids[-1] if ids else None, path)


def _path_in(text: str, *, bare: bool) -> tuple[int, int] | None:
    """Where the path stands in a text: a word with a slash or a suffix, or, where `bare`, the only word."""
    words = [match for match in _WORD.finditer(text) if re.search(r"\w", match[0])]
    found = [word for word in words if _PATH.fullmatch(word[0]) and word[0].lower() != "n/a"]
    if not found and bare and len(words) == 1 and words[0][0].lower() != "none":
        found = words
    return (found[0].start(), found[0].end() - (found[0][0].endswith("."))) if found else None


def _objects(cell: Placed | None) -> Iterator[Name]:
    """Code spans, and single words between separators."""
    if cell is None:
        return
    rest = cell.text
    for match in _CODE.finditer(cell.text):
        yield cell.name(*_stripped(cell.text, match.start(2), match.end(2)))
        rest = rest[: match.start()] + ";" * (match.end() - match.start()) + rest[match.end() :]
    for start, end in _pieces(rest):
        if end > start and not re.search(r"\s", rest[start:end]):
            yield cell.name(start, end)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SEPARATOR.finditer(text):
        yield _stripped(text, start, match.start())
        start = match.end()
    yield _stripped(text, start, len(text))


def _names(cell: Placed | None) -> Iterator[Name]:
    """What a cell says, without the marks of code, emphasis and links around it."""
    if cell is None:
        return
    start, end = 0, len(cell.text)
    link = re.match(r"\[([^\]]+)\]\([^)]*\)$", cell.text)
    if link:
        start, end = link.span(1)
    while start < end and cell.text[start] in "`*_ ":
        start += 1
    while end > start and cell.text[end - 1] in "`*_ ":
        end -= 1
    if start < end:
        yield cell.name(start, end)


def _cell(row: tuple[Placed, ...], index: int | None) -> Placed | None:
    """The cell of that column; None where it is empty or absent."""
    return row[index] if index is not None and index < len(row) and row[index].text else None


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _across(cells: Sequence[Placed]) -> Span:
    first, last = cells[0].whole, cells[-1].whole
    return Span(first.path, first.line, first.column, last.end_line, last.end_column)
