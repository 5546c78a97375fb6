from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, UnsavedStep, rule
from persistlint_rules.upgrades._shared.fixes import committed


@rule(severity=Severity.WARNING, since="0.1")
def uncommitted_upgrade(project: Project) -> Iterator[Finding]:
    """An upgrade statement whose connection is closed without a commit."""
    if project.dialect != "sqlite":
        return
    seen: set[object] = set()
    for store in project.upgrades:
        for step in store.unsaved:
            if step.certain and step.span not in seen:
                seen.add(step.span)
                yield Finding(
                    _message(step),
                    at=step.span,
                    related=(Label(step.opened, "the connection is opened here"),),
                    fix=committed(project, step.span),
                    help="commit before the connection is closed, or open it with `engine.begin()`",
                    data={"store": store.name, "function": step.function, "actual": step.statement},
                )


def _message(step: UnsavedStep) -> str:
    if step.begun:
        return "this upgrade is rolled back: its connection is closed without a commit"
    # Python's sqlite3 opens no transaction before DDL; a BEGIN hook, `autocommit=False` or an UPDATE before it does.
    return "nothing commits this upgrade: it only stays while no transaction is open when it runs"
