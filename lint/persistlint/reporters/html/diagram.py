"""A store's tables and foreign keys as inline SVG: parents on the left, children to the right of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from persistlint.facts.schema import ColumnFact, ForeignKeyFact, TableFact
from persistlint.reporters.html.text import plain
from persistlint.reporters.paint import safe

_CHAR = 7.3
_ROW = 18
_HEAD = 24
_GAP_X = 84
_GAP_Y = 22
_MARGIN = 16
_LONGEST = 34
_TALLEST = 1200
"""Tables without keys are put side by side beyond that many points."""


@dataclass(frozen=True, slots=True)
class _Box:
    table: TableFact
    x: float
    y: float
    width: float
    height: float

    def row(self, column: str | None) -> float:
        """The middle of a column's line; of the title where there is no such column."""
        names = [one.name.lower() for one in self.table.columns]
        if column is None or column.lower() not in names:
            return self.y + _HEAD / 2
        return self.y + _HEAD + names.index(column.lower()) * _ROW + _ROW / 2


def diagram(name: str, tables: Sequence[TableFact], number: int) -> str:
    """The picture, with a description for those who do not see it. `number` tells several in one page apart."""
    boxes = _placed(tables)
    width = max(box.x + box.width for box in boxes.values()) + _MARGIN
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    keys = [
        (box, boxes[key.table.lower()], key)
        for box in boxes.values()
        for key in box.table.foreign_keys
        if key.table.lower() in boxes
    ]
    described = f"{len(tables)} tables, {len(keys)} foreign keys"
    # Room on the right for keys that lead back to their own table.
    width += 40 if any(child is parent for child, parent, _ in keys) else 0
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    names = f'role="img" aria-labelledby="d{number}t d{number}d"'
    tip = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"'
    parts = [
        f'<svg {names} {size} xmlns="http://www.w3.org/2000/svg">',
        f'<title id="d{number}t">Tables of {plain(name)}</title><desc id="d{number}d">{described}</desc>',
        f'<defs><marker id="m{number}" {tip}><path class="tip" d="M0 0L8 4L0 8Z"/></marker></defs>',
        *(_edge(child, parent, key, number) for child, parent, key in keys),
        *(_drawn(box) for box in boxes.values()),
        "</svg>",
    ]
    return "".join(parts)


def _placed(tables: Sequence[TableFact]) -> Mapping[str, _Box]:
    by_name = {table.name.lower(): table for table in tables}
    ranks = _ranks(by_name)
    linked = {parent for parents in _parents(by_name).values() for parent in parents}
    linked |= {name for name, parents in _parents(by_name).items() if parents}
    columns: dict[int, list[TableFact]] = {}
    for name, table in by_name.items():
        if name in linked:
            columns.setdefault(ranks[name], []).append(table)
    boxes: dict[str, _Box] = {}
    x = float(_MARGIN)
    for rank in sorted(columns):
        ordered = sorted(columns[rank], key=lambda table: (_height_of_parents(table, boxes), table.name.lower()))
        x = _stack(ordered, x, boxes)
    alone = [table for name, table in sorted(by_name.items()) if name not in linked]
    tallest = max((box.y + box.height for box in boxes.values()), default=0.0)
    while alone:
        taken: list[TableFact] = []
        height = float(_MARGIN)
        while alone and (not taken or height + _height(alone[0]) < max(tallest, min(_TALLEST, 620))):
            height += _height(alone[0]) + _GAP_Y
            taken.append(alone.pop(0))
        x = _stack(taken, x, boxes)
    return boxes


def _stack(tables: Sequence[TableFact], x: float, boxes: dict[str, _Box]) -> float:
    """Put tables below each other; where the next column begins."""
    y = float(_MARGIN)
    widest = 0.0
    for table in tables:
        box = _Box(table, x, y, _width(table), _height(table))
        boxes[table.name.lower()] = box
        y += box.height + _GAP_Y
        widest = max(widest, box.width)
    return x + widest + _GAP_X


def _parents(by_name: Mapping[str, TableFact]) -> Mapping[str, tuple[str, ...]]:
    return {
        name: tuple(
            key.table.lower()
            for key in table.foreign_keys
            if key.table.lower() in by_name and key.table.lower() != name
        )
        for name, table in by_name.items()
    }


