"""The unit of schema upgrades."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from persistlint.drafting import rules, toml
from persistlint.drafting.ddl import Parse
from persistlint.drafting.declared import Declared
from persistlint.drafting.draft import Block, Source, UnitDraft
from persistlint.drafting.words import code, codes, count, sentence
from persistlint.facts.upgrades import StoreUpgrade, UpgradeStep
from persistlint.project.definitions import in_tests

_CHANGING = frozenset({"alter", "rebuild"})
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

Modules = Mapping[str, str]
"""The names of files as they are imported."""


def upgrading(upgrades: Sequence[StoreUpgrade]) -> tuple[StoreUpgrade, ...]:
    """The paths that change the tables of an existing database, and do not only create what is not there."""
    return tuple(one for one in upgrades if any(_changes(one, step) for step in one.steps))


def _changes(path: StoreUpgrade, step: UpgradeStep) -> bool:
    return (path.revisions or step.kind in _CHANGING) and not in_tests(step.span.path)


def upgrades_unit(
    upgrades: Sequence[StoreUpgrade],
    tables: Sequence[Declared],
    parse: Parse,
    modules: Modules,
    installed: Collection[str],
) -> tuple[UnitDraft, ...]:
    """One unit, none where nothing is upgraded."""
    paths = upgrading(upgrades)
    if not paths:
        return ()
    known = {table.name.lower(): table for table in tables}
    added: dict[tuple[str, str], str] = {}
    for column, by in _added(paths, known, parse, modules):
        added.setdefault(column, by)
    clauses = [
        toml.clause("upgrade", {"table": table, "column": name, "by": by}) for (table, name), by in added.items()
    ]
    touched = {known[name.lower()].name for one in paths for step in one.steps for name in step.tables
               if name.lower() in known}  # fmt: skip
    # What the row names, its clauses are about; without clauses, what the steps touch.
    named = {table for table, _ in added} or touched
    files = sorted({step.span.path for one in paths for step in one.steps if _changes(one, step)})
    folders = sorted({path.rpartition("/")[0] for path in files}) if any(one.revisions for one in paths) else []
    return (
        UnitDraft(
            subject="upgrades",
            title="Schema upgrades",
            sources=tuple(Source(path, "upgrades") for path in (files if not folders else [])) or _folders(folders),
            objects=tuple(sorted(named)) or ("–",),  # noqa: RUF001
            invariants=_invariants(paths, len(added)),
            failures=_failures(paths),
            prose=tuple(_prose(paths, folders, clauses)),
            behavior=tuple(_behavior(paths)),
            checks=rules.checks(rules.UPGRADES, installed),
            blocks=(Block("toml contract", toml.fence(clauses)),) if clauses else (),
            waiver=None if clauses else "the steps in the code are the record of what is done, and in which order.",
        ),
    )


def _folders(folders: Sequence[str]) -> tuple[Source, ...]:
    return tuple(Source(folder, "upgrades") for folder in folders)


def _added(
    paths: Sequence[StoreUpgrade], known: dict[str, Declared], parse: Parse, modules: Modules
) -> Iterator[tuple[tuple[str, str], str]]:
    """The columns that steps add to tables which have them, each with the function that does."""
    for path in paths:
        for step in path.steps:
            if path.revisions or not _changes(path, step):
                continue
            by = function_of(step.span.path, step.function, modules)
            for alter in (one.alter for one in parse(step.statement)):
                if by is None or alter is None or alter.action != "add-column" or alter.column is None:
                    continue
                table = known.get(alter.table.lower())
                column = table.fact.column(alter.column) if table is not None else None
                if table is not None and column is not None:
                    yield (table.name, column.name), by


def function_of(path: str, function: str | None, modules: Modules) -> str | None:
    """`module:function` of a step, where that is a name that can be written."""
    name = modules.get(path, "")
    if function is None or not _NAME.fullmatch(name) or not _NAME.fullmatch(function):
        return None
    return f"{name}:{function}"


def _invariants(paths: Sequence[StoreUpgrade], added: int) -> str:
    steps = sum(1 for one in paths for step in one.steps if _changes(one, step))
    if any(one.revisions for one in paths):
        return sentence(f"{count(steps, 'step')}, each in a revision that runs once")
    said = f"{count(added, 'column')} added to old databases"
    return sentence(said if _all_guarded(paths) else f"{said}; some steps have no guard")


def _failures(paths: Sequence[StoreUpgrade]) -> str:
    if any(one.revisions for one in paths):
        return "A revision that fails stops the upgrade; Alembic keeps the last one that succeeded"
    return "Upgrading an up-to-date database changes no table" if _all_guarded(paths) else "A step that fails stops it"


def _all_guarded(paths: Sequence[StoreUpgrade]) -> bool:
    return all(step.guard is not None for one in paths for step in one.steps if step.kind in _CHANGING)


def _prose(paths: Sequence[StoreUpgrade], folders: Sequence[str], clauses: Sequence[str]) -> Iterator[str]:
    if folders:
        yield f"The Alembic revisions in {codes(folders)} bring old databases up to date."
    if clauses:
        yield "The functions below add to older databases the columns that came later."
    elif not folders:
        yield f"Old databases are brought up to date by {codes(sorted({one.name for one in paths}))}."


def _behavior(paths: Sequence[StoreUpgrade]) -> Iterator[str]:
    guards = {step.guard for one in paths for step in one.steps if step.kind in _CHANGING or one.revisions}
    known = {"revision", "version", "condition", "except", None}
    if not guards & known:
        yield "A step that SQLite refuses stops the upgrade."
    if "revision" in guards:
        yield f"Each revision runs once; {code('alembic_version')} names the last one."
    if "version" in guards:
        yield "Each script is meant to run once, in the order of its number."
    if "condition" in guards:
        yield "A column is added behind a look at what exists, so that opening a database again changes nothing."
    if "except" in guards:
        yield "The error of a step that was done before is caught, and the upgrade goes on."
    if None in guards:
        yield "A step without a guard fails when it runs a second time."
