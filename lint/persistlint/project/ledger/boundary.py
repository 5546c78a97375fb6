"""Request shapes against the rows that they fill, and rows against the response shapes that show them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from persistlint.facts import code
from persistlint.facts.boundary import FieldFlow, LostField, UnfilledField
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Class, Function, Loc, Value, options_of
from persistlint.project.ledger.answers import Answers
from persistlint.project.ledger.insertions import dumped, holder, insertion_of
from persistlint.project.ledger.kinds import Kinds, Many, RowOf, ShapeOf
from persistlint.project.ledger.naming import Naming
from persistlint.project.ledger.nulls import Nulls
from persistlint.project.ledger.origins import FromColumn, FromField, Origins
from persistlint.project.ledger.roots import is_route
from persistlint.project.ledger.shapes import ShapeClass, Shapes
from persistlint.project.ledger.trace import At, Key, Shaped, Trace
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.source import Span

Spans = Callable[[Loc], Span]


@dataclass(frozen=True, slots=True)
class _Link:
    """One field that arrives at one attribute of a row."""

    field: FromField
    table: TableDraft
    attribute: str
    value: Value
    at: At
    action: str


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the project as a whole.

    `backrefs` are the attributes that relationships of other models give to models; `requests` and `responses` the
    shapes, by identity of their class, that routes take and return; `takers` are the functions that are handed some
    of the former, each with these and its own name; `naming` says who else names a field of a shape.
    """

    backrefs: frozenset[str]
    requests: set[int]
    takers: Mapping[Key, frozenset[tuple[int, str]]]
    responses: set[int]
    naming: Naming


