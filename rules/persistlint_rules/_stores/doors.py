"""Which openings are judged, and which of them a contract's clause speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Label, Opening, PragmaUse, Project, Span, Store, StoreClause, names_function
from persistlint_rules.queries._places import Part, is_aside, part_of


def is_application(project: Project, span: Span, function: str | None = None) -> bool:
    """Whether a place belongs to the application: tests, upgrades, scripts and examples have rules of their own."""
    return part_of(span, function) is Part.APPLICATION and not is_aside(project, span.path)


def judged(project: Project) -> Iterator[Opening]:
    """The openings of SQLite files by the application, in the order of their places."""
    return (one for one in files(project) if is_application(project, one.span, one.function))


def files(project: Project) -> Iterator[Opening]:
    """Every opening of an SQLite file outside tests, upgrades and scripts included."""
    if project.dialect == "sqlite":
        for opening in project.openings:
            if opening.database.is_sqlite_file and part_of(opening.span) is not Part.TEST:
                yield opening


def stores(project: Project) -> Iterator[Store]:
    """The stores whose openings are judged, each with those."""
    wanted = set(map(id, judged(project)))
    for store in project.stores:
        openings = tuple(one for one in store.openings if id(one) in wanted)
        if openings:
            yield Store(store.name, openings, store.tables)


def promised(project: Project) -> Iterator[tuple[StoreClause, tuple[Opening, ...]]]:
    """Each store clause with the openings that it speaks of: those of its door, else those that make its tables."""
    found = tuple(judged(project))
    for clause in project.contract.stores:
        if clause.engine is not None:
            yield clause, tuple(one for one in found if is_door(one, clause.engine))
        elif clause.tables:
            wanted = {name.lower() for name in clause.tables}
            yield clause, tuple(one for one in found if wanted.intersection(name.lower() for name in one.tables))


def is_door(opening: Opening, engine: str) -> bool:
    """Whether a clause's `module:function` makes that opening."""
    return any(names_function(engine, door) for door in opening.doors)


def name_of(clause: StoreClause | None, opening: Opening) -> str:
    """The name of a store: the contract's, else the file's."""
    return clause.name if clause is not None else opening.store


def created(opening: Opening) -> Label:
    """Where it is opened."""
    return Label(opening.span, "it is opened here")


def pragmas(opening: Opening, name: str) -> tuple[PragmaUse, ...]:
    """Its PRAGMAs of that name that set something, hooks' first."""
    return tuple(one for one in opening.all_pragmas if one.name == name and not one.reads)
