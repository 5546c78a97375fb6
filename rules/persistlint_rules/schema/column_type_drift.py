from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnFact, Finding, Project, Severity, rule
from persistlint_rules.schema._shared.pairs import pairs
from persistlint_rules.schema._shared.types import affinity, parts, plain
from persistlint_rules.schema._shared.words import declared


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def column_type_drift(project: Project) -> Iterator[Finding]:
    """A column whose type in the code is not the declared one."""
    for pair in pairs(project):
        for wanted, own in pair.common():
            drift = _drift(wanted, own)
            if drift is None:
                continue
            aspect, consequence = drift
            yield Finding(
                f"`{pair.declared.name}.{wanted.name}` is {_shown(own)} in the code, "
                f"the contract says {_shown(wanted)}{consequence}",
                at=own.span,
                related=declared(wanted.span),
                help=f"give the column the type {_shown(wanted)}, or change the contract",
                data={
                    "table": pair.declared.name,
                    "column": wanted.name,
                    "aspect": aspect,
                    "expected": wanted.type,
                    "actual": own.type,
                },
            )


def _drift(wanted: ColumnFact, own: ColumnFact) -> tuple[str, str] | None:
    """The aspect that differs, and what follows from it; None where nothing does, or nothing is known."""
    if wanted.type is None or own.type is None:
        return None
    (name, arguments), (own_name, own_arguments) = parts(wanted.type), parts(own.type)
    if name != own_name:
        before, after = affinity(name), affinity(own_name)
        if before != after:
            return "type", f": SQLite stores values with {after} affinity instead of {before}"
        return "type", f": only the name differs, the affinity is {before} in both"
    return ("length", "") if arguments != own_arguments else None


def _shown(column: ColumnFact) -> str:
    return f"`{plain(column.type)}`" if column.type else "without a type"
