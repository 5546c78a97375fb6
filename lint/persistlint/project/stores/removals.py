"""Where the file of a database, or a folder above it, is deleted, moved or written over under open connections."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from persistlint.facts import code
from persistlint.facts.stores import Database, Opening, Removal
from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Attribute, External, Loc, Made, Value, options_of
from persistlint.project.resources.kinds import resource_of
from persistlint.project.stores import database
from persistlint.project.stores.database import Origins
from persistlint.project.stores.grouping import is_same, of_several_files
from persistlint.project.stores.watch import Heard, Moment, Watch, anchor, path_of
from persistlint.source import Span

_DELETE = frozenset({"os.remove", "os.unlink", "shutil.rmtree"})
_MOVE = frozenset({"os.rename", "os.replace", "os.renames", "shutil.move"})
_COPY = frozenset({"shutil.copy", "shutil.copy2", "shutil.copyfile"})
_FILES_ONLY = frozenset({"os.remove", "os.unlink"})
_LASTING = frozenset({"module", "global", "cache", "memo"})
# What runs before anybody opens the file, or after everybody is done with it.
_ONCE = re.compile(r"(?i)(?:^|[._])(?:main|cli|lifespan|on_?start\w*|start_?up\w*|set_?up\w*|at_?exit\w*)$")


@dataclass(frozen=True, slots=True)
class _Gone:
    """A path that is no longer what it was, by one call, as it was met in one interpretation."""

    event: CallEvent
    moment: Moment
    value: Value
    what: str
    folder: bool
    """Whether the path may be a folder."""


@dataclass(frozen=True, slots=True)
class _Life:
    """When an opening was met and when its connections were closed, with the places of that, in each interpretation."""

    opened: tuple[Moment, ...]
    closed: tuple[tuple[Moment, Span], ...]
    paths: frozenset[int]
    """By identity, what it was given as the path."""

    def is_open(self, at: Moment) -> bool:
        """Whether it is met before."""
        return any(one.root == at.root and one.order < at.order for one in self.opened)

    def is_opened_after(self, at: Moment) -> bool:
        """Whether it is met afterwards."""
        return any(one.root == at.root and one.order > at.order for one in self.opened)

    def is_closed_before(self, at: Moment) -> bool:
        """Whether its connections are closed before."""
        return any(one.root == at.root and one.order < at.order for one, _ in self.closed)

    def closed_after(self, at: Moment) -> Span | None:
        """Where its connections are closed afterwards."""
        return next((span for one, span in self.closed if one.root == at.root and one.order > at.order), None)


class Removals:
    """Finds for each opening what takes its file away."""

    def __init__(self, watch: Watch, origins: Origins, spans: Callable[[Loc], Span]) -> None:
        self._watch = watch
        self._origins = origins
        self._spans = spans
        self._gone = [gone for one in watch.removals for gone in _gone_by(one)]
        self._unknown: list[Moment] = []
        self._met = _by_span((spans(made.loc), (made, moment)) for made, _, moment in watch.openings)
        self._disposals = _by_span((self._place(one.event), one.moment) for one in watch.disposals)
        known = [(made, one) for one in watch.closings if (made := anchor(one.receiver)) is not None]
        self._closings = _by_span((spans(made.loc), (one.moment, self._place(one.event))) for made, one in known)

    def added(self, openings: Sequence[Opening]) -> tuple[Opening, ...]:
        """The openings with the removals of their files."""
        if not self._gone:
            return tuple(openings)
        several = of_several_files(openings)
        ends = {one.span for opening in openings for one in opening.disposed}
        # `app.state.close_all()` of something that cannot be followed may well close it.
        unknown = [one for one in self._watch.closings if anchor(one.receiver) is None]
        self._unknown = [one.moment for one in unknown if self._place(one.event) not in ends]
        targets = [(gone, database.of_path(gone.value, self._origins)) for gone in self._gone]
        out: list[Opening] = []
        for one in openings:
            found: dict[Span, list[_Gone]] = {}
            life = self._life(one)
            for gone, target in targets if one.database.is_sqlite_file else ():
                if self._takes(gone, target, one, life, several):
                    found.setdefault(self._place(gone.event), []).append(gone)
            removals = (self._removal(span, met, one, life) for span, met in sorted(found.items()))
            out.append(replace(one, removals=tuple(removal for removal in removals if removal is not None)))
        return tuple(out)

    def _life(self, opening: Opening) -> _Life:
        met = self._met.get(opening.span, [])
        ends = sorted({one.span for one in opening.disposed})
        closed = [(moment, span) for span in ends for moment in self._disposals.get(span, ())]
        if not opening.is_engine:
            closed += self._closings.get(opening.span, ())
        paths = {id(whole) for made, _ in met for whole in database.wholes(path_of(made))}
        return _Life(tuple(moment for _, moment in met), tuple(closed), frozenset(paths))

    def _takes(self, gone: _Gone, target: Database, opening: Opening, life: _Life, several: frozenset[str]) -> bool:
        """Whether what is gone is the file of an opening, or a folder above it."""
        wholes = list(database.wholes(gone.value))
        if not life.paths.isdisjoint(map(id, wholes)) or is_same(target, opening.database, several):
            return True
        if not gone.folder:
            return False
        # The name of a parameter alone does not tell that two functions are given the same folder; closing it does.
        above = f"{target.words}/" if target.words else None
        if above and (opening.database.words or "").startswith(above) and life.closed_after(gone.moment):
            return True
        if not set(target.origins).isdisjoint(opening.database.folders):
            return True
        parents = [one.base for one in wholes if isinstance(one, Attribute) and one.name == "parent"]
        files = {name for one in parents for name in database.of_path(one, self._origins).origins}
        return not files.isdisjoint(opening.database.origins)

    def _removal(self, span: Span, met: Sequence[_Gone], opening: Opening, life: _Life) -> Removal | None:
        """What to say of one place; None where connections are closed before, or where that cannot be told."""
        gone, moments = met[0], [one.moment for one in met]
        found = Removal(span, gone.event.function, gone.what, _written(gone))
        if any(life.is_closed_before(one) or self._may_be_closed_before(one) for one in moments):
            return None
        block = next((held for one in moments if (held := self._block(one, opening)) is not None), None)
        closed = next((end for one in moments if (end := life.closed_after(one)) is not None), None)
        if block is not None:
            return replace(found, block=block)
        if closed is not None and (_is_kept(opening) or any(map(life.is_open, moments))):
            return replace(found, closed=closed)
        if not _is_kept(opening, _LASTING):
            return None  # who opens it for each use has closed it again
        first = any(life.is_opened_after(one) for one in moments)
        return None if first or any(_is_once(one) for one in met) else found

    def _block(self, at: Moment, opening: Opening) -> Span | None:
        """What the innermost `with` block over a connection of the opening is entered over."""
        for _, value in reversed(at.held):
            for one in options_of(value):
                if isinstance(one, Made) and self._is_of(one, opening):
                    return self._spans(one.loc)
        return None

    def _is_of(self, manager: Made, opening: Opening) -> bool:
        made = anchor(resource_of(manager))
        return made is not None and self._spans(made.loc) == opening.span

    def _may_be_closed_before(self, at: Moment) -> bool:
        return any(one.root == at.root and one.order < at.order for one in self._unknown)

    def _place(self, event: CallEvent) -> Span:
        return self._spans(Loc(event.path, event.node.at, event.node.end))


_T = TypeVar("_T")


def _by_span(pairs: Iterable[tuple[Span, _T]]) -> dict[Span, list[_T]]:
    out: dict[Span, list[_T]] = {}
    for span, one in pairs:
        out.setdefault(span, []).append(one)
    return out


def _gone_by(heard: Heard) -> Iterator[_Gone]:
    """What one call takes away: what it deletes or moves, and what it writes over."""
    event, moment = heard.event, heard.moment
    match event.func:
        case External(name=name) if name in _DELETE and event.args:
            yield _Gone(event, moment, event.args[0], "deleted", name not in _FILES_ONLY)
        case External(name=name) if name in _MOVE and len(event.args) > 1:
            yield _Gone(event, moment, event.args[0], "moved", folder=True)
            yield _Gone(event, moment, event.args[1], "replaced", folder=False)
        case External(name=name) if name in _COPY and len(event.args) > 1:
            yield _Gone(event, moment, event.args[1], "replaced", folder=False)
        case Attribute(base=base, name="unlink") if not event.args:
            yield _Gone(event, moment, base, "deleted", folder=False)
        case Attribute(base=base, name="rename" | "replace") if len(event.args) == 1:
            yield _Gone(event, moment, base, "moved", folder=True)
            yield _Gone(event, moment, event.args[0], "replaced", folder=False)
        case _:
            pass


def _is_kept(opening: Opening, places: frozenset[str] | None = None) -> bool:
    return any(places is None or kept.where in places for kept in opening.kept)


def _is_once(gone: _Gone) -> bool:
    return gone.event.caller is None or _ONCE.search(gone.event.function or "") is not None


def _written(gone: _Gone) -> str:
    """The path as written."""
    node, func = gone.event.node, gone.event.func
    if isinstance(func, Attribute) and isinstance(node.func, code.Attr) and gone.value is func.base:
        return unparse(node.func.base)
    is_target = gone.what == "replaced" and not isinstance(func, Attribute)
    return unparse(node.args[1 if is_target else 0].value)
