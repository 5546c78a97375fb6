from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule
from persistlint_rules._stores.doors import judged
from persistlint_rules._stores.fixes import other_half
from persistlint_rules._stores.hooks import Half, half_of

_MESSAGES = {
    "connect": "this hook emits `BEGIN {begins}`, but no `connect` hook turns the driver's own transactions off",
    "begin": (
        "this hook turns the driver's transactions off, but no `begin` hook emits BEGIN: each statement commits by "
        "itself, and a rollback undoes nothing"
    ),
    "autocommit": "this hook emits `BEGIN {begins}` on an engine whose isolation level is AUTOCOMMIT",
}
_HELP = {
    "connect": "set `isolation_level = None` on the connection in a `connect` hook of the same engine",
    "begin": "emit the BEGIN in a `begin` hook of the same engine",
    "autocommit": 'drop `isolation_level="AUTOCOMMIT"`, or the hook',
}


@rule(severity=Severity.ERROR, since="0.1")
def half_configured_begin_hook(project: Project) -> Iterator[Finding]:
    """An engine has one of the two hooks that make SQLAlchemy begin transactions on SQLite, and lacks the other."""
    seen: set[object] = set()
    for opening in judged(project):
        half = half_of(opening)
        if half is None or half.hook.span in seen:
            continue
        seen.add(half.hook.span)
        yield Finding(
            _MESSAGES[half.missing].format(begins=half.hook.begins),
            at=half.hook.span,
            related=(Label(opening.span, f"the engine of the store `{opening.store}` is made here"),),
            fix=other_half(project, half),
            help=_HELP[half.missing],
            data=_data(half, opening.store, opening.function),
        )


def _data(half: Half, store: str, function: str | None) -> dict[str, str | int | bool | list[str] | None]:
    return {
        "store": store,
        "function": function,
        "aspect": "hook",
        "expected": half.missing if half.missing != "autocommit" else None,
        "actual": half.hook.event,
    }
