"""The one door for rules: everything that a rule may import."""

from __future__ import annotations

from persistlint.facts.schema import (
    CheckFact,
    ColumnFact,
    ForeignKeyFact,
    IndexFact,
    TableFact,
    UniqueFact,
    Unresolved,
)
from persistlint.facts.sql import (
    AlterShape,
    ColumnUse,
    InsertShape,
    Kind,
    LiteralWrite,
    Pragma,
    SqlStatement,
    TableUse,
)
from persistlint.project.model import Interpolation, Project, Statement
from persistlint.rule import Edit, Finding, Fix, Label, Rule, Severity, rule
from persistlint.source import Span

__all__ = [
    "AlterShape",
    "CheckFact",
    "ColumnFact",
    "ColumnUse",
    "Edit",
    "Finding",
    "Fix",
    "ForeignKeyFact",
    "IndexFact",
    "InsertShape",
    "Interpolation",
    "Kind",
    "Label",
    "LiteralWrite",
    "Pragma",
    "Project",
    "Rule",
    "Severity",
    "Span",
    "SqlStatement",
    "Statement",
    "TableFact",
    "TableUse",
    "UniqueFact",
    "Unresolved",
    "rule",
]
