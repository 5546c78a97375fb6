"""What calls with raw SQL do, as the recorder hears of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from persistlint.project.interp.frames import CallEvent
from persistlint.project.interp.values import Attribute
from persistlint.project.ledger.kinds import Kinds
from persistlint.project.ledger.raw.rows import Rows
from persistlint.project.ledger.raw.tables import RawTables
from persistlint.project.ledger.raw.texts import WRAPPERS, Texts, query_of
from persistlint.project.ledger.raw.writes import Writes
from persistlint.project.ledger.selected import Selected
from persistlint.project.ledger.trace import At, Built
from persistlint.project.model import Statement
from persistlint.project.sql.sites import EXECUTORS

_EXECUTORS = EXECUTORS - WRAPPERS


class RawSql:
    """Knows the SQL of a project while its functions are interpreted."""

    def __init__(self, statements: Iterable[Statement], tables: RawTables, kinds: Kinds, selected: Selected) -> None:
        texts = Texts(statements)
        self.rows = Rows(texts, tables, kinds, selected)
        self.followed = texts.followed
        self._writes = Writes(texts, tables, kinds)

    def built(self, event: CallEvent, at: At) -> Iterator[Built]:
        """The rows that a call inserts or updates; whatever it executes is noted for the rows that it yields."""
        if event.name not in _EXECUTORS:
            return
        query = query_of(event.args, event.kwargs)
        if query is None:
            return
        if isinstance(event.func, Attribute):
            self.rows.note(event.func.base, query)
        yield from self._writes.built(event, query, at)
