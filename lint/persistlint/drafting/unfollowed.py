"""The unit of schema upgrades whose order only a run of the program tells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from persistlint.drafting import rules
from persistlint.drafting.declared import Declared
from persistlint.drafting.draft import Source, UnitDraft
from persistlint.drafting.upgrades import Modules, function_of
from persistlint.drafting.words import codes, count, sentence
from persistlint.facts.sql import Kind
from persistlint.project.definitions import in_tests
from persistlint.project.model import Project, Statement


def unfollowed_unit(
    project: Project, tables: Sequence[Declared], modules: Modules, installed: Collection[str]
) -> Iterator[UnitDraft]:
    """One unit of the functions that alter tables, none where no function does."""
    steps = list(_steps(project))
    functions = sorted({name for one in steps if (name := function_of(one.span.path, one.function, modules))})
    if not functions:
        return
    known = {table.name.lower(): table.name for table in tables}
    altered = {one.sql.alter.table.lower() for one in steps if one.sql.alter is not None}
    said = f"existing tables are changed by {count(len(functions), 'function')}"
    yield UnitDraft(
        subject="upgrades",
        title="Schema upgrades",
        sources=tuple(Source(path, "upgrades") for path in sorted({one.span.path for one in steps})),
        objects=tuple(sorted(known[name] for name in altered & known.keys())) or ("–",),  # noqa: RUF001
        invariants=sentence(said),
        failures="A step that fails stops the upgrade",
        prose=(
            f"Tables that exist already are altered by {codes(functions)}.",
            "Which steps an old database gets is decided at run time.",
        ),
        behavior=("A step that SQLite refuses stops the upgrade.",),
        checks=rules.checks(rules.UPGRADES, installed),
        waiver="the steps in the code are the record of what is done, and in which order.",
    )


def _steps(project: Project) -> Iterator[Statement]:
    for one in project.statements:
        if one.sql.kind is Kind.ALTER and not in_tests(one.span.path) and not one.sql.foreign_dialect:
            yield one
