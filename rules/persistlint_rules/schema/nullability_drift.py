from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnFact, Finding, Project, Severity, rule
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.words import declared


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def nullability_drift(project: Project) -> Iterator[Finding]:
    """A column that takes NULL in the code and not by the contract, or the reverse."""
    for pair in pairs(project):
        for wanted, own in pair.common():
            if wanted.nullable == own.nullable or _follows_from_the_key(pair, wanted, own):
                continue
            says, said = ("NULL", "NOT NULL") if own.nullable else ("NOT NULL", "NULL")
            verb = "takes NULL" if own.nullable else "refuses NULL"
            yield Finding(
                f"`{pair.declared.name}.{wanted.name}` {verb} in the code, the contract "
                + ("says NOT NULL" if own.nullable else "lets it be NULL"),
                at=own.span,
                related=declared(wanted.span),
                help=f"make the column {said} in the code, or change the contract",
                data={
                    "table": pair.declared.name,
                    "column": wanted.name,
                    "aspect": "nullable",
                    "expected": said,
                    "actual": says,
                },
            )


def _follows_from_the_key(pair: Pair, wanted: ColumnFact, own: ColumnFact) -> bool:
    """Whether the difference is none of its own.

    A column that is a key on one side only is another rule's finding. SQLAlchemy makes key columns NOT NULL where
    `id TEXT PRIMARY KEY` lets NULL in, and nobody promises a key that can be NULL. `INTEGER PRIMARY KEY` is never NULL,
    whatever is written, as long as its type is that.
    """
    if wanted.primary_key != own.primary_key:
        return True
    return wanted.primary_key and (wanted.nullable or _is_rowid(pair.declared.primary_key, wanted))


def _is_rowid(key: tuple[str, ...], column: ColumnFact) -> bool:
    return len(key) == 1 and (column.type or "").upper() == "INTEGER"
