"""A fresh schema and an upgraded one, compared the way SQLite tells them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from persistlint.facts.schema import ForeignKeyFact, TableFact
from persistlint.facts.sql import SqlStatement
from persistlint.replay.checks import same_condition
from persistlint.replay.ddl import UNKNOWN_CONDITION, UNKNOWN_DEFAULT
from persistlint.replay.live import fact_of
from persistlint.replay.memory import Memory

Parse = Callable[[str, str], tuple[SqlStatement, ...]]


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference without its places; see `facts.upgrades.Difference`."""

    table: str
    aspect: str
    change: str
    object: str = ""
    expected: str | None = None
    actual: str | None = None
    required: bool = False
    where: str | None = None


Same = Callable[[str | None, str | None], bool]
_OWN = frozenset({"alembic_version", "sqlite_sequence"})
_CONNECTIVE = re.compile(r"\s+")


def drifts(fresh: Memory, upgraded: Memory, parse: Parse) -> list[Drift]:
    """Every difference in tables, columns, keys, constraints, indexes, triggers and views. Order of columns, names of
    indexes and quoting of defaults do not count."""
    left, right = _tables(fresh), _tables(upgraded)
    out: list[Drift] = []
    for name in sorted(left.keys() | right.keys()):
        if name in _OWN or name.startswith("sqlite_") or "_fts_" in name:
            continue
        if name not in right:
            out.append(Drift(left[name], "table", "missing"))
        elif name not in left:
            out.append(Drift(right[name], "table", "extra"))
        else:
            out.extend(_table(fresh, upgraded, left[name], right[name], parse))
    for kind in ("trigger", "view"):
        out.extend(_others(fresh, upgraded, kind))
    return out


def reordered(fresh: Memory, upgraded: Memory) -> Iterator[Drift]:
    """Tables with the same columns in another order: a new column goes last, wherever its model has it."""
    left, right = _tables(fresh), _tables(upgraded)
    for key in sorted(left.keys() & right.keys()):
        one = [column.name.lower() for column in fresh.columns(left[key])]
        other = [column.name.lower() for column in upgraded.columns(right[key])]
        if one != other and sorted(one) == sorted(other):
            first = next(name for name, twin in zip(one, other, strict=True) if name != twin)
            yield Drift(left[key], "column-order", "changed", first, ",".join(one), ",".join(other))


def _tables(memory: Memory) -> dict[str, str]:
    return {one.name.lower(): one.name for one in memory.stored() if one.kind == "table"}


def _others(fresh: Memory, upgraded: Memory, kind: str) -> Iterator[Drift]:
    left = {one.name for one in fresh.stored() if one.kind == kind}
    right = {one.name for one in upgraded.stored() if one.kind == kind}
    for name in sorted(left ^ right):
        yield Drift("", kind, "missing" if name in left else "extra", name)


def _table(fresh: Memory, upgraded: Memory, name: str, other: str, parse: Parse) -> Iterator[Drift]:
    yield from _columns(fresh, upgraded, name, other)
    left, right = fact_of(fresh, name, parse), fact_of(upgraded, other, parse)
    if left is None or right is None:
        return
    yield from _sets(name, "foreign-key", _keys(left.foreign_keys), _keys(right.foreign_keys))
    same = _same_rows(left, right)
    yield from _partial(name, "unique", _uniques(left), _uniques(right), same)
    yield from _partial(name, "index", _indexes(left, unique=False), _indexes(right, unique=False), same)
    checks, others = _checks(left), _checks(right)
    if checks != others:
        gone, more = sorted(checks - others), sorted(others - checks)
        change = "changed" if gone and more else "missing" if gone else "extra"
        yield Drift(name, "check", change, "", "; ".join(gone) or None, "; ".join(more) or None)


