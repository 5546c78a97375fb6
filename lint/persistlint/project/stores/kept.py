"""Where an engine is kept, what is done to it afterwards, and where it is disposed of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from persistlint.facts import code
from persistlint.facts.stores import Disposal, Kept, Readied
from persistlint.project.interp.frames import SetEvent, location
from persistlint.project.interp.modules import Module
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Class, Loc, Made
from persistlint.project.stores import locks
from persistlint.project.stores.shape import Around, Shapes, walk
from persistlint.project.stores.watch import Assigned, Heard, Moment, anchor, door
from persistlint.source import Span

_MOST_HOPS = 4
Looks = list[tuple[code.Expr, tuple[Around, ...]]]


@dataclass(frozen=True, slots=True)
class _Disposing:
    """A call of `dispose`: what it is called on, and the cache of which file that comes from."""

    made: Made | None
    source: tuple[str, str | None]
    disposal: Disposal


class Keeping:
    """Finds the places of each opening."""

    def __init__(
        self,
        modules: Callable[[str], Module | None],
        shapes: Shapes,
        spans: Callable[[Loc], Span],
        coroutines: frozenset[tuple[str, int] | None],
        disposals: Iterable[Heard],
    ) -> None:
        self._modules = modules
        self._shapes = shapes
        self._spans = spans
        self._coroutines = coroutines
        self._sources: dict[tuple[str, int], tuple[str | None, bool]] = {}
        self._disposing = [one for use in disposals if (one := self._ended(use)) is not None]

    def kept(self, sets: list[Assigned], ready: list[tuple[str, Moment, Loc]]) -> list[Kept]:
        """Where an opening is stored, in order; `ready` are the steps that make it ready."""
        out: list[Kept] = []
        for one in sets:
            event = one.event
            module = self._modules(event.path)
            if module is None:
                continue
            place = location(event.node, event.path)
            body = self._shapes.innermost(module, place.at)
            name = place_of(event.node)
            around = _around(body, event.node)
            looks = list(_looks(body, name, place.at))
            outside = self._outside(looks, event.path)
            looked = outside is not None and not any(locks.own(inner) for _, inner in looks)
            locked = locks.covers(one.moment.held, around, looked, name, place.at)
            out.append(
                Kept(
                    _kind(event),
                    unparse(event.node),
                    self._spans(place),
                    event.function,
                    locked,
                    bool(looks),
                    event.caller in self._coroutines,
                    outside,
                    tuple(
                        Readied(what, self._spans(loc))
                        for what, moment, loc in ready
                        # In its own interpretation all that follows is done before the function returns.
                        if moment.root == one.moment.root == event.caller and moment.order > one.moment.order
                    ),
                )
            )
        return out

    def _outside(self, looks: Looks, path: str) -> Span | None:
        for test, around in looks:
            if not locks.own(around):
                return self._spans(location(test, path))
        return None

    def disposed(self, made: Made, kept: list[Kept]) -> list[Disposal]:
        """Where an opening is disposed of: by itself, or as what its cache holds."""
        caches = {(one.span.path, one.name.partition("[")[0]) for one in kept if one.where == "cache"}
        out: dict[Span, Disposal] = {}
        for one in self._disposing:
            if one.made is made or one.source in caches:
                disposal, before = one.disposal, out.get(one.disposal.span)
                # In one call of the function a lock may be held, in another not.
                out[disposal.span] = replace(disposal, locked=disposal.locked or (before is not None and before.locked))
        return list(out.values())

    def _ended(self, use: Heard) -> _Disposing | None:
        event = use.event
        module = self._modules(event.path)
        if module is None:
            return None
        source, forgotten = self._source(module, event.node)
        span = self._spans(Loc(event.path, event.node.at, event.node.end))
        name = None if event.function is None else door(event.path, event.function)
        walked = self._shapes.walked(self._shapes.innermost(module, event.node.at))
        locked = locks.is_locked(use.moment.held) or any(
            locks.own(around) or any(map(_is_held, around))
            for node, around in walked
            if (isinstance(node, code.Call) and node.at == event.node.at)
            or (source is not None and _takes_out(node, source))
        )
        disposal = Disposal(span, event.function, name, source, forgotten, locked)
        return _Disposing(anchor(use.receiver), (event.path, source), disposal)

    def _source(self, module: Module, call: code.Call) -> tuple[str | None, bool]:
        """The cache that the receiver of a `dispose` comes from, and whether it is taken out of it as well."""
        key = (module.path, call.at)
        if key not in self._sources:
            body = self._shapes.innermost(module, call.at)
            source = _source(body, call)
            self._sources[key] = (
                source,
                source is None or any(_takes_out(node, source) for node, _ in self._shapes.walked(body)),
            )
        return self._sources[key]


def place_of(target: code.Expr) -> str:
    """What a target is a place of: the cache of `cache[key]`, the name of a global, `self.engine`."""
    return unparse(target.base if isinstance(target, code.Sub) else target)


def _kind(event: SetEvent) -> str:
    if event.base is None or (isinstance(event.base, Class) and event.name is not None):
        return "global"  # an attribute of the class is there once, as a global is
    return "cache" if event.name is None else "attribute"


def _around(body: code.Block, target: code.Expr) -> tuple[Around, ...]:
    """What a target stands in; a body that is decoded twice has other nodes, with the same text at the same places."""
    at, written = location(target, "").at, unparse(target)
    for node, around in walk(body):
        if not isinstance(node, code.Name | code.Attr | code.Sub):
            continue
        if location(node, "").at == at and unparse(node) == written:
            return around
    return ()


def _looks(body: code.Block, name: str, before: int) -> Iterator[tuple[code.Expr, tuple[Around, ...]]]:
    """What asks for a place before something is stored in it: conditions, and what `except KeyError` is around."""
    read = {name}
    for node, around in walk(body):
        if isinstance(node, code.Assign) and node.at < before and _mentions(node.value, {name}):
            read.update(unparse(target) for target in node.targets if isinstance(target, code.Name))
        if isinstance(node, code.If) and node.at < before and _mentions(node.test, read):
            yield node.test, around
        if isinstance(node, code.Try) and node.at < before and _stores(node.handlers, before):
            tried = next((one for one, _ in walk(node.body) if _is_named(one, {name})), None)
            if tried is not None:
                yield cast("code.Expr", tried), around


def _stores(handlers: tuple[code.Handler, ...], at: int) -> bool:
    """Whether an offset is in one of these handlers."""
    return any(getattr(node, "at", -1) == at for handler in handlers for node, _ in walk(handler.body))


def _mentions(node: code.Node, names: set[str]) -> bool:
    return any(_is_named(part, names) for part, _ in walk((code.Eval(0, node),)))  # type: ignore[arg-type]


def _is_named(node: code.Node, names: set[str]) -> bool:
    return isinstance(node, code.Name | code.Attr) and unparse(node) in names


def _source(body: code.Block, call: code.Call) -> str | None:
    """The cache that the receiver of `engine.dispose()` was read from: `cache[key].dispose()`, `cache.get(key)`."""
    if not isinstance(call.func, code.Attr):
        return None
    receiver = call.func.base
    while isinstance(receiver, code.Attr):
        receiver = receiver.base  # `store.engine.dispose()`, `cache[key].engine.dispose()`
    for _ in range(_MOST_HOPS):  # `entry = cache.get(key)`, `engine, factory = entry`
        if not isinstance(receiver, code.Name):
            break
        receiver = _assigned(body, receiver.id) or receiver
    while isinstance(receiver, code.Sub) and isinstance(receiver.base, code.Sub | code.Call):
        receiver = receiver.base  # `cache[key][0].dispose()`
    match receiver:
        case code.Sub(base=base):
            return unparse(base)
        case code.Call(func=code.Attr(base=base, name="get" | "pop")):
            return unparse(base)
        case _:
            return None


def _assigned(body: code.Block, name: str) -> code.Expr | None:
    for node, _ in walk(body):
        if isinstance(node, code.Assign) and any(_binds(target, name) for target in node.targets):
            return node.value
    return None


def _binds(target: code.Expr, name: str) -> bool:
    if isinstance(target, code.Seq):
        return any(_binds(item, name) for item in target.items)
    return isinstance(target, code.Name) and target.id == name


def _is_held(around: Around) -> bool:
    """Whether it is a block over something that is there already, as a lock is: `with cls._guard:`."""
    node = around.node
    return isinstance(node, code.With) and any(isinstance(one, code.Name | code.Attr) for one, _ in node.items)


def _takes_out(node: code.Node, cache: str) -> bool:
    """Whether a statement or call takes something out of a cache."""
    match node:
        case code.Del(targets=targets) | code.Assign(targets=targets):
            return any(place_of(target) == cache for target in targets)
        case code.Call(func=code.Attr(base=base, name="pop" | "clear" | "popitem")):
            return unparse(base) == cache
        case _:
            return False
