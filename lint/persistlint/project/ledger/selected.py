"""Rows that SQLAlchemy's own selects yield: `select(Model.a, Model.b)`, `query(table.c.a)`, `select(table)`."""

from __future__ import annotations

from persistlint.project.interp.values import Attribute, Class, Loc, Made, Operation, Row, Unknown, Value, known
from persistlint.project.ledger.kinds import SAME, Kinds, RowOf
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.project.sqlalchemy.settle import Settler
from persistlint.project.sqlalchemy.symbols import made

_DEEPEST = 12
_NOWHERE = Loc("", 0, 0)
_ENTITIES = 2
"""One entity alone is a row itself: `Kinds` knows it."""


class Selected:
    """Answers for one project, each select once."""

    def __init__(self, kinds: Kinds, settler: Settler) -> None:
        self._kinds = kinds
        self._settler = settler
        self._rows: dict[int, tuple[Value, Row | None]] = {}

    def row(self, value: Value) -> Row | None:
        """Any row that a select or query yields; None for anything else, and where one model alone is selected."""
        if id(value) not in self._rows:
            self._rows[id(value)] = value, self._read(value)
        return self._rows[id(value)][1]

    def _read(self, value: Value) -> Row | None:
        wanted = _selected(value)
        if wanted is None or (len(wanted) < _ENTITIES and all(isinstance(one, Class) for one in wanted)):
            return None
        names: list[str] = []
        cells: list[Value] = []
        bases: dict[int, Unknown] = {}
        for one in wanted:
            draft = None if isinstance(one, Class) else self._settler.table(one)
            if draft is not None:
                base = self._base(RowOf(draft, draft.cls), bases)
                names.extend(column.name for column in draft.columns)
                cells.extend(Attribute(base, column.attribute) for column in draft.columns)
                continue
            name, cell = self._cell(one, bases)
            names.append(name)
            cells.append(cell)
        return Row(tuple(names), tuple(cells)) if bases else None

    def _cell(self, value: Value, bases: dict[int, Unknown]) -> tuple[str, Value]:
        if isinstance(value, Class):
            kind = self._kinds.of_class(value)
            return value.name, self._base(kind, bases) if isinstance(kind, RowOf) else Unknown("what a select yields")
        if isinstance(value, Made) and isinstance(value.func, Attribute) and value.func.name == "label" and value.args:
            return known(value.args[0]) or "", self._cell(value.func.base, bases)[1]
        found = self._settler.column(value, None)
        if found is not None:
            table, column = found
            return column.attribute, Attribute(self._base(RowOf(table, table.cls), bases), column.attribute)
        return "", Operation("sql", tuple(self._inside(value, bases, 0)), _NOWHERE)

    def _inside(self, value: Value, bases: dict[int, Unknown], depth: int) -> list[Value]:
        """The columns that an expression is computed from."""
        found = self._settler.column(value, None)
        if found is not None:
            return [Attribute(self._base(RowOf(found[0], found[0].cls), bases), found[1].attribute)]
        parts: tuple[Value, ...] = ()
        match value:
            case Made(func=func, args=args):
                parts = (func, *args)
            case Attribute(base=base):
                parts = (base,)
            case Operation(operands=operands):
                parts = operands
            case _:
                pass
        return [one for part in parts for one in self._inside(part, bases, depth + 1)] if depth < _DEEPEST else []

    def _base(self, row: RowOf, bases: dict[int, Unknown]) -> Unknown:
        """The row of one table that the cells of a result are taken from."""
        table: TableDraft = row.table
        if id(table) not in bases:
            bases[id(table)] = base = Unknown(f"a row of `{table.name}`")
            self._kinds.note(base, row)
        return bases[id(table)]


def _selected(value: Value, depth: int = 0) -> list[Value] | None:
    """What a chain of calls selects; None where it is no select, or one that selects something else in the end."""
    if not isinstance(value, Made) or depth > _DEEPEST or value.open:
        return None
    if made(value) == "select":
        return value.args
    match value.func:
        case Attribute(base=base, name="select") if not value.args:
            return [base]  # `table.select()`
        case Attribute(name="query") if value.args:
            return value.args
        case Attribute(base=base, name=name) if name in SAME:
            return _selected(base, depth + 1)
        case _:
            return None
