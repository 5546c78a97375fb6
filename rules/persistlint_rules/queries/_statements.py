"""Which statements are held against the project's tables, and as what part of it."""

from __future__ import annotations

from persistlint.sdk import Kind, Project, Statement
from persistlint_rules.queries._places import Part, is_aside, part_of


def data_statements(project: Project) -> tuple[Statement, ...]:
    """The statements that read or write rows of the project's SQLite databases.

    Left out are tests, many of which provoke errors on purpose; what is written for another database, and the rest of
    such a file, which is likely to be as well; and scripts beside the application that open a database of their own.
    """
    if project.dialect != "sqlite":
        return ()
    foreign = {one.span.path for one in project.statements if one.dialects or one.sql.foreign_dialect is not None}
    kinds = (Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE)
    return tuple(
        one
        for one in project.statements
        if one.sql.kind in kinds
        and one.span.path not in foreign
        and part_of(one.span) is not Part.TEST
        and not (one.opened is not None and is_aside(project, one.span.path))
    )


class Parts:
    """Tells for each statement which part of the project it belongs to.

    Besides what names say, code that alters tables is an upgrade: what it reads may be of any age.
    """

    def __init__(self, project: Project) -> None:
        self._altering = {
            (one.span.path, one.function)
            for one in project.statements
            if one.sql.alter is not None and one.sql.alter.action != "rename-table"
        }

    def of(self, statement: Statement) -> Part:
        """The part of one statement."""
        part = part_of(statement.span, statement.function)
        if part is Part.APPLICATION and (statement.span.path, statement.function) in self._altering:
            return Part.UPGRADE
        return part
