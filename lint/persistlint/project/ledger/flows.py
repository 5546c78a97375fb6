"""Traces and SQL statements to the flows of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from persistlint.facts import code
from persistlint.facts.ledger import ColumnFlow, FlowRole, UnknownFlow
from persistlint.facts.sql import Kind
from persistlint.project.interp.values import Function, Loc, Value
from persistlint.project.ledger.bodies import is_asked
from persistlint.project.ledger.kinds import Document, Kinds, RowOf
from persistlint.project.ledger.origins import FromColumn, FromDocument, FromField, Origins, shape_file
from persistlint.project.ledger.roots import is_route
from persistlint.project.ledger.shapes import Shapes
from persistlint.project.ledger.trace import Assigned, At, Built, Shaped, Trace
from persistlint.project.model import Statement
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.source import Span

_LOADS = re.compile(
    rb"\xa4load|\xa5loads|DictReader|\xa6reader|validate_json|parse_file|safe_load|full_load|\xa6decode"
)
_DUMPS = re.compile(rb"\xa4dump|\xa5dumps|DictWriter|writerow|safe_dump")
"""Names in the encoded body of a function."""
_METHODS_OF_DICT = frozenset({"to_dict", "as_dict", "dict", "serialize", "to_json", "asdict", "json"})


class Flows:
    """Collects flows, each once."""

    def __init__(
        self, kinds: Kinds, shapes: Shapes, origins: Origins, spans: Callable[[Loc], Span], requests: set[int]
    ) -> None:
        """`requests` are the shapes, by identity of their class, that some route takes."""
        self._kinds = kinds
        self._shapes = shapes
        self._origins = origins
        self._spans = spans
        self._requests = requests
        self.known: dict[ColumnFlow, None] = {}
        self.unknown: dict[UnknownFlow, None] = {}

    def add(self, table: str, column: str, role: FlowRole, at: At, via: str) -> None:
        """Note a flow."""
        self.known.setdefault(ColumnFlow(table, column, role, self._spans(at.loc), dotted(at), via))

    def hide(self, table: str, role: FlowRole, at: At, reason: str) -> None:
        """Note a flow of columns that cannot be known."""
        self.unknown.setdefault(UnknownFlow(table, role, self._spans(at.loc), dotted(at), reason))

    def trace(self, trace: Trace) -> None:
        """Note what one function does."""
        for built in trace.built:
            self._built(built)
        for one in trace.assigned:
            self._assigned(one)
        for got in trace.got:
            column = got.row.table.by_attribute(got.name) if got.row is not None else None
            if got.row is not None and column is not None:
                via = "to_dict" if (got.at.function or "").rpartition(".")[2] in _METHODS_OF_DICT else "attribute"
                self.add(got.row.table.name, column.name, FlowRole.READ, got.at, via)
        for dump in trace.dumped:
            for table, name in self.columns_in(dump.value):
                self.add(table.name, name, FlowRole.EXPORTED, dump.at, "dump")
        for sent in trace.sent:
            for table, name in self.columns_in(sent.value):
                self.add(table.name, name, FlowRole.SHOWN, sent.at, "message")
        for shaped in trace.shaped:
            self._shaped(shaped)
        if is_route(trace.root) and trace.result is not None:
            at = At(Loc(trace.root.path, trace.root.node.at, trace.root.node.at), trace.key, trace.root.qualname, 0)
            for table, name in self.columns_in(trace.result):
                self.add(table.name, name, FlowRole.SHOWN, at, "response")

    def _assigned(self, one: Assigned) -> None:
        if one.name is None:
            self.hide(one.row.table.name, FlowRole.WRITTEN, one.at, "an attribute whose name is computed")
        elif (column := one.row.table.by_attribute(one.name)) is not None:
            self._written(one.row.table, column.name, one.value, one.at, "setattr" if one.loop else "attribute")

    def _shaped(self, shaped: Shaped) -> None:
        self._from_attributes(shaped)
        for field, value in shaped.values.items():
            found = self._origins.plain(value)
            if isinstance(found, FromColumn):
                self.add(found.table.name, found.column.name, FlowRole.SHOWN, shaped.at, f"{shaped.cls.name}.{field}")

    def _from_attributes(self, shaped: Shaped) -> None:
        """A response that is read from a row shows each column that has a field's name."""
        row = self._kinds.of(shaped.source)
        shape = self._shapes.of(shaped.cls)
        if not isinstance(row, RowOf) or shape is None:
            return
        for field in shape.fields:
            column = row.table.by_attribute(field)
            if column is not None:
                self.add(row.table.name, column.name, FlowRole.SHOWN, shaped.at, f"{shaped.cls.name}.{field}")

    def columns_in(self, value: Value) -> list[tuple[TableDraft, str]]:
        """The columns whose values are in a value."""
        found: dict[tuple[int, str], tuple[TableDraft, str]] = {}
        for origin in self._origins.of(value):
            if isinstance(origin, FromColumn):
                found[(id(origin.table), origin.column.name)] = origin.table, origin.column.name
        return list(found.values())

    def _built(self, built: Built) -> None:
        table = built.row.table
        for name, value in built.values.items():
            column = table.by_attribute(name)
            if column is not None:
                self._written(table, column.name, value, built.at, built.via)
        if built.open:
            self.hide(table.name, FlowRole.WRITTEN, built.at, "values that are not known")
        for spread in built.spread:
            kind = self._kinds.of(spread)
            if isinstance(kind, Document):
                role = FlowRole.ACCEPTED if is_asked(kind.loaded) else FlowRole.IMPORTED
                self.hide(table.name, role, built.at, "entries of a document that are not known")

    def _written(self, table: TableDraft, column: str, value: Value, at: At, via: str) -> None:
        self.add(table.name, column, FlowRole.WRITTEN, at, via)
        for origin in self._origins.of(value):
            source = origin.loaded if isinstance(origin, FromDocument) else getattr(origin, "base", None)
            if source is not None and is_asked(source):
                self.add(table.name, column, FlowRole.ACCEPTED, at, "request")
            elif isinstance(origin, FromDocument) or (isinstance(origin, FromField) and shape_file(origin.base)):
                self.add(table.name, column, FlowRole.IMPORTED, at, via)
            elif isinstance(origin, FromField) and id(origin.cls) in self._requests:
                self.add(table.name, column, FlowRole.ACCEPTED, at, f"{origin.cls.name}.{origin.name}")

    def statements(
        self,
        statements: Iterable[Statement],
        tables: dict[str, list[str]],
        functions: Iterable[Function],
        followed: set[str],
    ) -> None:
        """Note what SQL does. `tables` are the columns of each table by lower-case name; `followed` the texts whose
        parameters or rows were."""
        around = {(function.path, function.qualname): function for function in functions}
        for statement in statements:
            if statement.text not in followed:
                self._bound(statement, tables, around)
            for table, column, role, start, end in _of_statement(statement, tables):
                flow = ColumnFlow(table, column, role, statement.span_of(start, end), _function(statement), "sql")
                self.known.setdefault(flow)

    def _bound(
        self, statement: Statement, tables: dict[str, list[str]], functions: dict[tuple[str, str], Function]
    ) -> None:
        """What comes into a statement, and what goes out of its rows, is not followed: that is unknown, not nothing."""
        span = statement.span_of(statement.sql.start, statement.sql.end)
        function = functions.get((span.path, statement.function or ""))
        if function is None or statement.sql.kind not in (Kind.SELECT, Kind.INSERT, Kind.UPDATE):
            return
        writes = statement.sql.kind is not Kind.SELECT
        roles: list[FlowRole] = []
        if (_LOADS if writes else _DUMPS).search(_body(function)):
            roles.append(FlowRole.IMPORTED if writes else FlowRole.EXPORTED)
        if is_route(function):
            roles.append(FlowRole.ACCEPTED if writes else FlowRole.SHOWN)
        for table in _tables_of(statement, writes=writes):
            for role in roles if table.lower() in tables else ():
                flow = UnknownFlow(table, role, span, statement.function, "values of a statement")
                self.unknown.setdefault(flow)


