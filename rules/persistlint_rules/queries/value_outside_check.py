from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import (
    CheckFact,
    Finding,
    Label,
    LiteralWrite,
    Project,
    Severity,
    Statement,
    TableFact,
    refuses,
    rule,
)
from persistlint_rules.queries._history import has_hole
from persistlint_rules.queries._known import Known
from persistlint_rules.queries._places import Part
from persistlint_rules.queries._statements import Parts, data_statements


@rule(severity=Severity.ERROR, since="0.1")
def value_outside_check(project: Project) -> Iterator[Finding]:
    """A literal is stored into, or compared with, a column whose CHECK refuses it."""
    known, parts = Known(project), Parts(project)
    seen: set[object] = set()
    for statement in data_statements(project):
        if parts.of(statement) is Part.UPGRADE:
            continue  # an upgrade may meet a table from before the CHECK
        for use in statement.sql.literals:
            if has_hole(use.table):
                continue
            check = _refusing(known, use)
            if check is None:
                continue
            finding = _finding(check, statement, use)
            if finding.at not in seen:
                seen.add(finding.at)
                yield finding


def _refusing(known: Known, use: LiteralWrite) -> CheckFact | None:
    """A CHECK that refuses the value, where each definition of the table that has the column has such a one."""
    facts = [fact for fact in known.valid_for(use.table, Part.APPLICATION) if fact.column(use.column) is not None]
    found = [_first(fact, use) for fact in facts]
    return found[0] if found and None not in found else None


def _first(table: TableFact, use: LiteralWrite) -> CheckFact | None:
    return next(
        (
            check
            for check in table.checks
            if check.expression is not None
            and not has_hole(check.expression)
            and use.column.lower() in check.expression.lower()
            and refuses(table, check.expression, use.column, use.value)
        ),
        None,
    )


def _finding(check: CheckFact, statement: Statement, use: LiteralWrite) -> Finding:
    column = f"`{use.table}.{use.column}`"
    if use.compared:
        message = f"{column} is compared with `{use.value}`, which its CHECK never lets in: this is never true"
        text = "compare with a value that the CHECK allows, or let the CHECK allow this one"
    else:
        message = f"`{use.value}` is stored into {column}, whose CHECK refuses it"
        text = "store a value that the CHECK allows, or let the CHECK allow this one"
    return Finding(
        message,
        at=statement.span_of(use.start, use.end),
        related=(Label(check.span, f"CHECK ({_short(check.expression or '')})"),),
        help=text,
        data={"table": use.table, "column": use.column, "actual": use.value, "function": statement.function},
    )


def _short(expression: str) -> str:
    words = " ".join(expression.split())
    return words if len(words) <= 80 else words[:79] + "…"
