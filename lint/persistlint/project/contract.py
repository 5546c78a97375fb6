"""The contract documents of a project, united into one contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from persistlint.facts.clauses import DefaultClause, DocumentClause, StoreClause, TableClause, UpgradeClause
from persistlint.facts.contract import (
    AcceptanceCheck,
    Artifact,
    Baseline,
    BlockProblem,
    ContractFacts,
    Matrix,
    Role,
    Row,
    Unit,
)
from persistlint.facts.schema import TableFact


@dataclass(frozen=True, slots=True)
class Contract:
    """What the documents promise, in the order of the documents' paths. Without documents everything is empty.

    `tables` holds each declared table once, origin `contract`, with its indexes; a table that only a `[[table]]` clause
    names has no columns there and is not `complete`. `repeated` are the further declarations of the same names.
    Everything has its place in a document.
    """

    tables: tuple[TableFact, ...] = ()
    repeated: tuple[TableFact, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    table_clauses: tuple[TableClause, ...] = ()
    stores: tuple[StoreClause, ...] = ()
    upgrades: tuple[UpgradeClause, ...] = ()
    documents: tuple[DocumentClause, ...] = ()
    defaults: tuple[DefaultClause, ...] = ()
    units: tuple[Unit, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    checks: tuple[AcceptanceCheck, ...] = ()
    problems: tuple[BlockProblem, ...] = ()
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict[str, frozenset[Role]])
    """The documents that there are, by path, unreadable ones included."""
    unread: frozenset[str] = frozenset()
    """Those that could not be read, so that nothing is known to be absent from them."""
    expected_units: int | None = None
    """The setting `units`."""
    missing_paths: frozenset[str] = frozenset()
    """Paths of artifacts that the project does not have."""
    by_name: Mapping[str, TableFact] = field(default_factory=dict[str, TableFact])
    """Declared tables by lower-case name."""

    @property
    def present(self) -> bool:
        """Whether there is any document."""
        return bool(self.roles)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the matrix."""
        return tuple(chain.from_iterable(matrix.rows for matrix in self.matrices))

    def named(self, name: str) -> TableFact | None:
        """The declaration of that table, in any case of the name."""
        return self.by_name.get(name.lower())

    def documents_of(self, role: Role) -> tuple[str, ...]:
        """The paths of the documents that have that role."""
        return tuple(path for path, roles in self.roles.items() if role in roles)

    def complete(self, role: Role) -> bool:
        """Whether there is a document of that role, and each one could be read: what is not in them is absent."""
        paths = self.documents_of(role)
        return bool(paths) and not self.unread.intersection(paths)

    def defined_in(self, name: str) -> tuple[str, ...] | None:
        """The files whose definitions of a table its declaration speaks of; None where it speaks of all."""
        found = (one for one in self.table_clauses if one.name.lower() == name.lower() and one.defined_in is not None)
        return next((one.defined_in for one in found), None)

    def python_default(self, table: str, column: str) -> DefaultClause | None:
        """The clause on that column's Python default, where there is one."""
        wanted = table.lower(), column.lower()
        return next((one for one in self.defaults if (one.table.lower(), one.column.lower()) == wanted), None)


@dataclass(frozen=True, slots=True)
class Documents:
    """What phase one knows about the documents. `facts` lacks those that could not be read."""

    facts: Mapping[str, ContractFacts] = field(default_factory=dict[str, ContractFacts])
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict[str, frozenset[Role]])
    expected_units: int | None = None
    missing_paths: frozenset[str] = frozenset()


def unite(documents: Documents) -> Contract:
    """One contract of all documents. Their order does not matter."""
    facts = [documents.facts[path] for path in sorted(documents.facts)]
    tables, repeated, orphans = _tables(facts)
    problems = [*chain.from_iterable(one.problems for one in facts), *orphans]
    return Contract(
        tables=tables,
        repeated=repeated,
        baselines=tuple(chain.from_iterable(one.baselines for one in facts)),
        table_clauses=tuple(chain.from_iterable(one.named for one in facts)),
        stores=tuple(chain.from_iterable(one.stores for one in facts)),
        upgrades=tuple(chain.from_iterable(one.upgrades for one in facts)),
        documents=tuple(chain.from_iterable(one.documents for one in facts)),
        defaults=tuple(chain.from_iterable(one.defaults for one in facts)),
        units=tuple(chain.from_iterable(one.units for one in facts)),
        matrices=tuple(one.matrix for one in facts if one.matrix is not None),
        artifacts=tuple(chain.from_iterable(one.artifacts for one in facts)),
        checks=tuple(chain.from_iterable(one.checks for one in facts)),
        problems=tuple(sorted(problems, key=lambda problem: (problem.span, problem.message))),
        roles={path: documents.roles[path] for path in sorted(documents.roles)},
        unread=frozenset(documents.roles).difference(documents.facts),
        expected_units=documents.expected_units,
        missing_paths=documents.missing_paths,
        by_name={table.name.lower(): table for table in tables},
    )


def _tables(
    facts: Iterable[ContractFacts],
) -> tuple[tuple[TableFact, ...], tuple[TableFact, ...], list[BlockProblem]]:
    """Each table once with its indexes, the repetitions, and a problem for each index of no table."""
    first: dict[str, TableFact] = {}
    repeated: list[TableFact] = []
    for table in chain.from_iterable(one.tables for one in facts):
        if table.name.lower() in first:
            repeated.append(table)
        else:
            first[table.name.lower()] = table
    orphans: list[BlockProblem] = []
    for clause in chain.from_iterable(one.named for one in facts):
        named = TableFact(clause.name, "contract", clause.span, complete=False)
        first.setdefault(clause.name.lower(), named)
    for index in chain.from_iterable(one.indexes for one in facts):
        owner = first.get(index.name.lower())
        if owner is None:
            message = f"this index stands on `{index.name}`, which no contract block declares"
            orphans.append(BlockProblem(message, index.span, f"declare the table `{index.name}`, or remove the index"))
        else:
            first[index.name.lower()] = replace(owner, indexes=(*owner.indexes, *index.indexes))
    return tuple(first.values()), tuple(repeated), orphans
