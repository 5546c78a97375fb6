from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from persistlint.sdk import Finding, Label, Name, Project, Row, Severity, Span, Unit, rule


@rule(severity=Severity.WARNING, since="0.1", needs_contract=True)
def objects_drift(project: Project) -> Iterator[Finding]:
    """A table that a unit's row of the matrix names and its contract does not, or the other way round."""
    contract = project.contract
    units = {unit.id: unit for unit in reversed(contract.units)}
    known = _Known(project)
    # A further declaration of a table is the finding of `duplicate-declaration`.
    again = frozenset(table.span for table in contract.repeated)
    seen: set[str] = set()
    for row in contract.rows:
        unit = units.get(row.unit.text)
        if unit is not None and unit.id not in seen:
            seen.add(unit.id)
            yield from _not_in_contract(row, unit, known)
            yield from _not_in_row(row, unit, known, again)


@dataclass(frozen=True, slots=True)
class _Known:
    """Tells tables from files, constraints, PRAGMAs and whatever else may be an object of persistence."""

    project: Project

    def table(self, name: str) -> str | None:
        """The table that a name is, or whose column it is (`features.passes`); lower case."""
        head, _, tail = name.lower().partition(".")
        facts = [fact for fact in (self.project.contract.named(head), *self.project.named(head)) if fact is not None]
        if not facts or (tail and not any(fact.column(tail) for fact in facts)):
            return None
        return head

    def misspelt(self, name: str) -> str:
        """`; did you mean …?` for what is nearly a declared table and nothing else that is known."""
        if not name.isidentifier() or self.table(name) is not None or name.lower() in self._others():
            return ""
        near = get_close_matches(name, [table.name for table in self.project.contract.tables], n=1, cutoff=0.85)
        return f"; did you mean `{near[0]}`?" if near else ""

    def _others(self) -> frozenset[str]:
        tables = (*self.project.contract.tables, *self.project.tables)
        indexes = {index.name for table in tables for index in table.indexes}
        checks = {check.name for table in tables for check in table.checks}
        columns = {column.name for table in tables for column in table.columns}
        return frozenset(name.lower() for name in indexes | checks | columns if name is not None)


def _not_in_contract(row: Row, unit: Unit, known: _Known) -> Iterator[Finding]:
    if not unit.blocks or not unit.readable:
        return  # Without a block, its prose may say in other words what it is about; an unreadable one may say it.
    said = {table for name in (*_names(unit), *unit.mentions) if (table := known.table(name)) is not None}
    for name in row.objects:
        table = known.table(name.text)
        hint = known.misspelt(name.text) if table is None and name.text not in unit.mentions else ""
        if (table is not None and table not in said) or hint:
            yield Finding(
                f"the matrix names table `{name.text}` for unit `{unit.id}`, whose contract does not{hint}",
                at=name.span,
                related=(Label(unit.span, "the unit's contract"),),
                help=f"declare `{name.text}` in the contract of `{unit.id}`, or remove it from the row",
                data={"table": name.text, "unit": unit.id},
            )


def _not_in_row(row: Row, unit: Unit, known: _Known, again: frozenset[Span]) -> Iterator[Finding]:
    said = {text for name in row.objects for text in (name.text.lower(), known.table(name.text))} | row.words
    told: set[str] = set()
    for name in (*unit.declares, *unit.refers):
        if name.text.lower() not in said and name.text.lower() not in told and name.span not in again:
            told.add(name.text.lower())
            yield _absent(row, unit, name)


def _absent(row: Row, unit: Unit, name: Name) -> Finding:
    return Finding(
        f"the contract of unit `{unit.id}` is about table `{name.text}`, which the matrix does not name for it",
        at=row.unit.span,
        related=(Label(name.span, "the contract names it here"),),
        help=f"add `{name.text}` to the persistence objects of `{unit.id}`",
        data={"table": name.text, "unit": unit.id},
    )


def _names(unit: Unit) -> tuple[str, ...]:
    return tuple(name.text for name in (*unit.declares, *unit.refers))
