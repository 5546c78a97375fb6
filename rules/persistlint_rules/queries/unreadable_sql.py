from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from persistlint.sdk import Finding, Kind, Project, Severity, Span, Statement, rule
from persistlint_rules.queries._pieces import is_one_piece
from persistlint_rules.queries._places import Part, part_of, start_of

_UNSEEN = frozenset({"call", "string"})
_INCOMPLETE = "incomplete input"
_TEMPLATE = frozenset("{}%$<@#&")
"""What begins the blanks of a template, which something may fill before the text reaches the database."""


@rule(severity=Severity.ERROR, since="0.1")
def unreadable_sql(project: Project) -> Iterator[Finding]:
    """A text that is handed to SQLite but that SQLite cannot parse."""
    if project.dialect != "sqlite":
        return
    elsewhere = {_folder(one) for one in project.statements if one.dialects or one.sql.foreign_dialect is not None}
    variants: dict[tuple[str, int, int], list[Statement]] = defaultdict(list)
    for statement in project.statements:
        variants[start_of(statement.span)].append(statement)
    seen: set[Span] = set()
    for statement in project.statements:
        if statement.sql.kind is not Kind.UNREADABLE or statement.via in _UNSEEN or _folder(statement) in elsewhere:
            continue
        if part_of(statement.span) is Part.TEST or not _is_certain(statement):
            continue
        if any(other.sql.kind not in (Kind.UNREADABLE, Kind.UNKNOWN) for other in variants[start_of(statement.span)]):
            continue  # one of several forms that the text takes, perhaps one that it never really takes
        start, end = _problem(statement)
        at = statement.span_of(start, end)
        if at not in seen:
            seen.add(at)
            yield Finding(
                f"SQLite cannot read this statement: {statement.sql.problem}",
                at=at,
                help="correct the statement at this place",
                data={"function": statement.function, "actual": statement.sql.problem},
            )


def _folder(statement: Statement) -> str:
    return statement.span.path.rpartition("/")[0]


def _problem(statement: Statement) -> tuple[int, int]:
    """The word that SQLite stops at; the last one of a statement that is not complete."""
    start = statement.sql.problem_at
    text = statement.text
    if start >= statement.sql.end:
        start = max(statement.sql.start, text.rfind(" ", 0, statement.sql.end) + 1)
    end = start + 1
    while end < statement.sql.end and text[start].isalnum() and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return start, end


def _is_certain(statement: Statement) -> bool:
    """Whether the mistake stands in the text as it was written, in a statement of a kind that SQLite has."""
    if statement.via == ".sql" and statement.sql.problem == _INCOMPLETE:
        return False  # the rest of it is put behind it by whoever reads the file
    start, _ = _problem(statement)
    text = statement.text
    before = text[statement.sql.start : start]
    if text[start : start + 1] in _TEMPLATE or len(before.split()) < 2:
        return False  # `CREATE STAGE`, `ALTER SESSION`: statements of other databases
    last = statement.sql.start + len(before.rstrip()) - 1
    return is_one_piece(statement, last, start + 1)