def _ranks(by_name: Mapping[str, TableFact]) -> Mapping[str, int]:
    """How many keys lead from a table to one without any, at most; a circle is cut where it closes."""
    parents = _parents(by_name)
    ranks = dict.fromkeys(by_name, 0)
    for _ in range(min(len(by_name), 40)):
        moved = False
        for name in by_name:
            wanted = max((ranks[parent] + 1 for parent in parents[name]), default=0)
            if wanted > ranks[name] and wanted < len(by_name) and not _is_under(name, parents[name], parents):
                ranks[name], moved = wanted, True
        if not moved:
            break
    return ranks


def _is_under(name: str, parents: Sequence[str], all_parents: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a table is above one of its own parents."""
    seen: set[str] = set()
    waiting = list(parents)
    while waiting:
        one = waiting.pop()
        if one == name:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(all_parents[one])
    return False


def _height_of_parents(table: TableFact, boxes: Mapping[str, _Box]) -> float:
    places = [boxes[key.table.lower()].y for key in table.foreign_keys if key.table.lower() in boxes]
    return sum(places) / len(places) if places else 0.0


def _keys(table: TableFact) -> Mapping[str, str]:
    """What a column is besides a column: `PK`, `FK`, both."""
    primary = {name.lower() for name in table.primary_key} | {
        one.name.lower() for one in table.columns if one.primary_key
    }
    foreign = {name.lower() for key in table.foreign_keys for name in key.columns}
    names = [one.name.lower() for one in table.columns]
    return {name: "".join(("P" * (name in primary), "F" * (name in foreign))) for name in names}


def _texts(column: ColumnFact) -> tuple[str, str]:
    type_ = column.type if column.type is not None else "?"
    return _short(column.name), _short(f"{type_}{'' if column.nullable else ' !'}", 20)


def _short(text: str, longest: int = _LONGEST) -> str:
    shown = safe(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _width(table: TableFact) -> float:
    rows = [sum(map(len, _texts(column))) + 7 for column in table.columns]
    return max([len(_short(table.name)) + 4, 14, *rows]) * _CHAR


def _height(table: TableFact) -> float:
    return _HEAD + _ROW * max(len(table.columns), 1) + 4


def _drawn(box: _Box) -> str:
    table = box.table
    keys = _keys(table)
    more = "" if table.complete else " …"
    head = f'x="{box.x + 0.5:.1f}" y="{box.y + 0.5:.1f}" width="{box.width - 1:.1f}" height="{_HEAD - 1}"'
    name = f"{plain(_short(table.name))}{more}"
    parts = [
        f"<g><title>{plain(table.name)}: {plain(table.span.path)}:{table.span.line}</title>",
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"/>',
        f'<rect class="title" {head} rx="4"/>',
        f'<text class="name" x="{box.x + 8:.1f}" y="{box.y + 16:.1f}">{name}</text>',
    ]
    for number, column in enumerate(table.columns):
        y = box.y + _HEAD + number * _ROW + 13
        shown, type_ = _texts(column)
        parts.append(f'<text class="type" x="{box.x + 8:.1f}" y="{y:.1f}">{keys[column.name.lower()]}</text>')
        parts.append(f'<text x="{box.x + 30:.1f}" y="{y:.1f}">{plain(shown)}</text>')
        end = box.x + box.width - 8
        parts.append(f'<text class="type" text-anchor="end" x="{end:.1f}" y="{y:.1f}">{plain(type_)}</text>')
    return "".join([*parts, "</g>"])


def _edge(child: _Box, parent: _Box, key: ForeignKeyFact, number: int) -> str:
    start = child.row(key.columns[0] if key.columns else None)
    primary = parent.table.primary_key[0] if parent.table.primary_key else None
    end = parent.row(key.references[0] if key.references else primary)
    action = "".join(
        f" ON {event} {done}" for event, done in (("DELETE", key.ondelete), ("UPDATE", key.onupdate)) if done
    )
    told = f"{child.table.name}({', '.join(key.columns)}) → {parent.table.name}({', '.join(key.references)}){action}"
    left, right = child.x, parent.x + parent.width
    if child is not parent and right < left:
        bend = min((left - right) / 2, 60)
        path = (
            f"M{left:.1f} {start:.1f}C{left - bend:.1f} {start:.1f} {right + bend:.1f} {end:.1f} {right:.1f} {end:.1f}"
        )
    else:
        # Back to the same table, or to one that is not on its left: around the right sides.
        from_, to = child.x + child.width, parent.x + parent.width
        out = max(from_, to) + 34
        path = f"M{from_:.1f} {start:.1f}C{out:.1f} {start:.1f} {out:.1f} {end:.1f} {to:.1f} {end:.1f}"
    return f'<path class="edge" marker-end="url(#m{number})" d="{path}"><title>{plain(told)}</title></path>'
