from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from persistlint.sdk import (
    CheckFact,
    ColumnFact,
    Disagreement,
    Finding,
    Project,
    Severity,
    TableFact,
    columns_in,
    disagreements,
    rule,
)
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.words import declared, place


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def check_drift(project: Project) -> Iterator[Finding]:
    """A table whose CHECKs let other rows in than the declared ones, with a row that shows it."""
    for pair in pairs(project):
        if pair.code.complete and pair.declared.complete:
            columns = tuple(_stored(wanted, own) for wanted, own in pair.common())
            own, wanted = _comparable(pair, pair.code), _comparable(pair, pair.declared)
            yield from (_finding(pair, one) for one in disagreements(columns, own, wanted))


def _stored(wanted: ColumnFact, own: ColumnFact) -> ColumnFact:
    """A column as both sides have it; NULL is tried only where both take it, the rest is another rule's finding."""
    return replace(wanted, type=wanted.type or own.type, nullable=wanted.nullable and own.nullable)


def _comparable(pair: Pair, table: TableFact) -> tuple[CheckFact, ...]:
    """The table's CHECKs but for those on columns that one of the sides lacks."""
    lacking = [one for one in (*pair.declared.columns, *pair.code.columns) if not pair.has((one.name,))]
    return tuple(check for check in table.checks if not columns_in(check.expression or "", lacking))


def _finding(pair: Pair, one: Disagreement) -> Finding:
    columns = tuple(name for name, _ in one.row)
    twin = _twin(one.check, pair.declared if one.here else pair.code, columns)
    own, wanted = (one.check, twin) if one.here else (twin, one.check)
    row = ", ".join(f"{name} = {value}" for name, value in one.row)
    does, says = ("rejects", "accepts") if one.here else ("accepts", "rejects")
    return Finding(
        f"fresh code {does} `{row}`, the contract {says} it" if row else _without_columns(one),
        at=own.span if own is not None else place(pair.code, columns),
        related=declared(wanted.span if wanted is not None else place(pair.declared, columns)),
        help=f"make it CHECK ({wanted.expression}), or change the contract"
        if wanted is not None
        else "declare the CHECK in the contract, or remove it from the table",
        data={
            "table": pair.declared.name,
            "column": columns[0] if len(columns) == 1 else None,
            "object": one.check.name or ",".join(columns),
            "aspect": "check",
            "expected": wanted.expression if wanted is not None else None,
            "actual": own.expression if own is not None else None,
        },
    )


def _twin(check: CheckFact, table: TableFact, columns: tuple[str, ...]) -> CheckFact | None:
    """The other side's CHECK of the same name, else one on the same columns."""
    named = [one for one in table.checks if check.name and one.name and one.name.lower() == check.name.lower()]
    near = [one for one in table.checks if columns_in(one.expression or "", table.columns) == columns]
    return next(iter([*named, *near]), None)


def _without_columns(one: Disagreement) -> str:
    side = "the code" if one.here else "the contract"
    return f"by {side}, `CHECK ({one.check.expression})` rejects every row"
