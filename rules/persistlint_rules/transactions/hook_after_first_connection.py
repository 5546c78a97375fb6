from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Hook, Label, Opening, Project, Severity, rule
from persistlint_rules._stores.doors import judged


@rule(severity=Severity.WARNING, since="0.1")
def hook_after_first_connection(project: Project) -> Iterator[Finding]:
    """A `connect` hook is registered after the engine has connected: the first connection never meets it."""
    if not project.flow.modern:
        return  # before SQLAlchemy 2.0, engines for files kept no connection
    seen: set[object] = set()
    for opening in judged(project):
        for hook in opening.hooks:
            lacks = _lacks(opening, hook)
            if hook.late is None or not lacks or hook.span in seen or opening.pool not in (None, "QueuePool"):
                continue
            seen.add(hook.span)
            yield Finding(
                f"this `{hook.event}` hook comes too late for the first connection of the store `{opening.store}`, "
                f"which goes back to the pool without {' and '.join(lacks)}",
                at=hook.span,
                related=(
                    Label(hook.late, "the engine has connected here"),
                    Label(opening.span, "the engine is made here"),
                ),
                help="register it before the engine is used, or call `dispose()` on the engine behind the first use",
                data={"store": opening.store, "function": opening.function, "aspect": "hook", "actual": hook.event},
            )


def _lacks(opening: Opening, hook: Hook) -> list[str]:
    """What the first connection does not get in another way."""
    out = ["`isolation_level = None`"] if hook.level == "NONE" and opening.level is None else []
    given = {pragma.name for pragma in opening.pragmas if not pragma.reads}
    if opening.timeout_given:
        given.add("busy_timeout")
    out += [f"`PRAGMA {pragma.name}`" for pragma in hook.pragmas if not pragma.reads and pragma.name not in given]
    return list(dict.fromkeys(one for one in out if one != "`PRAGMA journal_mode`"))
