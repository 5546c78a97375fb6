"""The tables, columns and literals found in one statement, each at its place in the text."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from persistlint.extract.sql.holes import Filling
from persistlint.extract.sql.lexer import Token
from persistlint.extract.sql.scopes import HIDDEN, ROW_IDS, Scope, has_hole
from persistlint.facts.sql import ColumnUse, LiteralWrite, Output, TableUse, hole

if TYPE_CHECKING:
    from sqlglot import exp

Place = tuple[str, int, int]
"""A name, and where it starts and ends."""
_CONSTANTS = frozenset({"NULL", "TRUE", "FALSE"})


@dataclass(frozen=True, slots=True)
class Uses:
    """What a statement names, in the order of the text."""

    tables: tuple[TableUse, ...] = ()
    columns: tuple[ColumnUse, ...] = ()
    literals: tuple[LiteralWrite, ...] = ()
    outputs: tuple[Output, ...] | None = None


@dataclass(slots=True)
class Collector:
    """Takes nodes of a tree whose offsets are relative to `base`; what stands in invented text is not taken."""

    filling: Filling
    base: int
    tokens: list[Token]
    dialect: str
    open_sources: bool
    """Whether further tables may be in scope that nobody can see."""
    tables: dict[int, TableUse] = field(default_factory=dict[int, TableUse])
    columns: dict[int, ColumnUse] = field(default_factory=dict[int, ColumnUse])
    literals: dict[int, LiteralWrite] = field(default_factory=dict[int, LiteralWrite])

    def uses(self) -> Uses:
        return Uses(
            tuple(use for _, use in sorted(self.tables.items())),
            tuple(use for _, use in sorted(self.columns.items())),
            tuple(use for _, use in sorted(self.literals.items())),
        )

    def place(self, identifier: object) -> Place | None:
        """The name at an identifier and where it stands; None where it was invented, or where nobody knows."""
        from sqlglot import exp

        if not isinstance(identifier, exp.Identifier) or "start" not in identifier.meta:
            return None
        start, end = identifier.meta["start"] + self.base, identifier.meta["end"] + 1 + self.base
        if self.filling.covers(start):
            return None
        name = identifier.name
        if not has_hole(name) and self.filling.touches(start, end):
            name = hole(9999)
        return name, start, end

    def table(self, name: object, schema: str | None, *, write: bool = False) -> str | None:
        """Note a table; its name, or None where it has none to tell."""
        place = self.place(name)
        if place is None:
            return None
        self.tables[place[1]] = TableUse(*place, schema or None, write)
        return place[0]

    def column(self, place: Place, tables: tuple[str, ...], *, write: bool = False, certain: bool = True) -> None:
        """Note a column of one of these tables."""
        name, start, end = place
        if name.lower() in (ROW_IDS if write else HIDDEN):
            return
        certain = certain and not has_hole(name) and not any(has_hole(table) for table in tables)
        self.columns[start] = ColumnUse(name, tables, start, end, write, certain)

    def owners(self, column: exp.Column, scope: Scope) -> tuple[tuple[str, ...], bool]:
        """The tables that a column can belong to, none where it is no table's, and whether that is certain."""
        if column.table:
            return scope.tables_called(column.table, column.name), True
        tables, certain = scope.tables_of(column.name) or ((), False)
        start: int = column.this.meta.get("start", 0)
        # SQLite takes a double-quoted name that no column has for a string.
        quoted = self.dialect == "sqlite" and self.filling.text[start] == '"'
        return tables, certain and not self.open_sources and not quoted

    def invented(self, left: exp.Expr, right: exp.Expr) -> bool:
        """Whether something between two operands is only a guess: their operator, most likely."""
        offsets = [node.meta[key] for node in (left.this, right) for key in ("start", "end") if key in node.meta]
        first, last = min(offsets, default=0) + self.base, max(offsets, default=0) + self.base
        return any(first <= hole.start < last for hole in self.filling.replaced)

    # -- literals -------------------------------------------------------------------------------------------------

    def literal(self, value: object, table: str, column: str, *, compared: bool) -> None:
        """Note a literal that is stored into a column or compared with it, where `value` is one."""
        from sqlglot import exp

        literal = value.this if isinstance(value, exp.Neg) else value
        if not isinstance(literal, (exp.Literal, exp.HexString)) or "start" not in literal.meta:
            return
        start, end = literal.meta["start"], literal.meta["end"] + 1
        if isinstance(value, exp.Neg):
            start = self.filling.text.rfind("-", 0, start)
        self._literal(table, column, start + self.base, end + self.base, compared=compared)

    def literal_tokens(self, tokens: list[Token], table: str, column: str) -> None:
        """Note a stored value that is just one literal, signed or not, or NULL, TRUE or FALSE."""
        last = tokens[-1]
        signed = len(tokens) == 2 and tokens[0].value in ("-", "+") and last.kind == "number"
        constant = last.kind == "word" and last.value in _CONSTANTS
        if signed or (len(tokens) == 1 and (last.kind in ("number", "string") or constant)):
            self._literal(table, column, tokens[0].start, last.end, compared=False)

    def constant_behind(self, end: int, table: str, column: str, *, compared: bool) -> None:
        """Note `= NULL`, `= TRUE` or `= FALSE` behind the column that ends there; trees do not say where they are."""
        index = bisect_left(self.tokens, end, key=lambda token: token.start)
        following = self.tokens[index : index + 2]
        if len(following) == 2 and following[0].value == "=" and following[1].value in _CONSTANTS:
            self._literal(table, column, following[1].start, following[1].end, compared=compared)

    def _literal(self, table: str, column: str, start: int, end: int, *, compared: bool) -> None:
        text = self.filling.text[start - self.base : end - self.base]
        unknown = has_hole(text) or has_hole(table) or has_hole(column) or self.filling.touches(start, end)
        if start >= self.base and not unknown and column.lower() not in ROW_IDS:
            self.literals[start] = LiteralWrite(table, column, text, start, end, compared)
