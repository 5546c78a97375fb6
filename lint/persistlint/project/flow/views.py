"""One function as the flow analysis sees it: its calls with their values, and which resource each variable holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from persistlint.facts import code
from persistlint.project.flow.states import Rid
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import Items, Loc, Made, Unknown, Value, options_of
from persistlint.project.resources.kinds import Kind, Resource, contained, receiver_of

Place = tuple[int, int]
_MOST_NAMES = 400
_LIVE = frozenset({
    "execute", "executemany", "exec_driver_sql", "cursor", "stream", "scalars", "stream_scalars", "query", "iterdump",
    "backup", "yield_per", "mappings",
})  # fmt: skip
"""Calls that give a result which is still to be read."""


@dataclass(slots=True)
class View:
    """`path` and `name` of the function, its body, and what was heard of it.

    `events` are its calls by place; `entered` the values of its `with` items by place.
    """

    path: str
    name: str
    body: code.Block
    params: frozenset[str]
    events: dict[Place, list[CallEvent]]
    entered: dict[Place, list[Value]]
    bodies: tuple[bytes, ...] = ()
    """The encoded bodies of the file's functions."""
    resources: dict[Rid, Resource] = field(default_factory=dict[Rid, Resource])
    names: dict[Rid, str] = field(default_factory=dict[Rid, str])
    variables: dict[str, set[Rid]] = field(default_factory=dict[str, set[Rid]])
    """Which resources a local variable may hold."""
    others: set[str] = field(default_factory=set[str])
    """Variables that also hold something that is no resource, other than None."""
    sources: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Which names a variable's value was made from."""
    globals: frozenset[str] = frozenset()
    bare: set[Place] = field(default_factory=set[Place])
    """The calls whose results nobody takes."""
    loaded: dict[str, Rid] = field(default_factory=dict[str, Rid])
    """Variables for objects of a session that expires them at each commit."""
    rows: dict[str, tuple[Rid, tuple[str, ...], frozenset[str]]] = field(
        default_factory=dict[str, "tuple[Rid, tuple[str, ...], frozenset[str]]"]
    )
    """Variables for rows that a session has loaded: whose, of which tables, with which columns."""
    counts: dict[str, set[Rid]] = field(default_factory=dict[str, set[Rid]])
    """Variables for how many rows a write changed, by whose write."""
    undecided: dict[str, set[Rid]] = field(default_factory=dict[str, set[Rid]])
    """Variables for results that tell whether a write was made, by whose write."""
    assumed: dict[int, Resource] = field(default_factory=dict[int, Resource])
    """What a parameter that is not known makes (`maker()`), where it is used as a connection or session is."""
    _rids: dict[int, Rid] = field(default_factory=dict[int, Rid])

    def at(self, node: code.Call) -> list[CallEvent]:
        """What was heard of a call."""
        return self.events.get((node.at, node.end), [])

    def rid(self, resource: Resource) -> Rid:
        """The name of a resource in this function. A cursor is its connection, a session's connection the session."""
        while resource.source is not None and (
            resource.kind is Kind.CURSOR or (resource.kind is Kind.CONNECTION and resource.source.kind is Kind.SESSION)
        ):
            resource = resource.source
        found = self._rids.get(id(resource.value))
        if found is not None:
            return found
        rid = self._new(resource)
        self._rids[id(resource.value)] = rid
        self.resources.setdefault(rid, resource)
        return rid

    def call(self, resource: Resource, rid: Rid) -> Rid:
        """Name a resource that a call of another function hands to this one to end."""
        self._rids[id(resource.value)] = rid
        self.resources.setdefault(rid, resource)
        return rid

    def _new(self, resource: Resource) -> Rid:
        value = resource.value
        if isinstance(value, Unknown) and value.parameter in self.params and _is_here(value.loc, self.path):
            return f"param:{value.parameter}"
        if isinstance(value, Made) and value.loc.path == self.path and (value.loc.at, value.loc.end) in self.events:
            return f"call:{value.loc.at}"
        loc = resource.loc
        return f"held:{loc.path}:{loc.at}" if loc is not None else f"held:{len(self._rids)}"

    def with_sources(self, rids: Iterable[Rid]) -> set[Rid]:
        """Resources, and the engines and factories that they were made from."""
        out = set(rids)
        for rid in list(out):
            source = self.resources[rid].source if rid in self.resources else None
            while source is not None:
                out.add(self.rid(source))
                source = source.source
        return out

    def handed(self, event: CallEvent) -> list[Resource]:
        """The engines, connections and sessions that the result of a call is or contains."""
        known = [one for one in contained(event.result) if one.kind is not Kind.CURSOR]
        return known or [self.assumed[key] for one in options_of(event.result) if (key := id(one)) in self.assumed]

    def read_from(self, node: code.Expr) -> set[Rid]:
        """The resources that the result of a call is still to be read from, where it is none itself."""
        inner = node.value if isinstance(node, code.Await) else node
        events = self.at(inner) if isinstance(inner, code.Call) else []
        if any(self.handed(event) for event in events):
            return set()
        sources = [receiver_of(event.func) for event in events if event.name in _LIVE]
        return {self.rid(source) for source in sources if source is not None}

    def value_rids(self, node: code.Expr | None) -> set[Rid]:
        """The resources that an expression may be, or directly contains."""
        match node:
            case None:
                return set()
            case code.Name(id=name):
                return set(self.variables.get(name, ()))
            case code.Await(value=inner) | code.Star(value=inner) | code.Walrus(value=inner):
                return self.value_rids(inner)
            case code.Call():
                events = self.at(node)
                handed = {self.rid(one) for event in events for one in self.handed(event)}
                # A result that is not fetched yet reads from its connection: who has it has both.
                return handed or self.read_from(node)
            case code.Seq(items=items):
                return {rid for item in items for rid in self.value_rids(item)}
            case code.Map(items=entries):
                return {rid for _, item in entries for rid in self.value_rids(item)}
            case code.IfExp(body=body, orelse=orelse):
                return self.value_rids(body) | self.value_rids(orelse)
            case code.Bin(op="or" | "and", left=left, right=right):
                return self.value_rids(left) | self.value_rids(right)
            case _:
                return set()