def _columns(fresh: Memory, upgraded: Memory, name: str, other: str) -> Iterator[Drift]:
    left = {one.name.lower(): one for one in fresh.columns(name)}
    right = {one.name.lower(): one for one in upgraded.columns(other)}
    for key, column in left.items():
        if key not in right:
            yield Drift(name, "column", "missing", column.name, column.type)
            continue
        twin = right[key]
        if _word(column.type) != _word(twin.type):
            yield Drift(name, "type", "changed", column.name, column.type, twin.type)
        if column.notnull != twin.notnull and not (column.key and twin.key):
            words = {True: "NOT NULL", False: "NULL"}
            yield Drift(name, "nullable", "changed", column.name, words[column.notnull], words[twin.notnull])
        defaults = (column.default, twin.default)
        if _default(column.default) != _default(twin.default) and UNKNOWN_DEFAULT not in defaults:
            yield Drift(name, "default", "changed", column.name, column.default, twin.default)
        if bool(column.key) != bool(twin.key):
            yield Drift(name, "primary-key", "changed", column.name, str(column.key), str(twin.key))
    for key, column in right.items():
        if key not in left:
            required = column.notnull and column.default is None and not column.key and not column.hidden
            yield Drift(name, "column", "extra", column.name, None, column.type, required)


def _word(text: str) -> str:
    return _CONNECTIVE.sub("", text).upper()


def _default(text: str | None) -> str | None:
    """A default without the quotes and brackets that make no difference to what is stored."""
    if text is None:
        return None
    text = _CONNECTIVE.sub("", text)
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if text.upper() == "NULL":
        return None
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"`":
        text = text[1:-1]
    return {"TRUE": "1", "FALSE": "0"}.get(text.upper(), text.upper() if text.upper().startswith("CURRENT_") else text)


Entry = tuple[str, str]


def _sets(table: str, aspect: str, left: set[Entry], right: set[Entry]) -> Iterator[Drift]:
    for name, detail in sorted(left - right):
        yield Drift(table, aspect, "missing", name, detail or name)
    for name, detail in sorted(right - left):
        yield Drift(table, aspect, "extra", name, None, detail or name)


def _keys(keys: Iterable[ForeignKeyFact]) -> set[Entry]:
    return {
        (
            ",".join(key.columns).lower(),
            f"{key.table}({','.join(key.references)}) ON DELETE {key.ondelete or 'NO ACTION'}".lower(),
        )
        for key in keys
    }


@dataclass(frozen=True, slots=True)
class _Index:
    """What an index or a UNIQUE is about: its columns, and of a part of the rows which."""

    columns: str
    where: str | None = None


def _partial(table: str, aspect: str, left: list[_Index], right: list[_Index], same: Same) -> Iterator[Drift]:
    """Indexes that only one side has: the same columns for other rows are another index."""
    for change, ones, others in (("missing", left, right), ("extra", right, left)):
        for one in sorted(set(ones), key=lambda one: (one.columns, one.where or "")):
            if not any(one.columns == other.columns and same(one.where, other.where) for other in others):
                said = one.columns if one.where is None else f"{one.columns} WHERE {one.where}"
                fresh, upgraded = (said, None) if change == "missing" else (None, said)
                yield Drift(table, aspect, change, one.columns, fresh, upgraded, where=one.where)


def _same_rows(table: TableFact, other: TableFact) -> Same:
    """Whether two conditions of indexes hold for the same rows."""

    def same(one: str | None, two: str | None) -> bool:
        if UNKNOWN_CONDITION in (one, two):
            return True
        if one is None or two is None:
            return one is two
        return same_condition(table.columns, one, two) or same_condition(other.columns, one, two)

    return same


def _uniques(table: TableFact) -> list[_Index]:
    return [*(_Index(",".join(one.columns).lower()) for one in table.uniques), *_indexes(table, unique=True)]


def _indexes(table: TableFact, *, unique: bool) -> list[_Index]:
    # Indexes on expressions are told in too many ways to be compared by their text.
    return [
        _Index(",".join(map(_plain, one.columns)).lower(), one.where)
        for one in table.indexes
        if one.unique == unique and not _computed(one.columns)
    ]


def _computed(columns: Iterable[str]) -> bool:
    return any("(" in column or ">" in column for column in columns)


def _plain(column: str) -> str:
    # An index on `a DESC` is one on `a`: the direction changes no result.
    return re.sub(r"\s+(?:ASC|DESC)$", "", column, flags=re.IGNORECASE).strip('"`[] ')


def _checks(table: TableFact) -> set[str]:
    # SQLite's RENAME COLUMN leaves the new name in quotes.
    texts = [one.expression.replace('"', "") for one in table.checks if one.expression]
    return {_unwrapped(_CONNECTIVE.sub(" ", text).strip()).lower() for text in texts}


def _unwrapped(text: str) -> str:
    """A condition without brackets around the whole of it."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for index, mark in enumerate(text):
            depth += (mark == "(") - (mark == ")")
            if depth == 0 and index < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text