class Boundary:
    """Collects what crosses the API boundary, over all traces."""

    def __init__(
        self,
        kinds: Kinds,
        shapes: Shapes,
        origins: Origins,
        answers: Answers,
        nulls: Nulls,
        spans: Spans,
        about: About,
    ) -> None:
        self._kinds = kinds
        self._shapes = shapes
        self._origins = origins
        self._answers = answers
        self._nulls = nulls
        self._spans = spans
        self._backrefs = about.backrefs
        self._requests = about.requests
        self._takers = about.takers
        self._handed = frozenset(one for handed in about.takers.values() for one in handed)
        self._responses = about.responses
        self._naming = about.naming
        self.fields: dict[FieldFlow, None] = {}
        self._lost_fields: dict[tuple[object, ...], LostField] = {}
        self._shared: set[tuple[object, ...]] = set()
        """The keys of those that shape and table inherit from one class."""
        self.unfilled: dict[tuple[object, ...], UnfilledField] = {}
        self._read: set[tuple[int, str]] = set()
        self._filled: set[tuple[int, str]] = set()
        self._dumped: set[int] = set()

    def note(self, trace: Trace) -> None:
        """See which fields anyone reads or fills: before what one function leaves out can be judged."""
        self._read.update((self._owner(got.cls, got.name), got.name) for got in trace.got if got.row is None)
        self._filled.update((id(cls), name) for cls, name in trace.filled)
        self._filled.update((id(shaped.cls), name) for shaped in trace.shaped for name in shaped.values)
        self._dumped.update(id(cls) for cls in trace.dumped_shapes)
        self._dumped.update(
            id(kind.cls)
            for value, name in trace.escaped
            if isinstance(kind := self._kinds.of(value), ShapeOf) and not self._is_taken(kind.cls, name)
        )

    def _is_taken(self, cls: Class, name: str) -> bool:
        """Whether whoever is handed a shape under that name is known: what becomes of it there is seen there."""
        return (id(cls), name) in self._handed

    def trace(self, trace: Trace) -> None:
        """Take in what one function does."""
        for shaped in trace.shaped:
            self._response(shaped, trace)
        route = is_route(trace.root)
        if not route and trace.key not in self._takers:
            return
        links = [link for link in self._links(trace) if id(link.field.cls) in self._requests]
        if not route:
            # Who hands it on may have completed it, or read the rest of it.
            links = [link for link in links if (id(link.field.cls), link.field.name) not in self._filled]
        for link in links:
            self._flow(link, trace)
        self._lost(trace, links)
        self._foreign(trace, links)
        self._returned(trace)

    def _owner(self, cls: Class | None, name: str) -> int:
        """The class that defines a field, by identity: shapes that inherit it share it."""
        shape = self._shapes.of(cls) if cls is not None else None
        field = shape.fields.get(name) if shape is not None else None
        return id(cls if field is None else field.owner)

    @property
    def lost(self) -> list[LostField]:
        """The fields that are lost, once all functions have been taken in.

        One that shape and table have from a common base may be there by its structure alone, and be the server's own:
        it is meant for clients where some request fills its column.
        """
        filled = {(flow.table, flow.column) for flow in self.fields if flow.direction == "in"}
        return [
            one
            for key, one in self._lost_fields.items()
            if key not in self._shared or (one.table, one.column) in filled
        ]

    # -- in ------------------------------------------------------------------------------------------------------------

    def _links(self, trace: Trace) -> Iterator[_Link]:
        for built in trace.built:
            for name, value in built.values.items():
                found = self._origins.plain(value)
                if isinstance(found, FromField):
                    yield _Link(found, built.row.table, name, value, built.at, "update" if built.update else "insert")
        for one in trace.assigned:
            found = self._origins.plain(one.value)
            if isinstance(found, FromField) and one.name is not None:
                yield _Link(found, one.row.table, one.name, one.value, one.at, "update")

    def _flow(self, link: _Link, trace: Trace) -> None:
        column = link.table.by_attribute(link.attribute)
        if column is None:
            return
        direct = all(self._origins.direct(option) is not None for option in options_of(link.value))
        null = direct and self._nulls.passes(link.value, link.field, link.attribute, link.at, trace)
        self.fields.setdefault(
            FieldFlow(
                link.field.cls.name,
                self._spans(link.field.cls.loc),
                link.field.name,
                link.table.name,
                self._spans(link.table.loc),
                column.name,
                self._spans(link.at.loc),
                link.at.function,
                "in",
                link.action,
                trace.root.qualname,
                null,
                self._nulls.asked(link.field, link.attribute, link.at, trace, beyond_null=True),
            )
        )

    def _lost(self, trace: Trace, links: list[_Link]) -> None:
        """Fields that nobody reads, of shapes whose other fields fill a row."""
        if trace.limited:
            return
        groups: dict[tuple[int, int, str], list[_Link]] = {}
        for link in links:
            groups.setdefault((id(link.field.cls), id(link.table), link.action), []).append(link)
        told: set[tuple[int, int, str]] = set()
        for group in groups.values():
            shape = self._shapes.of(group[0].field.cls)
            used = {link.field.name for link in group}
            if shape is None or len(used) < min(2, len(shape.fields) - 1) or self._escapes(trace, shape.cls):
                continue
            if len({link.at.loc for link in group if link.at.loc.end}) > 1 and group[0].action == "insert":
                continue  # several constructors: each fills what it is there for
            read = {got.name for got in trace.got if got.cls is shape.cls} | {
                link.field.name for link in links if link.field.cls is shape.cls
            }
            for name in shape.fields:
                # A row that is made and then completed loses a field once: where it is made.
                about = (id(shape.cls), id(group[0].table), name)
                if not is_route(trace.root) and self._is_handled(shape, name):
                    continue
                if name not in used and name not in read and about not in told:
                    told.add(about)
                    self._lose(trace, group, shape, name)

    def _is_handled(self, shape: ShapeClass, name: str) -> bool:
        """Whether anyone in the project reads a field of a shape, or may do so."""
        return (self._owner(shape.cls, name), name) in self._read or id(shape.cls) in self._dumped

    def _lose(self, trace: Trace, group: list[_Link], shape: ShapeClass, name: str) -> None:
        link = group[-1]
        column = link.table.by_attribute(name)
        if name in shape.used or self._is_filled(trace, link.table, name):
            return
        if column is None:
            # Another name may be meant: only a field that nothing in the project reads is lost for certain.
            named = {one.field.name for one in group if one.field.name == one.attribute}
            if len(named) * 2 < len(shape.fields) or self._is_handled(shape, name):
                return
            self._lost_field(trace, link, shape, name, None, raises=False)
            return
        if column.primary_key or (link.action == "update" and (id(shape.cls), name) in self._filled):
            return  # an update is told by other means which row it is about, and may get a whole view of it back
        call = next((built.call for built in trace.built if built.at.loc == link.at.loc), None)
        base = holder(call, frozenset(one.attribute for one in group))
        self._lost_field(
            trace, link, shape, name, column.name, raises=False,
            source=None if base is None else unparse(base), call=call,
        )  # fmt: skip

    def _lost_field(
        self, trace: Trace, link: _Link, shape: ShapeClass, name: str, column: str | None, *, raises: bool,
        source: str | None = None, call: code.Call | None = None,
    ) -> None:  # fmt: skip
        key = (id(shape.cls), name, id(link.table), link.at.loc)
        insertion = insertion_of(call, link.at.loc.path, self._spans) if source is not None else None
        if link.table.cls is not None and shape.fields[name].owner in link.table.cls.mro():
            self._shared.add(key)
        self._lost_fields.setdefault(
            key,
            LostField(
                shape.cls.name,
                self._spans(shape.fields[name].loc),
                name,
                link.table.name,
                self._spans(link.table.loc),
                column,
                self._spans(link.at.loc),
                link.at.function,
                trace.root.qualname,
                link.action,
                raises,
                source,
                insertion,
                call is not None and any(dumped(arg) is not None for arg in call.args),
            ),
        )

    @staticmethod
    def _is_filled(trace: Trace, table: TableDraft, name: str) -> bool:
        """Whether something else fills an attribute of the table, or may: then what the request says was not wanted."""
        if _refers(table, name) and any(table.by_attribute(given) is None for given in _given(trace, table)):
            return True  # an object is given to a relationship, which may be that of this foreign key
        for built in trace.built:
            if built.row.table is table and (built.open or name in built.values):
                return True
        return any(one.row.table is table and one.name in (name, None) for one in trace.assigned)

    def _escapes(self, trace: Trace, cls: Class) -> bool:
        return any(
            isinstance(kind := self._kinds.of(value), ShapeOf) and self._holds(kind.cls, cls, 0)
            for value, _ in trace.escaped
        )

    def _holds(self, outer: Class, inner: Class, depth: int) -> bool:
        """Whether a shape is, or has a field that holds, another."""
        if outer is inner:
            return True
        shape = self._shapes.of(outer)
        if shape is None or depth > 3:
            return False
        for field in shape.fields.values():
            kind = self._kinds.of_annotation(field.annotation)
            while isinstance(kind, Many):
                kind = kind.inner
            if isinstance(kind, ShapeOf) and kind.cls is not outer and self._holds(kind.cls, inner, depth + 1):
                return True
        return False

    def _foreign(self, trace: Trace, links: list[_Link]) -> None:
        """Fields that a dump brings to a row which has no such attribute."""
        for link in links:
            shape = self._shapes.of(link.field.cls)
            cls = link.table.cls
            if shape is None or cls is None or id(link.value) not in self._answers.modes:
                continue
            if link.table.by_attribute(link.attribute) is not None or not _is_closed(cls, link.table):
                continue
            if self._has(cls, link.attribute):
                continue
            loop = any(one.at == link.at and one.loop for one in trace.assigned)
            by_name = any(built.at == link.at and built.via == "constructor" for built in trace.built)
            if not loop and not by_name:
                continue
            model = link.table.origin == "sqlmodel"
            raises = (by_name and not model) or (loop and model)
            self._lost_field(trace, link, shape, link.field.name, None, raises=raises)

    def _has(self, cls: Class, name: str) -> bool:
        """Whether a model has an attribute of that name, be it a column, a relationship, a property or a method."""
        owners = [owner for owner in cls.mro() if isinstance(owner, Class)]
        return name in self._backrefs or any(name in owner.names or name in owner.annotations for owner in owners)

    # -- out -----------------------------------------------------------------------------------------------------------

    def _response(self, shaped: Shaped, trace: Trace) -> None:
        if shaped.source is not None:
            row = self._kinds.of(shaped.source)
            if isinstance(row, RowOf):
                self._from_attributes(
                    shaped.cls, row, shaped.at, shaped.values, open_=shaped.open and not shaped.values
                )
            return
        shown: dict[int, tuple[TableDraft, dict[str, str]]] = {}
        for field, value in shaped.values.items():
            found = self._origins.plain(value)
            if isinstance(found, FromColumn):
                shown.setdefault(id(found.table), (found.table, {}))[1][field] = found.column.name
        shape = self._shapes.of(shaped.cls)
        if shape is None or shaped.open or not shape.complete or not shown:
            return
        table, columns = max(shown.values(), key=lambda one: len(one[1]))
        for field, column in columns.items():
            self._shown(shaped, table, field, column)
        same = [field for field, column in columns.items() if field == column]
        if len(same) < 3 or 2 * len(same) < len(shaped.values):
            return
        for name, written in shape.fields.items():
            own = table.by_attribute(name)
            if name in shaped.values or written.aliased or (own is None and written.default is not None):
                continue
            # What a base class brings, or a shape that is no response, may be meant to keep its default here.
            shown_as_its_own = written.owner is shape.cls and id(shape.cls) in self._responses
            if written.default is not None and not shown_as_its_own:
                continue
            if written.default is not None and (shaped.cls, name) in trace.filled:
                continue  # it is filled behind the constructor
            self._unfilled(shape, name, table, None if own is None else own.name, shaped.at)

    def _shown(self, shaped: Shaped, table: TableDraft, field: str, column: str) -> None:
        self.fields.setdefault(
            FieldFlow(
                shaped.cls.name,
                self._spans(shaped.cls.loc),
                field,
                table.name,
                self._spans(table.loc),
                column,
                self._spans(shaped.at.loc),
                shaped.at.function,
                "out",
                "show",
            )
        )

    def _from_attributes(
        self, cls: Class, row: RowOf, at: At, given: Collection[str] = (), *, open_: bool = False
    ) -> None:
        shape = self._shapes.of(cls)
        if shape is None or not shape.complete or row.cls is None:
            return
        for name, field in shape.fields.items():
            column = row.table.by_attribute(name)
            if column is not None:
                self._shown(Shaped(at, cls, {}, open=False), row.table, name, column.name)
            elif name in given or open_:
                continue
            elif not field.aliased and _is_closed(row.cls, row.table) and not self._has(row.cls, name):
                # A field with a default may be filled later, or be shown by others that fill it.
                told = name in shape.used or (id(cls), name) in self._filled or self._naming.names(cls, name)
                if field.default is None or not (told or self._naming.tells_apart(field.owner, name)):
                    self._unfilled(shape, name, row.table, None, at)

    def _unfilled(self, shape: ShapeClass, name: str, table: TableDraft, column: str | None, at: At) -> None:
        self.unfilled.setdefault(
            (id(shape.cls), name, id(table), at.loc),
            UnfilledField(
                shape.cls.name,
                self._spans(shape.fields[name].loc),
                name,
                table.name,
                self._spans(table.loc),
                column,
                self._spans(at.loc),
                at.function,
                shape.fields[name].default is not None,
            ),
        )

    def _returned(self, trace: Trace) -> None:
        """A route that returns rows, shown as its `response_model`."""
        from persistlint.project.ledger.roots import route_of

        decorator = route_of(trace.root)
        given = None if decorator is None else decorator.kwargs.get("response_model")
        wanted = None if given is None else self._kinds.of_annotation(given)
        result = self._kinds.of(trace.result)
        while isinstance(wanted, Many) and isinstance(result, Many):
            wanted, result = wanted.inner, result.inner
        if isinstance(wanted, ShapeOf) and isinstance(result, RowOf):
            node = trace.root.node
            at = At(Loc(trace.root.path, node.at, node.at + len(trace.root.qualname)), None, trace.root.qualname, 0)
            self._from_attributes(wanted.cls, result, at)


