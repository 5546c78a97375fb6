from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule


@rule(severity=Severity.ERROR, since="0.1")
def multiple_heads(project: Project) -> Iterator[Finding]:
    """Alembic revisions that end in more than one place, so that `upgrade head` refuses to run."""
    for store in project.upgrades:
        if len(store.heads) > 1:
            first, *others = store.heads
            names = ", ".join(f"`{head.name}`" for head in store.heads)
            yield Finding(
                f"the revisions of `{store.name}` have {len(store.heads)} heads: {names}",
                at=first.span,
                related=tuple(Label(head.span, f"head `{head.name}`") for head in others),
                help="merge them with `alembic merge heads`, or let one revision build on the other",
                data={"store": store.name, "actual": names},
            )
