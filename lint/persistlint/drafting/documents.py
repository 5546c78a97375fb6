"""Units of JSON and CSV documents: import, then export and backup."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from persistlint.drafting import rules, toml
from persistlint.drafting.declared import Declared
from persistlint.drafting.draft import Block, Source, UnitDraft
from persistlint.drafting.words import code, codes, listed, sentence
from persistlint.facts.clauses import DocumentClause, enforcing
from persistlint.facts.documents import Exchange, Keeping
from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.project.definitions import in_tests
from persistlint.project.model import Project

_KEPT = frozenset({"rename", "move", "copy"})


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The exchanges of the application, and the declared tables by lower-case name."""

    imports: tuple[Exchange, ...]
    exports: tuple[Exchange, ...]
    tables: dict[str, Declared]


def exchanges(project: Project, tables: Sequence[Declared]) -> Exchanges:
    """Those of declared tables, outside of tests."""
    known = {table.name.lower(): table for table in tables}
    found = [one for one in project.ledger.exchanges if one.table.lower() in known and not in_tests(one.span.path)]
    kinds = (tuple(one for one in found if one.kind == kind) for kind in ("import", "export"))
    imports, exports = kinds
    return Exchanges(imports, exports, known)


def import_unit(found: Exchanges, installed: Collection[str]) -> Iterator[UnitDraft]:
    """Imports, with the clauses of all documents that are imported."""
    if not found.imports:
        return
    clauses = list(_clauses(found, found.imports, installed))
    names = [found.tables[one.table.lower()].name for one in found.imports]
    yield UnitDraft(
        subject="import",
        title=f"{_format(found.imports)} import",
        sources=_sources(found.imports, "import"),
        objects=tuple(dict.fromkeys([*names, *_files(found.imports)])),
        invariants=sentence("; ".join(dict.fromkeys(_looks(one) for one in found.imports))),
        failures=_import_failures(found.imports),
        prose=tuple(_told(one, "reads", "into") for one in found.imports),
        behavior=tuple(dict.fromkeys(text for one in found.imports for text in _import_behavior(one))),
        checks=rules.checks(rules.IMPORT, installed),
        blocks=(Block("toml contract", toml.fence(clauses)),) if clauses else (),
        waiver=None if clauses else _unsaid(found, found.imports),
    )


def export_unit(found: Exchanges, installed: Collection[str]) -> Iterator[UnitDraft]:
    """Exports and backups, with the clauses of documents that are only exported."""
    kept = [(one, keeping) for one in found.imports for keeping in one.keeping if keeping.kind in _KEPT]
    if not found.exports and not kept:
        return
    imported = {one.table.lower() for one in found.imports if _is_declared(found, one)}
    clauses = list(_clauses(found, [one for one in found.exports if one.table.lower() not in imported], installed))
    title = listed([*(["backup"] if kept else []), *(["export"] if found.exports else [])])
    names = [found.tables[one.table.lower()].name for one in found.exports if one.table.lower() not in imported]
    backups = [name for _, keeping in kept if (name := _backup(keeping)) is not None]
    all_ = (*(one for one, _ in kept), *found.exports)
    yield UnitDraft(
        subject="export",
        title=sentence(title),
        sources=_sources(all_, "backup and export"),
        objects=tuple(dict.fromkeys([*names, *backups, *_files(found.exports)])) or ("–",),  # noqa: RUF001
        invariants=sentence("; ".join(dict.fromkeys(_export_facts(found, kept)))),
        failures="The rows stay in the database, whatever becomes of the file",
        prose=(
            *(_told(one, "writes", "of") for one in found.exports),
            *(_kept(one, keeping) for one, keeping in kept),
        ),
        behavior=("An export or a backup that fails changes no row.",),
        checks=rules.checks(rules.EXPORT, installed),
        blocks=(Block("toml contract", toml.fence(clauses)),) if clauses else (),
        waiver=None if clauses else _export_waiver(found, imported=bool(imported)),
    )


def _export_waiver(found: Exchanges, *, imported: bool) -> str:
    if imported:
        return "export and backup are keys of the documents that are imported."
    return _unsaid(found, found.exports)


def _unsaid(found: Exchanges, of: Sequence[Exchange]) -> str:
    """Why no clause says what becomes of documents."""
    if all(_is_nameless(one) for one in of):
        return "which file it is is decided at run time."
    if not any(_is_whole(one, found.tables[one.table.lower()].fact) for one in of):
        return "not every column is seen to be carried."
    return "no file is known by its name to carry every column."


def _is_nameless(one: Exchange) -> bool:
    return one.file is None or "{" in one.file


