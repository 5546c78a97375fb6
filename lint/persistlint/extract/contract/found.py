"""What has been read of a document so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from persistlint.extract.contract.clauses import Clause
from persistlint.facts.clauses import DefaultClause, DocumentClause, StoreClause, TableClause, UpgradeClause
from persistlint.facts.contract import (
    AcceptanceCheck,
    Baseline,
    BlockProblem,
    ContractFacts,
    Name,
    Section,
    Unit,
)
from persistlint.facts.schema import TableFact
from persistlint.source import Span


@dataclass(slots=True)
class OpenSection:
    """A section whose end has not come yet."""

    title: str
    span: Span
    level: int
    filled: bool = False


@dataclass(slots=True)
class OpenUnit:
    """A unit whose end has not come yet."""

    name: Name
    title: str
    sections: list[OpenSection] = field(default_factory=list[OpenSection])
    blocks: list[Span] = field(default_factory=list[Span])
    waiver: Span | None = None
    declares: list[Name] = field(default_factory=list[Name])
    refers: list[Name] = field(default_factory=list[Name])
    mentions: dict[str, None] = field(default_factory=dict[str, None])
    readable: bool = True

    def begin(self, section: OpenSection) -> None:
        """A heading inside the unit. It fills the section that it is a part of."""
        if self.sections and section.level > self.sections[-1].level:
            self.sections[-1].filled = True
        self.sections.append(section)

    def fill(self) -> None:
        """Something other than a heading."""
        if self.sections:
            self.sections[-1].filled = True

    def closed(self) -> Unit:
        return Unit(
            id=self.name.text,
            title=self.title,
            span=self.name.span,
            sections=tuple(Section(one.title, one.span, one.filled) for one in self.sections),
            blocks=tuple(self.blocks),
            waiver=self.waiver,
            declares=tuple(self.declares),
            refers=tuple(self.refers),
            mentions=tuple(self.mentions),
            readable=self.readable,
        )


@dataclass(slots=True)
class Found:
    """Lists that become the facts of the document."""

    tables: list[TableFact] = field(default_factory=list[TableFact])
    indexes: list[TableFact] = field(default_factory=list[TableFact])
    baselines: list[Baseline] = field(default_factory=list[Baseline])
    named: list[TableClause] = field(default_factory=list[TableClause])
    stores: list[StoreClause] = field(default_factory=list[StoreClause])
    upgrades: list[UpgradeClause] = field(default_factory=list[UpgradeClause])
    documents: list[DocumentClause] = field(default_factory=list[DocumentClause])
    defaults: list[DefaultClause] = field(default_factory=list[DefaultClause])
    units: list[OpenUnit] = field(default_factory=list[OpenUnit])
    checks: list[AcceptanceCheck] = field(default_factory=list[AcceptanceCheck])
    problems: list[BlockProblem] = field(default_factory=list[BlockProblem])

    def add(self, clause: Clause) -> None:
        match clause:
            case TableClause():
                self.named.append(clause)
            case StoreClause():
                self.stores.append(clause)
            case UpgradeClause():
                self.upgrades.append(clause)
            case DocumentClause():
                self.documents.append(clause)
            case DefaultClause():
                self.defaults.append(clause)
            case _:
                assert_never(clause)

    def closed(self, path: str) -> ContractFacts:
        return ContractFacts(
            path=path,
            tables=tuple(self.tables),
            indexes=tuple(self.indexes),
            baselines=tuple(self.baselines),
            named=tuple(self.named),
            stores=tuple(self.stores),
            upgrades=tuple(self.upgrades),
            documents=tuple(self.documents),
            defaults=tuple(self.defaults),
            units=tuple(unit.closed() for unit in self.units),
            checks=tuple(self.checks),
            problems=tuple(self.problems),
        )
