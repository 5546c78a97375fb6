from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Interpolation, Kind, Project, Severity, Span, Statement, rule
from persistlint_rules.queries._places import Part, part_of

_UNSEEN = frozenset({"call", "string"})
_OWN = ("self.", "cls.")
_KINDS = frozenset({Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE, Kind.DROP, Kind.UNKNOWN, Kind.CREATE_TABLE})


@rule(severity=Severity.WARNING, since="0.1", default=False)
def interpolated_identifier(project: Project) -> Iterator[Finding]:
    """A parameter is put into the text of a statement without being checked or quoted."""
    seen: set[Span] = set()
    for statement in project.statements:
        if statement.via in _UNSEEN or statement.sql.kind not in _KINDS:
            continue
        if statement.dialects or statement.sql.foreign_dialect is not None:
            continue
        if part_of(statement.span, statement.function) is not Part.APPLICATION or _is_private(statement.function):
            continue  # the callers of a private helper stand beside it
        for part in statement.interpolated:
            at = statement.span_of(part.start, part.end)
            if part.parameter and not part.validated and not part.source.startswith(_OWN) and at not in seen:
                seen.add(at)
                yield _finding(statement, part, at)


def _is_private(function: str | None) -> bool:
    return function is not None and function.rpartition(".")[2].startswith("_")


def _finding(statement: Statement, part: Interpolation, at: Span) -> Finding:
    before, after = statement.text[: part.start], statement.text[part.end :]
    as_value = before.rstrip("%").endswith("'") and after.lstrip("%").startswith("'")
    what = "as a value between quotes" if as_value else "as it is"
    advice = "bind it as a parameter" if as_value else "check it against the names that are allowed, or quote it"
    return Finding(
        f"`{part.source}`, which a caller of the function decides, is put into this statement {what}",
        at=at,
        help=advice,
        data={"function": statement.function},
    )
