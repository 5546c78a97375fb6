"""Where a project makes the table or column that a statement asks for too early."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

from persistlint.facts.schema import TableFact
from persistlint.project.model import Project
from persistlint.replay.live import Step
from persistlint.source import Span, is_test

_NO_TABLE = re.compile(r"no such table: (?:main\.)?(?P<table>\S+)")
_NO_COLUMN = re.compile(
    r"no such column: (?:(?P<of>\w+)\.)?(?P<column>\w+)|has no column named (?P<named>\w+)"
    r"|unknown column \"(?P<unknown>\w+)\""
)


Name = tuple[str, str]
"""A function: its file and its dotted name."""
_Makers = dict[tuple[str, str], list[tuple[Span, Name | None]]]
"""By table and column (empty for the table itself): where it is made, and in which function; None by `create_all`."""


class Later:
    """What the project creates and adds, by name."""

    def __init__(self, project: Project, models: Iterable[TableFact]) -> None:
        self._makers: _Makers = {}
        self.within: Container[Name] = ()
        """The functions of the path that is carried out."""
        self.creates = False
        """Whether it calls `create_all`."""
        self.order: Mapping[str, int] = {}
        """The files of revisions, in the order in which they run."""
        for table in models:
            self._made(table.name, "", table.span, None)
        for statement in project.statements:
            sql, name = statement.sql, (statement.span.path, statement.function or "")
            if sql.creates is not None and sql.creates.columns:
                self._made(sql.creates.name, "", statement.span, name)
            if sql.alter is not None and sql.alter.action == "add-column" and sql.alter.column is not None:
                self._made(sql.alter.table, sql.alter.column.strip("\"`'[]"), statement.span, name)
        for one in project.operations:
            if one.table is not None and one.action in ("create-table", "add-column"):
                name = (one.span.path, one.function or "")
                self._made(one.table, one.column or "", one.span, name)

    def _made(self, table: str, column: str, span: Span, name: Name | None) -> None:
        if not is_test(span.path):  # a test makes its own
            self._makers.setdefault((table.lower(), column.lower()), []).append((span, name))

    def place(self, error: str, step: Step, at: Span, tried: Container[Span]) -> Span | None:
        """Where the path makes what is missing by SQLite's message, other than in the places that were `tried`."""
        table = _NO_TABLE.search(error)
        if table is not None:
            return self._place(table["table"], "", at, tried)
        column = _NO_COLUMN.search(error)
        if column is None:
            return None
        name = column["column"] or column["named"] or column["unknown"]
        owners = [*step.tables, *([column["of"]] if column["of"] else [])]
        return next((place for owner in owners if (place := self._place(owner, name, at, tried))), None)

    def _place(self, table: str, column: str, at: Span, tried: Container[Span]) -> Span | None:
        makers = self._makers.get((table.lower(), column.lower()), ())
        later = [
            span
            for span, name in makers
            if span != at and (self.creates if name is None else name in self.within) and not self._is_before(span, at)
        ]
        # Where one of several makers was tried, what is missing was made, or could not be, and is not early.
        return later[0] if later and not any(span in tried for span, _ in makers) else None

    def _is_before(self, span: Span, at: Span) -> bool:
        if span.path in self.order and at.path in self.order:
            return self.order[span.path] < self.order[at.path]
        return False
