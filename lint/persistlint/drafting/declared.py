"""What the contract declares of each table: one definition, and which others of its name say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from persistlint.drafting.ddl import Parse, Written, declare
from persistlint.drafting.defaults import default_clauses
from persistlint.facts.schema import TableFact
from persistlint.project.definitions import Fresh, best
from persistlint.project.model import Project


@dataclass(frozen=True, slots=True)
class Declared:
    """A table: the definition that the contract says, and those of its name that say something else.

    `sql` is None where the shape cannot be said: the table is only named. `files` are those whose definitions are
    meant, None where all are. `clauses` are those on its Python defaults.
    """

    fact: TableFact
    files: tuple[str, ...] | None
    others: tuple[TableFact, ...]
    sql: Written | None
    clauses: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.fact.name


def declared_tables(project: Project, parse: Parse) -> tuple[Declared, ...]:
    """The tables that a contract of this code has to declare, in the order of their places."""
    every = list(Fresh(project).to_declare())
    # Of two definitions, the one that stands among more tables is less likely to be a copy for tests or of the past.
    company = Counter(one.metadata for definitions in every for one in definitions)
    found = (
        _declared(tuple(sorted(definitions, key=lambda one: -company[one.metadata])), project, parse)
        for definitions in every
    )
    return tuple(sorted(found, key=lambda one: (one.fact.span, one.name)))


def _declared(definitions: tuple[TableFact, ...], project: Project, parse: Parse) -> Declared:
    chosen = best(definitions)
    alike = [one for one in definitions if _shape(one) == _shape(chosen)]
    others = tuple(one for one in definitions if one not in alike)
    files = tuple(sorted({one.span.path for one in alike})) if others else None
    # Two that differ in one file cannot be told apart by it.
    apart = files is None or not any(one.span.path in files for one in others)
    sql = _sql(chosen, project, parse) if apart else None
    clauses = tuple(default_clauses(chosen.name, alike)) if sql is not None else ()
    return Declared(chosen, files if sql is not None else None, others, sql, clauses)


def _sql(table: TableFact, project: Project, parse: Parse) -> Written | None:
    if table.kind == "table":
        return declare(table, parse)
    text = _as_written(table, project)
    return Written(f"{text};\n") if text is not None and _is_read_whole(text, parse) else None


def _as_written(table: TableFact, project: Project) -> str | None:
    """The statement that creates a virtual table, whose arguments are its module's own language."""
    for statement in project.statements:
        if statement.exact and statement.sql.creates is not None and statement.sql.creates.name == table.name:
            lines = statement.text[statement.sql.start : statement.sql.end].strip().rstrip(";").splitlines()
            return "\n".join(line.rstrip() for line in lines)
    return None


def _is_read_whole(text: str, parse: Parse) -> bool:
    statements = parse(text)
    return len(statements) == 1 and statements[0].problem is None and statements[0].creates is not None


def _shape(table: TableFact) -> tuple[object, ...]:
    """What two definitions must have in common to be promised by one declaration."""
    columns = sorted(
        (one.name.lower(), (one.type or "").upper(), one.nullable, one.server_default, one.collation, one.generated)
        for one in table.columns
    )
    return (
        table.kind,
        table.complete,
        [tuple(map(str, one)) for one in columns],
        _lower(table.primary_key),
        sorted((_lower(one.columns), one.table.lower(), _lower(one.references), one.ondelete or "", one.onupdate or "")
               for one in table.foreign_keys),
        sorted(_lower(one.columns) for one in table.uniques),
        sorted(" ".join((one.expression or "").split()) for one in table.checks),
        sorted((_lower(one.columns), one.unique, one.where or "") for one in table.indexes),
    )  # fmt: skip


def _lower(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)
