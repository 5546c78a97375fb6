from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Project, Severity, TableFact, rule
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.words import declared, listed, lower, place


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def primary_key_drift(project: Project) -> Iterator[Finding]:
    """A table whose primary key in the code is not the declared one."""
    for pair in pairs(project):
        wanted, own = pair.declared.primary_key, pair.code.primary_key
        if not pair.has((*wanted, *own)) or (not own and not pair.code.complete):
            continue
        if lower(wanted) != lower(own):
            yield _finding(pair, "primary-key", _shown(own), _shown(wanted))
        # What a model says about AUTOINCREMENT is not read.
        elif pair.code.origin == "ddl" and _reuses(pair.declared) != _reuses(pair.code):
            ways = ("AUTOINCREMENT", "without AUTOINCREMENT")
            yield _finding(pair, "autoincrement", ways[_reuses(pair.code)], ways[_reuses(pair.declared)])


def _finding(pair: Pair, aspect: str, own: str, wanted: str) -> Finding:
    columns = (*pair.code.primary_key, *pair.declared.primary_key)
    return Finding(
        f"the primary key of `{pair.declared.name}` is {own} in the code, the contract says {wanted}",
        at=place(pair.code, columns),
        related=declared(place(pair.declared, pair.declared.primary_key)),
        help=f"make the primary key {wanted}, or change the contract",
        data={
            "table": pair.declared.name,
            "aspect": aspect,
            "expected": wanted.replace("`", ""),
            "actual": own.replace("`", ""),
        },
    )


def _shown(columns: tuple[str, ...]) -> str:
    return listed(columns) if columns else "none"


def _reuses(table: TableFact) -> bool:
    """Whether the key of a deleted row may be given again."""
    return not any(column.primary_key and column.autoincrement for column in table.columns)