def _is_here(loc: Loc | None, path: str) -> bool:
    return loc is not None and loc.path == path


def look(view: View) -> None:
    """Fill in which variable holds which resource, and what each was made from."""
    for stmt in statements(view.body):
        match stmt:
            case code.Assign():
                for target in stmt.targets:
                    _bind(view, target, stmt.value)
            case code.AnnAssign():
                if stmt.value is not None:
                    _bind(view, stmt.target, stmt.value)
            case code.With():
                for manager, entered in stmt.items:
                    if entered is not None:
                        _enter(view, entered, manager)
            case code.Scope(is_global=True):
                view.globals |= frozenset(stmt.names)
            case code.Eval(value=value):
                view.bare.add(place_of(value.value if isinstance(value, code.Await) else value))
            case _:
                _change(view, stmt)
    view.others.update(view.params)


def _change(view: View, stmt: code.Stmt) -> None:
    if isinstance(stmt, code.For):
        _derive(view, stmt.target, stmt.iter)
    elif isinstance(stmt, code.AugAssign):
        _derive(view, stmt.target, stmt.value)
        view.others.update(names_in(stmt.target))


def _bind(view: View, target: code.Expr, value: code.Expr) -> None:
    if isinstance(target, code.Seq):
        _unpack(view, target.items, value)
        return
    _derive(view, target, value)
    if not isinstance(target, code.Name):
        return
    rids = view.value_rids(value)
    if rids:
        view.variables.setdefault(target.id, set()).update(rids)
        for rid in rids - view.read_from(value):
            view.names.setdefault(rid, target.id)
    elif not (isinstance(value, code.Lit) and value.value is None):
        view.others.add(target.id)


def _unpack(view: View, targets: Sequence[code.Expr], value: code.Expr) -> None:
    inner = value.value if isinstance(value, code.Await) else value
    if isinstance(inner, code.Seq) and len(inner.items) == len(targets):
        for target, part in zip(targets, inner.items, strict=True):
            _bind(view, target, part)
        return
    for index, target in enumerate(targets):
        _derive(view, target, value)
        if isinstance(target, code.Name) and isinstance(inner, code.Call):
            for event in view.at(inner):
                for option in options_of(event.result):
                    if isinstance(option, Items) and index < len(option.items):
                        for found in contained(option.items[index]):
                            _hold(view, target.id, found)


def _hold(view: View, name: str, found: Resource) -> None:
    rid = view.rid(found)
    view.variables.setdefault(name, set()).add(rid)
    view.names.setdefault(rid, name)


def _enter(view: View, target: code.Expr, manager: code.Expr) -> None:
    _derive(view, target, manager)
    if not isinstance(target, code.Name):
        return
    for value in view.entered.get(place_of(manager), ()):
        inner = [item for option in options_of(value) for item in entered_value(option)]
        for found in (one for item in inner for one in contained(item)):
            _hold(view, target.id, found)


def entered_value(value: Value) -> list[Value]:
    """What `with value as …` binds, where `value` is one."""
    return list(value.items[:1]) if isinstance(value, Items) and value.kind == "context" else [value]


def _derive(view: View, target: code.Expr, value: code.Expr) -> None:
    for name in names_in(target):
        view.sources.setdefault(name, set()).update(names_in(value))


def place_of(node: code.Expr) -> Place:
    """Where an expression stands."""
    return getattr(node, "at", -1), getattr(node, "end", -1)


def origins(view: View, names: Iterable[str]) -> frozenset[str]:
    """The names themselves, and all that their values were made from."""
    seen: set[str] = set()
    queue = list(names)
    while queue and len(seen) < _MOST_NAMES:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue.extend(view.sources.get(name, ()))
    return frozenset(seen)


def names_in(node: code.Node | None) -> set[str]:
    """The plain names in an expression."""
    return {one.id for one in nodes(node) if isinstance(one, code.Name)}


def nodes(node: object) -> Iterator[code.Node]:
    """A node and all expressions in it; functions that it defines are not entered."""
    if isinstance(node, tuple):
        for item in cast("tuple[object, ...]", node):
            yield from nodes(item)
    elif isinstance(node, code.Node):
        yield node
        if not isinstance(node, code.Lambda):
            for name in node.__struct_fields__:
                yield from nodes(getattr(node, name))


def statements(body: code.Block) -> Iterator[code.Stmt]:
    """All statements of a body, in order; those of functions and classes that it defines are not entered."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block)


def blocks(stmt: code.Stmt) -> list[code.Block]:
    """The bodies of a compound statement."""
    match stmt:
        case (
            code.If(body=body, orelse=orelse)
            | code.While(body=body, orelse=orelse)
            | code.For(body=body, orelse=orelse)
        ):
            return [body, orelse]
        case code.Try(body=body, handlers=handlers, orelse=orelse, final=final):
            return [body, *(handler.body for handler in handlers), orelse, final]
        case code.With(body=body):
            return [body]
        case code.Match(cases=cases):
            return [case.body for case in cases]
        case _:
            return []
