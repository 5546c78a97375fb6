"""Which statements are held against the project's tables."""

from __future__ import annotations

from persistlint.sdk import Kind, Project, Statement
from persistlint_rules.queries._places import Part, part_of


def data_statements(project: Project) -> tuple[Statement, ...]:
    """The statements that read or write rows of the project's SQLite databases.

    Left out are tests, many of which provoke errors on purpose; what is written for another database; and the rest of
    such a file, which is likely to be as well.
    """
    if project.dialect != "sqlite":
        return ()
    foreign = {one.span.path for one in project.statements if one.dialects or one.sql.foreign_dialect is not None}
    kinds = (Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE)
    return tuple(
        one
        for one in project.statements
        if one.sql.kind in kinds and one.span.path not in foreign and part_of(one.span) is not Part.TEST
    )
