from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, rule
from persistlint_rules._stores.doors import is_application, judged


@rule(severity=Severity.WARNING, since="0.1")
def disposed_engine_still_cached(project: Project) -> Iterator[Finding]:
    """An engine is disposed of and stays in the cache that hands it out."""
    seen: set[object] = set()
    for opening in judged(project):
        for one in opening.disposed:
            if (
                one.forgotten
                or one.source is None
                or one.span in seen
                or not is_application(project, one.span, one.function)
            ):
                continue
            seen.add(one.span)
            kept = next((kept for kept in opening.kept if kept.name.startswith(f"{one.source}[")), None)
            yield Finding(
                f"the engine of `{opening.store}` is disposed of but stays in `{one.source}`: the next caller gets it "
                "back and opens the file, or what has replaced it, without being made ready again",
                at=one.span,
                related=(
                    *((Label(kept.span, "it is stored here"),) if kept is not None else ()),
                    Label(opening.span, "it is made here"),
                ),
                help=f"take it out of `{one.source}` first: `{one.source}.pop(key, None)`",
                data={"store": opening.store, "function": one.function, "object": one.source},
            )
