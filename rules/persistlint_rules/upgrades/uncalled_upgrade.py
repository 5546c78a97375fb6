from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule


@rule(severity=Severity.WARNING, since="0.1")
def uncalled_upgrade(project: Project) -> Iterator[Finding]:
    """An upgrade function that nothing calls, beside others of its module that are called."""
    if project.dialect != "sqlite":
        return
    for one in project.uncalled:
        yield Finding(
            f"nothing calls `{one.name}`: old databases are not upgraded by it",
            at=one.span,
            related=(Label(one.beside, "this one is called"),),
            help="call it where the other upgrades are called, or take it out",
            data={"function": one.name, "actual": one.statement},
        )