def _refers(table: TableDraft, name: str) -> bool:
    """Whether a column is part of a foreign key."""
    column = table.by_attribute(name)
    parts = [part for key in table.keys for part in key.columns]
    return column is not None and any(part in (column.name, column.attribute) or part is column.made for part in parts)


def _given(trace: Trace, table: TableDraft) -> Iterator[str]:
    """The attributes that rows of a table are given."""
    for built in trace.built:
        if built.row.table is table:
            yield from built.values
    yield from (one.name for one in trace.assigned if one.row.table is table and one.name is not None)


def _is_closed(cls: Class, table: TableDraft) -> bool:
    """Whether everything that a model's rows have is known: no hidden base, no constructor or attribute hook."""
    if not table.complete:
        return False
    return not any(
        cls.find(name) is not None for name in ("__init__", "__getattr__", "__setattr__", "__getattribute__")
    )


def requested(
    kinds: Kinds, shapes: Shapes, functions: Iterable[Function], annotations: Callable[[Function], Iterable[Value]]
) -> set[int]:
    """The shapes, by identity of their class, that routes take, and those inside them."""
    found: set[int] = set()
    queue: list[Class] = []
    for function in functions:
        for annotation in annotations(function):
            kind = kinds.of_annotation(annotation)
            while isinstance(kind, Many):
                kind = kind.inner
            if isinstance(kind, ShapeOf):
                queue.append(kind.cls)
    while queue:
        cls = queue.pop()
        shape = shapes.of(cls)
        if id(cls) in found or shape is None:
            continue
        found.add(id(cls))
        for field in shape.fields.values():
            kind = kinds.of_annotation(field.annotation)
            while isinstance(kind, Many):
                kind = kind.inner
            if isinstance(kind, ShapeOf):
                queue.append(kind.cls)
    return found
