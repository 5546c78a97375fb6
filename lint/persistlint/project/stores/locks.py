"""Whether a lock is held where something is stored, from the look that found nothing on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from persistlint.facts import code
from persistlint.project.interp.frames import terminal
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import External, Made, Value
from persistlint.project.stores.shape import Around, walk

_LOCKS = re.compile(r"(?i)lock|mutex|semaphore|critical|exclusive")
_OF_THREADS = frozenset({"Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore"})
_OF_FILES = frozenset({"FileLock", "SoftFileLock"})
_ON_THE_SPOT = re.compile(rf"(?:\A|\.)(?:{'|'.join(sorted(_OF_THREADS))})\(")
Held = Iterable[tuple[str, Value]]


def is_locked(held: Held) -> bool:
    """Whether one of the managers is a lock."""
    return _count(held) > 0


def _count(held: Held) -> int:
    return sum(1 for written, value in held if _is_lock(written, value))


def _is_lock(written: str, value: Value) -> bool:
    if _ON_THE_SPOT.search(written):
        return False  # `with threading.Lock():` is nobody else's
    made = value.name if isinstance(value, Made) else value.name if isinstance(value, External) else ""
    return made.rpartition(".")[2] in _OF_THREADS | _OF_FILES or _LOCKS.search(written) is not None


def own(around: Iterable[Around]) -> list[code.With]:
    """The blocks of one function that hold a lock."""
    return [
        one.node
        for one in around
        if isinstance(one.node, code.With) and any(_holds(manager) for manager, _ in one.node.items)
    ]


def _holds(manager: code.Expr) -> bool:
    if isinstance(manager, code.Call) and terminal(manager.func) in _OF_THREADS:
        return False
    return _LOCKS.search(unparse(manager)) is not None


def covers(held: Held, around: tuple[Around, ...], looked: bool, name: str, before: int) -> bool:  # noqa: FBT001
    """Whether a lock is held from the look to the store at `before`; `looked` where a look outside decides it.

    A lock that is taken behind the look protects only who looks again.
    """
    blocks = own(around)
    if not blocks:
        return is_locked(held)
    return not looked or _count(held) > len(blocks) or any(_looks_again(one, name, before) for one in blocks)


def _looks_again(block: code.With, name: str, before: int) -> bool:
    """Whether anything in a block asks for the place, or decides something, before it is stored there."""
    for node, _ in walk(block.body):
        at = getattr(node, "at", None)
        if at is not None and at >= before:
            continue
        if isinstance(node, code.If | code.IfExp | code.While | code.Try | code.Match):
            return True
        if isinstance(node, code.Name | code.Attr) and unparse(node) == name:
            return True
    return False
