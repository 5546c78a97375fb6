"""The column ledger table by table, as the reports of `persistlint columns` want it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from persistlint.facts.ledger import ColumnFlow, FlowRole, Ledger, UnknownFlow
from persistlint.facts.schema import TableFact
from persistlint.reporters.paint import Paint, painter, safe
from persistlint.source import Span

_HEADINGS = {
    FlowRole.WRITTEN: "written", FlowRole.READ: "read", FlowRole.IMPORTED: "imported", FlowRole.EXPORTED: "exported",
    FlowRole.COPIED: "copied", FlowRole.ACCEPTED: "accepted", FlowRole.SHOWN: "shown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledgered:
    """One table: each of its columns in order with its flows, and the flows of columns that are not known."""

    name: str
    span: Span
    columns: tuple[tuple[str, tuple[ColumnFlow, ...]], ...]
    unknown: tuple[UnknownFlow, ...]


def by_table(ledger: Ledger, tables: Iterable[TableFact]) -> tuple[Ledgered, ...]:
    """The ledger of these tables. A name that is defined several times has its columns of all definitions, once."""
    known: dict[str, tuple[TableFact, list[str]]] = {}
    for table in tables:
        _, names = known.setdefault(table.name, (table, []))
        names.extend(column.name for column in table.columns if column.name not in names)
    flows: dict[tuple[str, str], list[ColumnFlow]] = {}
    for flow in ledger.flows:
        flows.setdefault((flow.table.lower(), flow.column), []).append(flow)
    return tuple(
        Ledgered(
            name,
            table.span,
            tuple((column, tuple(flows.get((name.lower(), column), ()))) for column in columns),
            tuple(flow for flow in ledger.unknown if flow.table.lower() == name.lower()),
        )
        for name, (table, columns) in sorted(known.items())
    )


def columns_text(tables: Sequence[Ledgered], *, color: bool, places: bool) -> str:
    """A grid of numbers for each table: how many places write, read, export a column; `?` where more may do so.

    `places` lists the places as well.
    """
    paint = painter(color=color)
    lines = [line for table in tables for line in [*_table(table, paint, places=places), ""]]
    return "\n".join(lines[:-1]) + "\n" if lines else "no tables\n"


def _table(table: Ledgered, paint: Paint, *, places: bool) -> list[str]:
    lines = [f"{paint(safe(table.name), 'bold')}  {safe(table.span.path)}:{table.span.line}"]
    hidden = {flow.role for flow in table.unknown}
    width = max([len(column) for column, _ in table.columns] + [6])
    lines.append("  " + "column".ljust(width) + "".join(f"  {name:>8}" for name in _HEADINGS.values()))
    for column, flows in table.columns:
        cells = [_cell(sum(flow.role is role for flow in flows), unknown=role in hidden) for role in _HEADINGS]
        lines.append("  " + safe(column).ljust(width) + "".join(f"  {cell:>8}" for cell in cells))
        if places:
            lines += [f"    {flow.role:<8} {_place(flow.span, flow.function)}  {safe(flow.via)}" for flow in flows]
    lines += [
        f"  unknown: {flow.role} {_place(flow.span, flow.function)}  {safe(flow.reason)}" for flow in table.unknown
    ]
    return lines


def _cell(count: int, *, unknown: bool) -> str:
    return f"{count or ''}{'?' if unknown else ''}" or "-"


def _place(span: Span, function: str | None) -> str:
    return f"{span.path}:{span.line}:{span.column}" + (f" {safe(function)}" if function is not None else "")
