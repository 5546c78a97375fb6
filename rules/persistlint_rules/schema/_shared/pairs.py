"""What is compared: each declared table with each of its definitions in the code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.sdk import ColumnFact, Fresh, Project, TableFact


@dataclass(frozen=True, slots=True)
class Pair:
    """A table that the contract declares, and one definition of it that the code has."""

    declared: TableFact
    code: TableFact

    def has(self, names: tuple[str, ...]) -> bool:
        """Whether both sides have all of these columns: what mentions others is no further drift."""
        return all(self.code.column(name) is not None and self.declared.column(name) is not None for name in names)

    def common(self) -> Iterator[tuple[ColumnFact, ColumnFact]]:
        """The columns that both sides have: the declared one, and the code's."""
        for column in self.declared.columns:
            own = self.code.column(column.name)
            if own is not None:
                yield column, own


def pairs(project: Project) -> Iterator[Pair]:
    """Each declared table with each of its definitions in the code. Empty where no contract declares a table."""
    if not project.contract.tables:
        return
    fresh = Fresh(project)
    for declared in project.contract.tables:
        meant = project.contract.defined_in(declared.name)
        for code in fresh.named(declared.name):
            if declared.kind == code.kind == "table" and (meant is None or code.span.path in meant):
                yield Pair(declared, code)
