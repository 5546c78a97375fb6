"""How this family speaks of columns and of where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from persistlint.sdk import Label, Span, TableFact

DECLARED = "declared here"


def lower(names: Iterable[str]) -> tuple[str, ...]:
    """Names as SQLite compares them."""
    return tuple(name.lower() for name in names)


def listed(names: Sequence[str]) -> str:
    """``(`a`, `b`)``, or ```a``` for a single name."""
    return f"`{names[0]}`" if len(names) == 1 else "(" + ", ".join(f"`{name}`" for name in names) + ")"


def place(table: TableFact, columns: Iterable[str]) -> Span:
    """Where the first of these columns stands, the table where it has none of them."""
    found = (table.column(name) for name in columns)
    return next((column.span for column in found if column is not None), table.span)


def declared(span: Span, message: str = DECLARED) -> tuple[Label, ...]:
    """The place of a promise as the second one of a finding."""
    return (Label(span, message),)
