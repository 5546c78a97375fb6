"""Which openings are of one database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from persistlint.facts.sql import Kind
from persistlint.facts.stores import Database, Opening
from persistlint.project.model import Statement


def grouped(openings: Sequence[Opening], statements: Iterable[Statement]) -> tuple[Opening, ...]:
    """The openings, each with the name of its store and the tables that are created through it."""
    created: dict[object, set[str]] = {}
    for one in statements:
        if one.opened is not None and one.sql.kind is Kind.CREATE_TABLE and one.sql.creates is not None:
            created.setdefault(one.opened, set()).add(one.sql.creates.name)
    several = of_several_files(openings)
    groups: list[list[Opening]] = []
    for opening in openings:
        same = [group for group in groups if any(is_same(opening.database, one.database, several) for one in group)]
        merged = [one for group in same for one in group]
        groups = [group for group in groups if group not in same]
        groups.append([*merged, opening])
    names: dict[int, str] = {}
    taken: set[str] = set()
    for group in sorted(groups, key=lambda group: (group[0].span, str(group[0].database.file))):
        name = _name(group)
        if name in taken:
            name = f"{name} ({group[0].span.path})"
        if name in taken:
            name = f"{name}:{group[0].span.line}"
        taken.add(name)
        names.update({id(one): name for one in group})
    return tuple(
        replace(one, store=names[id(one)], tables=tuple(sorted({*one.tables, *created.get(one.span, ())})))
        for one in openings
    )


def is_same(one: Database, other: Database, several: frozenset[str] = frozenset()) -> bool:
    """Whether two openings provably open one file. `several` are origins that lead to more than one."""
    if one.dialect != "sqlite" or other.dialect != "sqlite" or one.memory is True or other.memory is True:
        return False
    if one.file is not None and other.file is not None and one.file != other.file:
        return False
    if set(one.origins).intersection(other.origins).difference(several):
        return not _apart(one, other)
    return one.file is not None and bool(_alternatives(one) & _alternatives(other))


def _apart(one: Database, other: Database) -> bool:
    """Whether known folders tell two files of one name apart."""
    if one.words is None or other.words is None or one.file is None or other.file is None:
        return False
    return not any(_fit(left, right) for left in _alternatives(one) for right in _alternatives(other))


def _fit(left: str, right: str) -> bool:
    for one, other in zip(reversed(left.split("/")), reversed(right.split("/")), strict=False):
        if "{" in one or "{" in other:
            return True
        if one != other:
            return False
    return True


def _alternatives(database: Database) -> set[str]:
    return set((database.words or "").split(" | ")) - {""}


def of_several_files(openings: Iterable[Opening]) -> frozenset[str]:
    """The origins that lead to more than one file."""
    files: dict[str, set[str]] = {}
    for opening in openings:
        for origin in opening.database.origins:
            if opening.database.file is not None:
                files.setdefault(origin, set()).add(opening.database.file)
    return frozenset(origin for origin, found in files.items() if len(found) > 1)


def _name(group: Sequence[Opening]) -> str:
    named = [one.database.file for one in group if one.database.file is not None]
    if named:
        return named[0]
    if group[0].database.memory:
        return ":memory:"
    doors = [door for one in group for door in one.doors]
    return doors[0] if doors else f"{group[0].span.path}:{group[0].span.line}"
