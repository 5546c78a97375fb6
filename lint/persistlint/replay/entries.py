"""Where upgrades begin: the functions that open a store, and Alembic's revisions in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Choice, Const, Function, Items, Value, known
from persistlint.replay.numbered import FOREIGN_FOLDERS

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Revision:
    """One Alembic revision script."""

    name: str
    parents: tuple[str, ...]
    module: Module
    upgrade: Function
    depends_on: tuple[str, ...] = ()
    """Revisions of other branches that run before it."""
    labelled: bool = False
    """Whether it begins a branch with a name of its own."""


def revisions(machine: Machine, modules: Iterable[Module]) -> dict[str, list[Revision]]:
    """The revisions of each folder, parents before children; folders named for another database are left out."""
    found: dict[str, list[Revision]] = {}
    for module in modules:
        folder = module.path.rpartition("/")[0]
        if FOREIGN_FOLDERS & set(folder.split("/")):
            continue
        revision = _revision(machine, module)
        if revision is not None:
            found.setdefault(folder, []).append(revision)
    return {folder: _ordered(some) for folder, some in sorted(found.items())}


def _revision(machine: Machine, module: Module) -> Revision | None:
    names = module.env.names
    if "revision" not in names or "down_revision" not in names:
        return None
    name, upgrade = known(machine.lookup(module, "revision")), names.get("upgrade")
    if name is None or not isinstance(upgrade, Function):
        return None
    labels = names.get("branch_labels")
    labelled = labels is not None and not (isinstance(labels, Const) and labels.value is None)
    depends = _parents(names["depends_on"]) if "depends_on" in names else ()
    return Revision(name, _parents(names["down_revision"]), module, upgrade, depends, labelled)


def _parents(value: Value) -> tuple[str, ...]:
    if isinstance(value, Items):
        return tuple(name for item in value.items if (name := known(item)) is not None)
    if isinstance(value, Choice):
        value = value.options[0]
    name = known(value)
    return () if name is None else (name,)


def _ordered(revisions: list[Revision]) -> list[Revision]:
    by_name = {one.name: one for one in revisions}
    done: dict[str, Revision] = {}
    for start in sorted(by_name):
        stack = [start]
        while stack:
            current = by_name[stack[-1]]
            before = (*current.parents, *current.depends_on)
            waiting = [one for one in before if one in by_name and one not in done and one not in stack]
            if waiting:
                stack.append(waiting[0])
                continue
            stack.pop()
            done.setdefault(current.name, current)
    return list(done.values())


def heads(revisions: Iterable[Revision]) -> list[Revision]:
    """The revisions that no other builds on."""
    some = list(revisions)
    parents = {parent for one in some for parent in one.parents}
    return [one for one in some if one.name not in parents]


def openers(
    functions: Mapping[Key, Function],
    edges: Mapping[Key, set[Key]],
    acting: set[Key],
    defining: set[Key],
    opening: Mapping[Key, str],
) -> list[Function]:
    """The functions by which stores are opened and upgraded, one a store.

    All of `acting` (functions that change a schema) are reached from one. What reaches fewer databases (`opening`: the
    functions that open one, with what tells it from others) is closer to one store; of those the one that reaches most
    of `acting`, with least besides.
    Those that only define what is missing (`create_all`) upgrade nothing and are left out.
    """
    reached = {key: reach(key, edges) for key in functions}
    chosen: list[Key] = []
    for one in sorted(acting):
        databases = {
            key: len({opening[other] for other in reached[key] if other in opening})
            for key in reached
            if one in reached[key]
        }
        opened = [key for key, count in databases.items() if count]
        if opened:
            best = min(opened, key=lambda key: (databases[key], *_rank(key, reached, acting)))
            chosen.append(_without_more(best, functions, reached, acting))
    whole = [
        key for key in dict.fromkeys(chosen)
        if not any(reached[key] & acting < reached[other] & acting for other in chosen)
    ]  # fmt: skip
    left = acting.difference(*(reached[key] for key in whole))
    while left:
        best = min(reached, key=lambda key: _rank(key, reached, left))
        if not reached[best] & left:
            break
        left -= reached[best]
        whole.append(best)
    kept: list[Key] = []
    for key in whole:
        others = set[Key]().union(*(reached[other] & acting for other in kept))
        if (reached[key] & acting) - others:
            kept.append(key)
    return [functions[key] for key in kept if (reached[key] & acting) - defining]


def _without_more(
    best: Key, functions: Mapping[Key, Function], reached: Mapping[Key, set[Key]], acting: set[Key]
) -> Key:
    """What it calls that does the same and is given nothing: that has the database from elsewhere, and what `best`
    opens besides is another one."""
    same = [
        key
        for key in reached[best]
        if key in reached and not functions[key].node.params and reached[key] & acting == reached[best] & acting
    ]
    return min(same, key=lambda key: (len(reached[key]), key), default=best)


def _rank(key: Key, reached: Mapping[Key, set[Key]], wanted: set[Key]) -> tuple[int, int, str, int]:
    return -len(reached[key] & wanted), len(reached[key]), key[0], key[1]


def both(
    functions: Mapping[Key, Function], edges: Mapping[Key, set[Key]], some: set[Key], others: set[Key]
) -> Function | None:
    """The function closest to them from which one of `some` and one of `others` are reached."""
    found = [(len(some_), key) for key in functions if (some_ := reach(key, edges)) & some and some_ & others]
    return functions[min(found)[1]] if found else None


def common(left: str, right: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for one, other in zip(left.split("/"), right.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


def reach(start: Key, edges: Mapping[Key, set[Key]]) -> set[Key]:
    """What is called from a function, itself included."""
    seen = {start}
    stack = [start]
    while stack:
        for target in edges.get(stack.pop(), ()):
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return seen


def key_of(function: Function) -> Key:
    """What names a function: its file and where it stands."""
    node = function.node
    return function.path, node.at if isinstance(node, code.FuncDef) else -node.at
