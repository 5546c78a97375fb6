"""The one door for rules: everything that a rule may import."""

from __future__ import annotations

from persistlint.errors import did_you_mean
from persistlint.facts.boundary import FieldFlow, Insertion, LostField, Shape, ShapeField, UnfilledField
from persistlint.facts.clauses import DefaultClause, DocumentClause, Key, StoreClause, TableClause, UpgradeClause
from persistlint.facts.contract import (
    AcceptanceCheck,
    Artifact,
    ArtifactUse,
    Baseline,
    BlockProblem,
    Matrix,
    Name,
    Role,
    Row,
    Section,
    Unit,
)
from persistlint.facts.documents import ColumnPlace, Exchange, FileCopy, Keeping
from persistlint.facts.ledger import ColumnFlow, FlowRole, Ledger, UnknownFlow
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
from persistlint.facts.stores import Database, Hook, Kept, Opening, PragmaUse
from persistlint.facts.upgrades import (
    Difference,
    FailedStep,
    Head,
    RacedStep,
    StoreUpgrade,
    UncalledUpgrade,
    UnsavedStep,
    UpgradeStart,
    UpgradeStep,
)
from persistlint.project.contract import Contract
from persistlint.project.definitions import Fresh
from persistlint.project.model import Interpolation, Operation, Project, Segment, Statement
from persistlint.replay.checks import Disagreement, columns_in, disagreements, same_condition, sql_words
from persistlint.replay.defaults import same_default
from persistlint.replay.evaluate import refuses
from persistlint.rule import Edit, Finding, Fix, Label, Rule, Severity, rule
from persistlint.source import Span

__all__ = [
    "AcceptanceCheck",
    "AlterShape",
    "Artifact",
    "ArtifactUse",
    "Baseline",
    "BlockProblem",
    "CheckFact",
    "ColumnFact",
    "ColumnFlow",
    "ColumnPlace",
    "ColumnUse",
    "Contract",
    "Database",
    "DefaultClause",
    "Difference",
    "Disagreement",
    "DocumentClause",
    "Edit",
    "Exchange",
    "FailedStep",
    "FieldFlow",
    "FileCopy",
    "Finding",
    "Fix",
    "FlowRole",
    "ForeignKeyFact",
    "Fresh",
    "Head",
    "Hook",
    "IndexFact",
    "InsertShape",
    "Insertion",
    "Interpolation",
    "Keeping",
    "Kept",
    "Key",
    "Kind",
    "Label",
    "Ledger",
    "LiteralWrite",
    "LostField",
    "Matrix",
    "Name",
    "Opening",
    "Operation",
    "Pragma",
    "PragmaUse",
    "Project",
    "RacedStep",
    "Role",
    "Row",
    "Rule",
    "Section",
    "Segment",
    "Severity",
    "Shape",
    "ShapeField",
    "Span",
    "SqlStatement",
    "Statement",
    "StoreClause",
    "StoreUpgrade",
    "TableClause",
    "TableFact",
    "TableUse",
    "UncalledUpgrade",
    "UnfilledField",
    "UniqueFact",
    "Unit",
    "UnknownFlow",
    "Unresolved",
    "UnsavedStep",
    "UpgradeClause",
    "UpgradeStart",
    "UpgradeStep",
    "columns_in",
    "did_you_mean",
    "disagreements",
    "refuses",
    "rule",
    "same_condition",
    "same_default",
    "sql_words",
]