def _clauses(found: Exchanges, of: Sequence[Exchange], installed: Collection[str]) -> Iterator[str]:
    """A clause for each document, of what carries its whole table."""
    seen: set[tuple[str, str]] = set()
    for one in of:
        table = found.tables[one.table.lower()]
        path = one.file
        if path is None or "{" in path or (path, table.name) in seen:
            continue
        keys = {key: value for key, value in _keys(found, one, table.fact).items() if _is_enforced(key, installed)}
        if one.kind in keys:
            seen.add((path, table.name))
            yield toml.clause("document", {"path": path, "table": table.name, **keys})


def _keys(found: Exchanges, one: Exchange, table: TableFact) -> dict[str, object]:
    exports = [other for other in found.exports if other.table.lower() == one.table.lower() and _is_whole(other, table)]
    keys: dict[str, object] = {}
    if one.kind == "import" and _is_whole(one, table):
        keys["import"] = one.function
    if exports:
        keys["export"] = exports[0].function
    if one.kind == "import" and "import" in keys:
        backup = next((name for keeping in one.keeping if (name := _backup(keeping)) is not None), None)
        if backup is not None:
            keys["backup"] = backup
        if one.looks_first and not one.replaces:
            keys["when_not_empty"] = "skip"
    return keys


def _is_declared(found: Exchanges, one: Exchange) -> bool:
    """Whether an import has a clause of its own."""
    return not _is_nameless(one) and _is_whole(one, found.tables[one.table.lower()].fact)


def _is_whole(one: Exchange, table: TableFact) -> bool:
    """Whether all columns are carried; a number that the database gives need not be."""
    carried = {place.column.lower() for place in one.columns}
    return one.complete and all(
        column.name.lower() in carried or column.generated or _is_number(table, column) for column in table.columns
    )


def _is_number(table: TableFact, column: ColumnFact) -> bool:
    return table.primary_key == (column.name,) and "INT" in (column.type or "").upper()


def _backup(keeping: Keeping) -> str | None:
    """The name of a backup as a clause has it."""
    name = keeping.name
    if name is None or keeping.kind not in _KEPT or name.count("{") > 1:
        return None
    return name.replace("{…}", "{timestamp}") if keeping.finest is not None else name if "{" not in name else None


def _is_enforced(key: str, installed: Collection[str]) -> bool:
    return any(rule in installed for rule in enforcing(DocumentClause).get(key, ()))


def _format(of: Sequence[Exchange]) -> str:
    suffixes = {(one.file or "").rpartition(".")[2].upper() for one in of}
    return next(iter(suffixes)) if len(suffixes) == 1 and suffixes <= {"JSON", "CSV"} else "File"


def _sources(of: Sequence[Exchange], role: str) -> tuple[Source, ...]:
    return tuple(Source(path, role) for path in sorted({one.defined.path or one.span.path for one in of}))


def _files(of: Sequence[Exchange]) -> list[str]:
    return [one.file for one in of if one.file is not None and "{" not in one.file]


def _told(one: Exchange, verb: str, into: str) -> str:
    file = code(one.file) if one.file is not None and not _is_nameless(one) else "a file"
    if verb == "reads":
        return f"{code(one.function)} {verb} {file} {into} {code(one.table)}."
    return f"{code(one.function)} {verb} the rows {into} {code(one.table)} to {file}."


def _kept(one: Exchange, keeping: Keeping) -> str:
    name = _backup(keeping)
    what = "copied" if keeping.kind == "copy" else "renamed"
    to = f" to {code(name)}" if name is not None else ""
    return f"After the import of {code(one.table)}, the file is {what}{to}."


def _looks(one: Exchange) -> str:
    if one.replaces:
        return f"rows of {code(one.table)} that are there already are replaced"
    if one.looks_first:
        return f"{code(one.table)} is looked at before anything is imported"
    return f"rows are added to {code(one.table)}"


def _import_failures(of: Sequence[Exchange]) -> str:
    if any(one.commits_each is not None for one in of):
        return "Rows before the one that fails stay"
    return "An import that fails adds nothing" if not any(one.swallows for one in of) else "A failed import goes on"


def _import_behavior(one: Exchange) -> Iterator[str]:
    if one.commits_each is not None:
        yield f"Each row of {code(one.table)} is committed by itself: those before the one that fails stay."
    elif one.swallows is not None:
        yield f"{code(one.function)} goes on after a failure, without a rollback of its own."
    else:
        yield f"An import of {code(one.table)} that fails adds no row."
    if one.looks_first and not one.replaces:
        yield f"A table {code(one.table)} with rows is not imported into a second time."


def _export_facts(found: Exchanges, kept: Sequence[tuple[Exchange, Keeping]]) -> Iterator[str]:
    for one in found.exports:
        whole = _is_whole(one, found.tables[one.table.lower()].fact)
        yield f"{'every column' if whole else 'some columns'} of {code(one.table)} {'is' if whole else 'are'} exported"
    names = [name for _, keeping in kept if (name := _backup(keeping)) is not None]
    if kept:
        yield f"the imported file is kept as {codes(names)}" if names else "the imported file is kept"
