from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from persistlint.sdk import (
    CheckFact,
    ColumnFact,
    FieldFlow,
    Finding,
    Label,
    Project,
    Severity,
    ShapeField,
    Span,
    TableFact,
    columns_in,
    refuses,
    rule,
)
from persistlint_rules.boundary._shared.columns import Fields, column_of

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?![\w.])")
_FAR = 10**15


@dataclass(frozen=True, slots=True)
class _Drift:
    message: str
    at: Span
    expected: str
    actual: str


@rule(severity=Severity.WARNING, since="0.1")
def boundary_bounds_drift(project: Project) -> Iterator[Finding]:
    """A request lets in a value that the column refuses or has no room for, or keeps out one that it allows."""
    fields = Fields(project)
    seen: set[object] = set()
    for flow in project.ledger.fields:
        found = column_of(project, flow)
        field = fields.of(flow)
        if flow.direction != "in" or flow.asked or found is None or field is None or not field.judged:
            continue
        table, column = found
        if (field.span, column.name) in seen:
            continue
        drift = _length(field, column) or _check(field, table, column)
        if drift is None:
            continue
        seen.add((field.span, column.name))
        yield _finding(flow, field, table, column, drift)


def _finding(flow: FieldFlow, field: ShapeField, table: TableFact, column: ColumnFact, drift: _Drift) -> Finding:
    return Finding(
        f"`{flow.shape}.{field.name}` {drift.message}",
        at=field.span,
        related=(Label(drift.at, drift.expected), Label(flow.span, f"`{table.name}.{column.name}` is written here")),
        help=f"give `{field.name}` the bounds of `{table.name}.{column.name}`",
        data={
            "table": table.name,
            "column": column.name,
            "object": f"{flow.shape}.{field.name}",
            "aspect": "bounds",
            "expected": drift.expected,
            "actual": drift.actual,
            "function": flow.function,
        },
    )


def _length(field: ShapeField, column: ColumnFact) -> _Drift | None:
    """A text may be longer than the column says. One that must be shorter is the request's own business."""
    if field.kind != "str" or column.length is None:
        return None
    expected = f"`{column.type}`"
    if field.max_length is None:
        message = f"lets in texts of any length, `{column.name}` is declared with {column.length} characters"
        return _Drift(message, column.span, expected, "no `max_length`")
    if field.max_length > column.length:
        message = f"lets in {field.max_length} characters, `{column.name}` is declared with {column.length}"
        return _Drift(message, column.span, expected, f"max_length={field.max_length}")
    return None


def _check(field: ShapeField, table: TableFact, column: ColumnFact) -> _Drift | None:
    """A value that one side lets in and the other does not."""
    checks = [
        check
        for check in table.checks
        if check.expression is not None and columns_in(check.expression, table.columns) == (column.name,)
    ]
    for check in checks:
        for value in _let_in(field, check):
            if refuses(table, check.expression or "", column.name, value):
                message = f"lets in `{value}`, which the CHECK of `{table.name}.{column.name}` refuses"
                return _Drift(message, check.span, _said(check), value)
    if field.kind in ("int", "float"):
        return _kept_out(field, table, column, checks)
    return None


def _said(check: CheckFact) -> str:
    words = " ".join((check.expression or "").split())
    return f"CHECK ({words if len(words) <= 80 else words[:79] + '…'})"


def _let_in(field: ShapeField, check: CheckFact) -> list[str]:
    """Values that a field lets in, near where the CHECK may part from it."""
    if field.kind == "choice":
        return list(field.options)
    if field.kind == "str":
        size = max(1, field.min_length or 0)
        return [f"'{'?' * size}'"] if field.max_length is None or size <= field.max_length else []
    if field.kind not in ("int", "float"):
        return []
    named = [int(number) for number in _NUMBER.findall(check.expression or "")]
    near = [value for number in named for value in (number - 1, number, number + 1)]
    ends = [int(end) for end in (field.lower, field.upper) if end is not None and abs(end) < _FAR]
    inside = [value for value in (*ends, *near) if _accepts(field, value)]
    return [str(value) for value in dict.fromkeys(inside)]


def _accepts(field: ShapeField, value: int) -> bool:
    return (field.lower is None or value >= field.lower) and (field.upper is None or value <= field.upper)


def _kept_out(field: ShapeField, table: TableFact, column: ColumnFact, checks: list[CheckFact]) -> _Drift | None:
    """The two have a bound on the same side, and it is not the same one."""
    for bound, step in ((field.lower, -1), (field.upper, 1)):
        if bound is None or abs(bound) > _FAR or bound != int(bound):
            continue
        beyond = int(bound) + step
        limits = [check for check in checks if _refused(table, column, check, int(bound) + step * _FAR)]
        if limits and not any(_refused(table, column, check, beyond) for check in checks):
            message = f"keeps out `{beyond}`, which the CHECK of `{table.name}.{column.name}` allows"
            return _Drift(message, limits[0].span, _said(limits[0]), str(int(bound)))
    return None


def _refused(table: TableFact, column: ColumnFact, check: CheckFact, value: int) -> bool:
    return refuses(table, check.expression or "", column.name, str(value))