def _tables_of(statement: Statement, *, writes: bool) -> list[str]:
    """The tables that a statement writes, or reads."""
    return [use.name for use in statement.sql.tables if use.write == writes]


def _body(function: Function) -> bytes:
    node = function.node
    return function.env.module.facts.bodies[node.body] if isinstance(node, code.FuncDef) else b""


def _of_statement(statement: Statement, tables: dict[str, list[str]]) -> Iterator[tuple[str, str, FlowRole, int, int]]:
    sql = statement.sql
    if sql.kind not in (Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE):
        return
    copies = sql.kind is Kind.INSERT and any(not use.write for use in sql.tables)
    for use in sql.columns:
        if len(use.tables) == 1 and use.tables[0].lower() in tables:
            columns = tables[use.tables[0].lower()]
            name = next((one for one in columns if one.lower() == use.name.lower()), None)
            if name is not None:
                role = (FlowRole.COPIED if copies else FlowRole.WRITTEN) if use.write else FlowRole.READ
                yield use.tables[0], name, role, use.start, use.end
    if sql.insert is not None and sql.insert.columns is None and sql.insert.table.lower() in tables:
        for name in tables[sql.insert.table.lower()]:
            role = FlowRole.COPIED if copies else FlowRole.WRITTEN
            yield sql.insert.table, name, role, sql.insert.start, sql.insert.end
    # `SELECT *` names no column: it reads every one of its tables.
    if sql.kind is Kind.SELECT and _is_star(statement):
        for table in sql.tables:
            for name in tables.get(table.name.lower(), ()):
                yield table.name, name, FlowRole.READ, sql.start, sql.end


def _is_star(statement: Statement) -> bool:
    text = statement.text[statement.sql.start : statement.sql.end]
    head = text.upper().partition("FROM")[0].split()
    return head[-1:] == ["*"] or (bool(head) and head[-1].endswith(".*"))


def _function(statement: Statement) -> str | None:
    return statement.function


def dotted(at: At) -> str | None:
    """The dotted name of the function in which something happens."""
    return at.function
