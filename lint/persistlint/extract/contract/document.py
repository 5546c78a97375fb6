"""Reads one contract document from its first block to its last."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from persistlint.extract.contract import ddl, tables
from persistlint.extract.contract.checks import acceptance_check
from persistlint.extract.contract.clauses import Clauses
from persistlint.extract.contract.ddl import Parse
from persistlint.extract.contract.fences import fence_problem, kind_of
from persistlint.extract.contract.found import Found, OpenSection, OpenUnit
from persistlint.extract.contract.markdown import Block, Fence, Heading, Paragraph, Table, blocks
from persistlint.extract.contract.placed import Placed
from persistlint.facts.clauses import StoreClause, TableClause
from persistlint.facts.contract import Baseline, BlockProblem, ContractFacts, Name, Role
from persistlint.source import Span

_UNIT = re.compile(r"[`*_\[]*([Dd]\d+)\b[`*_\]]*[\s:.–—-]*(.*)", re.DOTALL)  # noqa: RUF001 - people write dashes
_WAIVER = re.compile(r"\bno\s+contract\s+block\s+applies\b", re.IGNORECASE)
_CODE = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_CHECKS = re.compile(r"\bacceptance\s+checks?\b", re.IGNORECASE)


def read(path: str, text: str, roles: frozenset[Role], parse: Parse) -> ContractFacts:
    """What the document says in those roles; fences, units and checks only count in a document of contracts."""
    parts = list(blocks(path, text))
    reader = _Reader(parse, _unit_level(parts))
    facts = ContractFacts(path)
    if Role.CONTRACTS in roles:
        for block in parts:
            reader.take(block)
        facts = reader.found.closed(path)
    found = [block for block in parts if isinstance(block, Table)]
    problems = list(facts.problems)
    if Role.MATRIX in roles:
        facts = replace(facts, matrix=tables.matrix(found))
        problems.extend(tables.matrix_problems(found))
        if facts.matrix is None:
            problems.append(_lacking(path, "a column `Unit`, so it is no matrix", "add the table of units"))
    if Role.INVENTORY in roles:
        artifacts = tables.inventory(found)
        facts = replace(facts, artifacts=artifacts or ())
        if artifacts is None:
            what = "columns `Artifact` and `Path`, so it is no inventory"
            problems.append(_lacking(path, what, "add the table of artifacts"))
    return replace(facts, problems=tuple(problems))


def _unit_level(parts: Iterable[Block]) -> int:
    """The level of the headings that units have: the second, or else the next below that some begin at, or a title."""
    levels = {one.level for one in parts if isinstance(one, Heading) and _UNIT.match(one.title.text)}
    return min(levels, key=lambda level: (level == 1, level), default=2)


def _lacking(path: str, what: str, help_: str) -> BlockProblem:
    return BlockProblem(f"no table of this document has {what}", Span(path, 1, 1), help_)


class _Reader:
    """Follows the headings of a contracts document, to know which unit and which section a block stands in."""

    def __init__(self, parse: Parse, unit_level: int) -> None:
        self.found = Found()
        self._parse = parse
        self._unit_level = unit_level
        self._unit: OpenUnit | None = None
        self._checks_below: int | None = None
        """The level of the heading `Acceptance Checks`, inside of it."""

    def take(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
            return
        if self._unit is not None:
            self._unit.fill()
        match block:
            case Fence():
                self._fence(block)
            case Table():
                for cell in (*block.header, *(cell for row in block.rows for cell in row)):
                    self._mention(cell)
            case Paragraph():
                self._paragraph(block)

    def _heading(self, heading: Heading) -> None:
        title = " ".join(heading.title.text.split())
        if self._checks_below is not None and heading.level <= self._checks_below:
            self._checks_below = None
        if _CHECKS.search(title):
            self._checks_below = heading.level
        if heading.level <= self._unit_level:
            match = _UNIT.match(heading.title.text) if heading.level == self._unit_level else None
            self._unit = OpenUnit(heading.title.name(*match.span(1)), " ".join(match[2].split())) if match else None
            if self._unit is not None:
                self.found.units.append(self._unit)
        elif self._unit is not None:
            self._unit.begin(OpenSection(title, heading.title.whole, heading.level))

    def _paragraph(self, paragraph: Paragraph) -> None:
        text = paragraph.text
        unit = self._unit
        waiver = _WAIVER.search(text.text)
        if unit is not None and waiver is not None and unit.waiver is None:
            unit.waiver = text.span(*waiver.span())
        self._mention(text)
        if self._checks_below is not None and paragraph.item:
            check = acceptance_check(text, self._unit_id())
            if check is not None:
                self.found.checks.append(check)

    def _mention(self, text: Placed) -> None:
        if self._unit is not None:
            self._unit.mentions.update((match[2].strip(), None) for match in _CODE.finditer(text.text))

    def _fence(self, fence: Fence) -> None:
        before = len(self.found.problems)
        self._block(fence)
        if self._unit is not None and len(self.found.problems) > before:
            self._unit.readable = False

    def _block(self, fence: Fence) -> None:
        problem = fence_problem(fence)
        if problem is not None:
            self.found.problems.append(problem)
        kind = kind_of(fence)
        if self._unit is not None and (kind or problem) and kind != "sql baseline":
            self._unit.blocks.append(fence.info.whole)
        match kind:
            case "sql contract":
                self._declarations(fence.content)
            case "sql baseline":
                found, problems = ddl.baseline_tables(fence.content, self._parse)
                self.found.problems.extend(problems)
                span = fence.content.span(0, len(fence.content.text))
                self.found.baselines.append(Baseline(fence.content.text, span, self._unit_id(), found))
            case "toml contract":
                self._clauses(fence.content)
            case _:
                pass

    def _declarations(self, content: Placed) -> None:
        declared = ddl.declared(content, self._parse)
        self.found.problems.extend(declared.problems)
        self.found.tables.extend(declared.tables)
        self.found.indexes.extend(declared.indexes)
        if self._unit is not None:
            self._unit.declares.extend(Name(table.name, table.span) for table in declared.tables)

    def _clauses(self, content: Placed) -> None:
        read = Clauses(content, self._unit_id())
        self.found.problems.extend(read.problems)
        for clause in read.clauses:
            self.found.add(clause)
            if self._unit is None:
                continue
            if isinstance(clause, StoreClause):
                self._unit.mentions.update((name, None) for name in clause.tables or ())
            elif isinstance(clause, TableClause):
                self._unit.declares.append(Name(clause.name, clause.at("name")))
            else:
                self._unit.refers.append(Name(clause.table, clause.at("table")))

    def _unit_id(self) -> str | None:
        return self._unit.name.text if self._unit is not None else None
