"""Which tables live together in one database: the main store, and the others beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from persistlint.drafting.declared import Declared


@dataclass(frozen=True, slots=True)
class Home:
    """The tables of one database, in the order of their places."""

    name: str
    tables: tuple[Declared, ...]


@dataclass(frozen=True, slots=True)
class Homes:
    """`main` holds most tables, and all that cannot be told to live elsewhere."""

    main: tuple[Declared, ...]
    others: tuple[Home, ...]


def homes(tables: Sequence[Declared]) -> Homes:
    """Tables by the MetaData that creates them: what is created together lives together."""
    groups: dict[str, list[Declared]] = {}
    for table in tables:
        if table.fact.metadata is not None:
            groups.setdefault(table.fact.metadata, []).append(table)
    main = max(groups, key=lambda one: len(groups[one]), default=None)
    apart = {key: group for key, group in groups.items() if key != main}
    away = {table.name for group in apart.values() for table in group}
    names = _names(apart)
    others = (Home(names[key], tuple(group)) for key, group in apart.items())
    return Homes(
        tuple(table for table in tables if table.name not in away),
        tuple(sorted(others, key=lambda home: (home.tables[0].fact.span, home.name))),
    )


def _names(groups: Mapping[str, Sequence[Declared]]) -> dict[str, str]:
    """A name for each group: of the file that defines its first table, with as many folders as make it unique."""
    paths = {key: group[0].fact.span.path.removesuffix(".py").split("/") for key, group in groups.items()}
    names: dict[str, str] = {}
    for key, parts in paths.items():
        others = [other for one, other in paths.items() if one != key]
        length = next((n for n in range(1, len(parts)) if all(one[-n:] != parts[-n:] for one in others)), len(parts))
        names[key] = " ".join(parts[-length:])
    taken: dict[str, int] = {}
    for key, name in names.items():
        taken[name] = taken.get(name, 0) + 1
        # Two in one file, which nothing but their order tells apart.
        names[key] = name if taken[name] == 1 else f"{name} {taken[name]}"
    return names
