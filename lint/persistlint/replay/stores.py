"""Which databases a project has, and what opens or upgrades each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from persistlint.facts.stores import Opening
from persistlint.project.interp.values import Function
from persistlint.project.link import Linkage
from persistlint.project.sql.drivers import is_elsewhere
from persistlint.replay import entries
from persistlint.replay.differences import Comparison, Tables, create
from persistlint.replay.memory import Memory
from persistlint.replay.runner import Runner
from persistlint.replay.units import Unit
from persistlint.source import is_test


@dataclass(frozen=True, slots=True)
class Store:
    """One database of the project: what opens or upgrades it.

    `path` are its functions or scripts in order, empty for tables that are created while a module is imported;
    `folder` is that of its Alembic revisions, `scripts` that of its numbered `.sql` files.
    """

    name: str
    path: tuple[Unit, ...]
    folder: str | None = None
    tables: Tables | None = None
    scripts: str | None = None
    picked: bool = False
    """Somebody who was not seen, or who is given it or its module, picks when to call it: by a version, as a rule."""

    @property
    def once(self) -> bool:
        """Whether each part of the path is run once for a database, and not at every start."""
        return self.folder is not None or self.scripts is not None

    @property
    def again(self) -> bool:
        """Whether the path is run at every start, as far as can be seen."""
        return not self.once and not self.picked


class Stores:
    """The stores of one linked project."""

    def __init__(self, linkage: Linkage, runner: Runner, compare: Comparison) -> None:
        self._link = linkage
        self._runner = runner
        self._compare = compare

    def upgrading(self) -> Iterator[Store]:
        """Each store that something upgrades."""
        for folder, revisions in self._runner.folders.items():
            opener = self._migrating_opener(folder)
            path = (opener,) if opener is not None else tuple(one.upgrade for one in revisions)
            yield Store(folder, path, folder)
        for folder, scripts in self._runner.scripts.items():
            yield Store(folder, tuple(scripts), scripts=folder)
        yield from (self._opened_by(function) for function in self._openers(self._link.calls.defining))

    def only_creating(self, others: Sequence[Store]) -> list[Store]:
        """Stores that nothing upgrades, whose tables no other store has: an older schema stays what it was."""
        known = {store.name for store in others}
        found = [one for function in self._openers(set()) if (one := self._opened_by(function)).name not in known]
        for path, value in self._link.calls.at_import:
            facts = () if is_test(path) else self._link.found.tables_of(value)
            if facts:
                tables = {table.name.lower(): table for table in facts}
                found.append(Store(f"{path}:{min(tables)}", (), tables=tables))
        taken = set[str]().union(*map(self.tables, others))
        out: list[Store] = []
        for store in found:
            tables_of = self.tables(store)
            if tables_of and not tables_of & taken:
                taken |= tables_of
                out.append(store)
        return out

    def tables(self, store: Store) -> frozenset[str]:
        """The names of the tables that a fresh install of the store has."""
        if store.tables is not None:
            return frozenset(store.tables)
        with Memory() as memory:
            self._runner.walk(self._runner.live(memory), store.path)
            if store.folder is not None:
                create(memory, self._compare.models_of(memory, set()))
            return frozenset(one.name.lower() for one in memory.stored() if one.kind == "table")

    def _functions(self) -> dict[entries.Key, Function]:
        elsewhere = {module.path for module in self._link.modules if is_elsewhere(module.facts.body)}
        functions = self._link.machine.functions
        return {entries.key_of(f): f for f in functions if f.path not in elsewhere and not is_test(f.path)}

    def _migrating_opener(self, folder: str) -> Function | None:
        """The function that first creates tables and then runs the revisions of that folder, where there is one."""
        calls, known = self._link.calls, self._functions()
        nearest = {key for key in calls.migrating if key in known and self._runner.folder_for(key[0]) == folder}
        return entries.both(known, calls.edges, nearest, calls.defining) if nearest else None

    def _openers(self, left_out: set[entries.Key]) -> list[Function]:
        """Functions that change a schema by hand, outside Alembic's scripts and outside tests."""
        calls, known = self._link.calls, self._functions()
        scripts = {module.path for module in self._link.modules if "down_revision" in module.env.names}
        acting = {key for key in calls.acting if key in known and key[0] not in scripts}
        return entries.openers(known, calls.edges, acting, left_out, self._opening(known))

    def _opened_by(self, function: Function) -> Store:
        calls = self._link.calls
        picked = function.path in calls.handed or entries.key_of(function) in calls.callbacks or _is_hidden(function)
        return Store(f"{function.env.module.name}:{function.qualname}", (function,), picked=picked)

    def _opening(self, known: Mapping[entries.Key, Function]) -> dict[entries.Key, str]:
        """The functions that open a database, with what tells it from others: the same words are the same path."""
        named = {(function.path, function.qualname): key for key, function in known.items()}
        openings = self._link.project.openings
        found = ((named.get((one.span.path, one.function or "")), one) for one in openings)
        return {key: _database(one) for key, one in found if key is not None}


def _is_hidden(function: Function) -> bool:
    """Whether it is a private method, or `__call__`: its class calls it, from where nobody was seen to."""
    owner, _, name = function.qualname.rpartition(".")
    return bool(owner) and name.startswith("_") and name not in ("__init__", "__enter__", "__aenter__")


def _database(opening: Opening) -> str:
    """What tells a database from others: the path in words, and what that comes from; else the class or function that
    opens it, for the methods of one object open one database."""
    found = opening.database
    if found.origins or (found.words is not None and not found.words.startswith("{…}")):
        return " ".join((found.words or "", *found.origins))
    return f"{opening.span.path}:{(opening.function or '').partition('.')[0]}"
