"""What a project's stores were at older revisions: the schemas that its users may still have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from persistlint.project.interp.values import Function
from persistlint.project.link import Linkage
from persistlint.replay.differences import Comparison, create
from persistlint.replay.memory import Memory
from persistlint.replay.runner import Runner
from persistlint.replay.starts import Parse, Past, Start, dump
from persistlint.source import is_test

if TYPE_CHECKING:
    from persistlint.replay.stores import Store

Schema = tuple[tuple[str, ...], frozenset[str]]
"""Statements that make it, and the revisions that have run."""


class Histories:
    """Looks for the stores of a project in its own past."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def starts(
        self, stores: Sequence[Store], tables: Mapping[str, frozenset[str]], pasts: Sequence[Past]
    ) -> Mapping[str, list[Start]]:
        """By name of each store: what it was at each revision at which it had any tables.

        `tables` are the names of those that it has today.
        """
        out: dict[str, list[Start]] = {store.name: [] for store in stores}
        for past in pasts:
            if past.same is not None:
                for known in out.values():
                    known.extend(replace(one, name=past.name) for one in list(known) if one.name == past.same)
                continue
            old = _Old(past.load(), self._parse)
            for store in stores:
                schema = old.schema(store, tables[store.name])
                if schema is not None and schema[0]:
                    out[store.name].append(Start(past.name, schema[0], done=schema[1]))
        return out


class _Old:
    """The project at one revision."""

    def __init__(self, linkage: Linkage, parse: Parse) -> None:
        self._runner = Runner(linkage, parse)
        self._compare = Comparison(linkage, parse)
        self._functions = [f for f in linkage.machine.functions if not is_test(f.path)]

    def schema(self, store: Store, tables: frozenset[str]) -> Schema | None:
        """What a database of that store was when this revision had made it."""
        if store.folder is not None and (found := self._migrated(store)) is not None:
            return found
        if store.scripts is not None:
            return self._scripted(store.scripts)
        for function in self._like(store):
            opened = self._runner.opened_fresh((function,))
            if opened is not None:
                with opened.memory as memory:
                    return dump(memory), frozenset()
        return self._modelled(tables)

    def _migrated(self, store: Store) -> Schema | None:
        """The same revisions, as far as there were any."""
        now = store.folder or ""
        names = {f.qualname for f in store.path if isinstance(f, Function)}
        folder = now if now in self._runner.folders else None
        if folder is None:
            tail = now.rpartition("/")[2]
            folder = next((one for one in self._runner.folders if one.rpartition("/")[2] == tail), None)
        if folder is None:
            return None
        revisions = self._runner.folders[folder]
        with Memory() as memory:
            opener = next((f for f in self._like(store) if names != {"upgrade"}), None)
            path = (opener,) if opener is not None else tuple(one.upgrade for one in revisions)
            self._runner.walk(self._runner.live(memory), path)
            return dump(memory), frozenset(one.name for one in revisions)

    def _scripted(self, folder: str) -> Schema | None:
        """The same folder's scripts, as far as there were any."""
        scripts = self._runner.numbered.get(folder, ())
        with Memory() as memory:
            self._runner.walk(self._runner.live(memory), scripts)
            return (dump(memory), frozenset(one.name for one in scripts)) if scripts else None

    def _like(self, store: Store) -> list[Function]:
        """The function that opened the store: of the same name in the same module, else anywhere if there is one."""
        if len(store.path) != 1:
            return []
        [now] = store.path
        if not isinstance(now, Function):
            return []
        same = [f for f in self._functions if f.qualname == now.qualname]
        here = [f for f in same if f.env.module.name == now.env.module.name]
        return here or (same if len(same) == 1 else [])

    def _modelled(self, tables: frozenset[str]) -> Schema | None:
        """The models' tables of the MetaData that shares most with those of today."""
        shared = {
            name: len({one.name.lower() for one in facts} & tables) for name, facts in self._compare.families().items()
        }
        best = max(sorted(shared), key=lambda name: shared[name], default="")
        if not shared.get(best):
            return None
        with Memory() as memory:
            create(memory, {one.name.lower(): one for one in self._compare.families()[best]})
            return dump(memory), frozenset()
