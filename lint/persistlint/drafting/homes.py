"""Which tables live together in one database: the main store, and the others beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from persistlint.drafting.declared import Declared
from persistlint.drafting.modules import by_path
from persistlint.facts.stores import Opening, Store
from persistlint.project.definitions import in_tests, is_step
from persistlint.project.model import Project


@dataclass(frozen=True, slots=True)
class Home:
    """The tables of one database, in the order of their places, with the application's openings of it.

    `own` are the tables that are seen to be created by those openings: the ones that a clause can promise. `file` is
    the database's name as the code has it, None where that is not known.
    """

    name: str
    tables: tuple[Declared, ...]
    own: tuple[Declared, ...] = ()
    openings: tuple[Opening, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Homes:
    """`main` holds most tables, and all that cannot be told to live elsewhere."""

    main: Home
    others: tuple[Home, ...]

    @property
    def all(self) -> tuple[Home, ...]:
        return (self.main, *self.others)


def homes(tables: Sequence[Declared], project: Project, modules: Mapping[str, str]) -> Homes:
    """Tables by the database that they are created in; where that is not known, by their MetaData.

    `modules` are the names of files by which the documents speak of functions.
    """
    named = {by_path(path): name for path, name in modules.items()}
    stores = {store.name: store for store in _stores(project, named)}
    keys = _keys(tables, stores)
    proven = not stores.keys().isdisjoint(keys.values())
    if len(stores) == 1 and not proven and len({key for key in keys.values() if key is not None}) <= 1:
        # The only database that the application opens, although it is not seen to create its tables.
        keys = dict.fromkeys(keys, next(iter(stores)))
    groups: dict[str, list[Declared]] = {}
    for table in tables:
        if (key := keys[table.name]) is not None:
            groups.setdefault(key, []).append(table)
    main = max(groups, key=lambda one: len(groups[one]), default=None)
    names = _names({key: group for key, group in groups.items() if key not in stores})
    away = {table.name for key, group in groups.items() if key != main for table in group}
    others = (_home(key, group, stores, names) for key, group in groups.items() if key != main)
    kept = [table for table in tables if table.name not in away]
    return Homes(
        _home(main or "", kept, stores, names, own=groups.get(main or "", ()) if proven else ()),
        tuple(sorted(others, key=lambda home: (home.tables[0].fact.span, home.name))),
    )


def _stores(project: Project, named: Mapping[str, str]) -> Iterable[Store]:
    """The databases on disk that the application itself opens, each with those openings."""
    for store in project.stores:
        openings = tuple(_renamed(one, named) for one in store.openings if _counts(one))
        if openings:
            yield Store(store.name, openings, tuple(sorted({table for one in openings for table in one.tables})))


def _renamed(opening: Opening, named: Mapping[str, str]) -> Opening:
    def name(door: str) -> str:
        module, _, function = door.partition(":")
        return f"{named.get(module, module)}:{function}"

    disposed = tuple(replace(one, door=name(one.door)) if one.door else one for one in opening.disposed)
    return replace(opening, doors=tuple(map(name, opening.doors)), disposed=disposed)


def _counts(opening: Opening) -> bool:
    kept = opening.database.memory is not True and opening.database.dialect in ("sqlite", None)
    return kept and not in_tests(opening.span.path) and not is_step(opening.span.path, opening.function)


def _keys(tables: Sequence[Declared], stores: Mapping[str, Store]) -> dict[str, str | None]:
    """What each table is grouped by: the one store that creates it or its MetaData's tables; else the MetaData."""
    owners: dict[str, set[str]] = {}
    for store in stores.values():
        for name in store.tables:
            owners.setdefault(name.lower(), set()).add(store.name)
    together: dict[str, set[str]] = {}
    for table in tables:
        if table.fact.metadata is not None:
            together.setdefault(table.fact.metadata, set()).update(owners.get(table.name.lower(), ()))
    keys: dict[str, str | None] = {}
    for table in tables:
        metadata = table.fact.metadata
        found = _one_of(together[metadata] if metadata is not None else owners.get(table.name.lower(), set()), stores)
        keys[table.name] = found if found is not None else metadata
    return keys


def _one_of(names: set[str], stores: Mapping[str, Store]) -> str | None:
    """The only store, or the only one of several whose file is known."""
    if len(names) == 1:
        return next(iter(names))
    named = [name for name in names if any(one.database.file is not None for one in stores[name].openings)]
    return named[0] if len(named) == 1 else None


def _home(
    key: str,
    tables: Sequence[Declared],
    stores: Mapping[str, Store],
    names: Mapping[str, str],
    *,
    own: Sequence[Declared] | None = None,
) -> Home:
    store = stores.get(key)
    if store is None:
        return Home(names.get(key, "main"), tuple(tables))
    files = Counter(one.database.file for one in store.openings if one.database.file is not None)
    file = min(files, key=lambda one: (-files[one], one), default=None)
    return Home(_said(file or store.name), tuple(tables), tuple(tables if own is None else own), store.openings, file)


def _said(name: str) -> str:
    """A name for a store: of its file without the suffix, or of the module that opens it."""
    door, colon, _ = name.partition(":")
    return door.rpartition(".")[2] if colon else name.partition(".")[0] or name


def _names(groups: Mapping[str, Sequence[Declared]]) -> dict[str, str]:
    """A name for each group: of the file that defines its first table, with as many folders as make it unique."""
    paths = {key: group[0].fact.span.path.removesuffix(".py").split("/") for key, group in groups.items()}
    names: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for key, parts in paths.items():
        others = [other for one, other in paths.items() if one != key]
        length = next((n for n in range(1, len(parts)) if all(one[-n:] != parts[-n:] for one in others)), len(parts))
        name = " ".join(parts[-length:])
        taken[name] += 1
        # Two in one file, which nothing but their order tells apart.
        names[key] = name if taken[name] == 1 else f"{name} {taken[name]}"
    return names
