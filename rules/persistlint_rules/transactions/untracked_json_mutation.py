from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule


@rule(severity=Severity.ERROR, since="0.1")
def untracked_json_mutation(project: Project) -> Iterator[Finding]:
    """A JSON value that is changed in place: no UPDATE is written."""
    for one in project.ledger.mutations:
        column = f"`{one.table}.{one.column}`"
        what = "an equal copy" if one.copied else "the same object"
        back = "" if one.assigned is None else f" and assigned back as {what}"
        why = "it equals the changed object" if one.copied else "it is the object that was loaded"
        related = [] if one.assigned is None else [Label(one.assigned, f"no change: {why}")]
        yield Finding(
            f"the value of {column} is changed in place{back}, and no UPDATE is written",
            at=one.mutated,
            related=(*related, Label(one.defined, "the column, whose values are not watched")),
            help=f'assign a changed copy to `{one.attribute}`, or call `flag_modified(…, "{one.attribute}")`',
            data={"table": one.table, "column": one.column, "aspect": "json", "function": one.function},
        )
