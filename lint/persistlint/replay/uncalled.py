"""Upgrade functions that nobody calls, beside others that somebody does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from persistlint.facts import code
from persistlint.facts.sql import Kind
from persistlint.facts.upgrades import UncalledUpgrade
from persistlint.project.interp.values import Function, Loc
from persistlint.project.link import Linkage
from persistlint.replay import entries
from persistlint.source import is_test

_GIVEN = frozenset({
    "engine", "conn", "connection", "cursor", "cur", "db", "session", "con", "database", "bind", "sqlite_conn", "c",
})  # fmt: skip
"""What a step of an upgrade is given, as its first parameter; a script's own `main` is not."""
_BY_NAME = (
    "getattr", "__dict__", "vars", "getmembers", "globals", "dir", "import_module", "iter_modules", "exec_module",
    "__import__",
)  # fmt: skip
"""What functions are found by, other than by writing their names."""


def uncalled(linkage: Linkage) -> tuple[UncalledUpgrade, ...]:
    """Functions at module level that alter or index a table, are given the database, and are named nowhere else.

    Something else of the same module that changes a schema must be called: there is a path, and they are not on it.
    """
    calls = linkage.calls
    called = set[entries.Key]().union(*calls.edges.values())
    known = {entries.key_of(one): one for one in linkage.machine.functions if not is_test(one.path)}
    acting = {key: known[key] for key in calls.acting if key in known}
    out: list[UncalledUpgrade] = []
    for key, function in sorted(acting.items()):
        beside = [other for other in sorted(acting) if other[0] == key[0] and other in called and other != key]
        statement = next(_alters(linkage, function), None)
        if statement is None or not beside or key in called or not _is_step(function) or key[0] in calls.handed:
            continue
        node = function.node
        if isinstance(node, code.FuncDef) and not linkage.mentions(node.name, Loc(function.path, node.at, node.end)):
            spans = linkage.spans
            other = acting[beside[0]].node
            place = spans(Loc(beside[0][0], other.at, other.at + 1))
            out.append(
                UncalledUpgrade(function.qualname, spans(Loc(function.path, node.at, node.at + 1)), statement, place)
            )
    several = {path for path, count in Counter(one.span.path for one in out).items() if count > 1}
    # What is missed more than once in a file may be found by its name there: `for name, step in vars(steps).items()`.
    if several and any(linkage.mentions(word, Loc("", 0, 0)) for word in _BY_NAME):
        out = [one for one in out if one.span.path not in several]
    return tuple(out)


def _is_step(function: Function) -> bool:
    node = function.node
    if not isinstance(node, code.FuncDef) or node.decorators or "." in function.qualname:
        return False
    return bool(node.params) and node.params[0].name in _GIVEN


def _alters(linkage: Linkage, function: Function) -> Iterator[str]:
    for one in linkage.project.statements:
        if one.sql.kind in (Kind.ALTER, Kind.CREATE_INDEX) and (one.span.path, one.function) == (
            function.path,
            function.qualname,
        ):
            yield one.text[one.sql.start : one.sql.end]
