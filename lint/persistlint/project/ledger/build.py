"""The ledger of a linked project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from persistlint.facts import code
from persistlint.facts.boundary import Shape, ShapeField
from persistlint.facts.ledger import ColumnFlow, Ledger, UnknownFlow
from persistlint.facts.schema import TableFact
from persistlint.project.interp.invocation import body_of
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Class, Function, Loc, Made, Value, known
from persistlint.project.ledger import copies, mutations, roots
from persistlint.project.ledger.boundary import About, Boundary, requested
from persistlint.project.ledger.exchanges import Exchanges
from persistlint.project.ledger.flows import Flows
from persistlint.project.ledger.keeping import Care
from persistlint.project.ledger.kinds import Kinds, RowOf, ShapeOf
from persistlint.project.ledger.naming import Naming
from persistlint.project.ledger.nulls import Nulls, function_bodies
from persistlint.project.ledger.origins import Origins
from persistlint.project.ledger.raw.heard import RawSql
from persistlint.project.ledger.raw.tables import RawTables
from persistlint.project.ledger.recorder import Recorder
from persistlint.project.ledger.selected import Selected
from persistlint.project.ledger.shapes import ShapeClass, Shapes
from persistlint.project.model import Statement
from persistlint.project.sqlalchemy.tables import Found
from persistlint.source import Span


def build(
    machine: Machine, found: Found, modules: Iterable[Module], statements: Iterable[Statement],
    tables: Iterable[TableFact], spans: Callable[[Loc], Span], places: Callable[[Span], Loc],
) -> Ledger:  # fmt: skip
    """Interpret the functions that handle columns, and put together what they do."""
    loaded, sql = list(modules), list(statements)
    shapes = Shapes(machine)
    kinds = Kinds(found.declarative, found.settler, shapes)
    wal = any(copies.is_wal(statement) for statement in sql)
    machine.is_record = lambda cls: kinds.of_class(cls) is not None
    known_tables = list(tables)
    named = RawTables(found.drafts, known_tables, sql, places)
    raw = RawSql(sql, named, kinds, Selected(kinds, found.settler))
    chosen = roots.chosen(machine, found, kinds, shapes, loaded, wal=wal, raw=bool(named))
    recorder = Recorder(machine, kinds, shapes, raw)
    traces = [recorder.run(function) for function in chosen]
    machine.is_record = None
    functions = {trace.key: trace.root for trace in traces}
    requests = requested(kinds, shapes, (f for f in chosen if roots.is_route(f)), lambda one: _parameters(machine, one))
    shown = requested(kinds, shapes, (f for f in chosen if roots.is_route(f)), lambda one: _results(machine, one))
    takers = {key: taken for key, one in functions.items() if (taken := _taken(machine, kinds, one, requests))}
    about = About(_backrefs(machine), requests, takers, shown, Naming(machine))
    origins = Origins(kinds, shapes, found.settler)
    body = function_bodies(functions, lambda function: body_of(machine, function))
    flows = Flows(kinds, shapes, origins, spans, requests)
    boundary = Boundary(kinds, shapes, origins, recorder.answers, Nulls(shapes, recorder.answers, body), spans, about)
    for trace in traces:
        boundary.note(trace)
    for trace in traces:
        flows.trace(trace)
        boundary.trace(trace)
    flows.statements(sql, _columns(known_tables), machine.functions, raw.followed)
    dotted = {module.path: module.name for module in loaded}
    exchanges = Exchanges(kinds, origins, Care(body, spans), spans, lambda path: dotted.get(path, path))
    return Ledger(
        flows=tuple(sorted(flows.known, key=_by_place)),
        unknown=tuple(sorted(flows.unknown, key=_by_place_unknown)),
        shapes=tuple(_shapes(machine, kinds, shapes, spans)),
        fields=tuple(sorted(boundary.fields, key=lambda one: (one.span, one.field, one.column, one.table))),
        lost=tuple(sorted(boundary.lost, key=lambda one: (one.span, one.field, one.table))),
        unfilled=tuple(sorted(boundary.unfilled.values(), key=lambda one: (one.span, one.field, one.table))),
        exchanges=exchanges.of(traces),
        copies=copies.find(machine, traces, sql, spans),
        mutations=mutations.find(machine, traces, spans),
    )


def _backrefs(machine: Machine) -> frozenset[str]:
    """The attributes that relationships of other models give to a model."""
    names: set[str] = set()
    for one in machine.made:
        given = one.kwargs.get("backref")
        name = known(given) or known(given.args[0] if isinstance(given, Made) and given.args else None)
        if name is not None:
            names.add(name)
    return frozenset(names)


def _parameters(machine: Machine, function: Function) -> Iterator[Value]:
    for param in function.node.params:
        if param.annotation is not None:
            yield machine.eval_annotation(param.annotation, function.env)


def _taken(machine: Machine, kinds: Kinds, function: Function, shapes: set[int]) -> frozenset[tuple[int, str]]:
    """Those of these shapes that a function is handed itself, each with the function's name."""
    found = [kinds.of_annotation(one) for one in _parameters(machine, function)]
    name = function.qualname.rpartition(".")[2]
    return frozenset((id(kind.cls), name) for kind in found if isinstance(kind, ShapeOf) and id(kind.cls) in shapes)


def _results(machine: Machine, function: Function) -> Iterator[Value]:
    decorator = roots.route_of(function)
    if decorator is not None and "response_model" in decorator.kwargs:
        yield decorator.kwargs["response_model"]
    node = function.node
    if isinstance(node, code.FuncDef) and node.returns is not None:
        yield machine.eval_annotation(node.returns, function.env)


def _columns(tables: Iterable[TableFact]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for table in tables:
        known = out.setdefault(table.name.lower(), [])
        known.extend(column.name for column in table.columns if column.name not in known)
    return out


def _shapes(machine: Machine, kinds: Kinds, shapes: Shapes, spans: Callable[[Loc], Span]) -> Iterator[Shape]:
    found = [
        (cls, shape) for cls in machine.classes if (shape := shapes.of(cls)) is not None and not _is_row(kinds, cls)
    ]
    for cls, shape in sorted(found, key=lambda one: (one[0].loc.path, one[0].loc.at)):
        fields = tuple(_field(shape, name, spans) for name in shape.fields)
        yield Shape(cls.name, spans(cls.loc), fields, shape.complete, shape.from_attributes)


def _is_row(kinds: Kinds, cls: Class) -> bool:
    return isinstance(kinds.of_class(cls), RowOf)


def _field(shape: ShapeClass, name: str, spans: Callable[[Loc], Span]) -> ShapeField:
    field = shape.fields[name]
    given = field.range
    return ShapeField(
        name, spans(field.loc), given.nullable, field.default is None, given.kind, given.lower, given.upper,
        given.min_length, given.max_length, given.options, given.judged, given.rejects_null,
        None if given.loc is None else spans(given.loc),
    )  # fmt: skip


def _by_place(flow: ColumnFlow) -> tuple[str, str, str, Span, str]:
    return flow.table, flow.column, flow.role, flow.span, flow.via


def _by_place_unknown(flow: UnknownFlow) -> tuple[str, str, Span, str]:
    return flow.table, flow.role, flow.span, flow.reason
