"""What names mean at one place of a statement: the tables, subqueries and aliases that can be seen from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from persistlint.facts.sql import HOLE_LENGTH, hole

Outputs = frozenset[str] | None
"""The names of a subquery's columns in lower case; None where they cannot all be known."""

ANY_HOLE = hole(0)[:6]
ROW_IDS = frozenset({"rowid", "_rowid_", "oid"})
"""Names of the row's own number, which is no column."""
HIDDEN = ROW_IDS | {"rank"}
"""Names that can be read without a column; `rank` belongs to every full-text table."""

TABLE_FUNCTIONS: dict[str, Outputs] = {
    "json_each": frozenset({"key", "value", "type", "atom", "id", "parent", "fullkey", "path"}),
    "json_tree": frozenset({"key", "value", "type", "atom", "id", "parent", "fullkey", "path"}),
    "generate_series": frozenset({"value", "start", "stop", "step"}),
    "pragma_table_info": frozenset({"cid", "name", "type", "notnull", "dflt_value", "pk"}),
    "pragma_table_xinfo": frozenset({"cid", "name", "type", "notnull", "dflt_value", "pk", "hidden"}),
    "pragma_index_list": frozenset({"seq", "name", "unique", "origin", "partial"}),
    "pragma_index_info": frozenset({"seqno", "cid", "name"}),
}


def has_hole(name: str) -> bool:
    """Whether a name is only partly known."""
    at = name.find(ANY_HOLE)
    return at >= 0 and len(name) - at >= HOLE_LENGTH


def is_table_function(name: str) -> bool:
    """Whether a name in a FROM list is one of SQLite's own virtual tables, which need no CREATE."""
    lowered = name.lower()
    return lowered in TABLE_FUNCTIONS or lowered.startswith("pragma_")


@dataclass(frozen=True, slots=True)
class Source:
    """Something that a FROM clause names: a real table, or what yields columns without being one."""

    alias: str
    table: str | None
    outputs: Outputs = None
    qualified_only: bool = False
    """Seen only with its name before the column: EXCLUDED, NEW and OLD."""


@dataclass(slots=True)
class Scope:
    """One SELECT, UPDATE, … and what lies around it."""

    parent: Scope | None = None
    ctes: dict[str, Outputs] = field(default_factory=dict[str, Outputs])
    sources: list[Source] = field(default_factory=list[Source])
    aliases: frozenset[str] = frozenset()
    """The select list's aliases, in lower case, where they can be used."""

    def inner(self) -> Scope:
        return Scope(self, self.ctes)

    def named(self, alias: str) -> list[Source]:
        """The sources that go by this name, the innermost first; SQLite goes on where one lacks the column."""
        wanted = alias.lower()
        return [source for scope in self._outwards() for source in scope.sources if source.alias == wanted]

    def _outwards(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def tables_called(self, alias: str, name: str) -> tuple[str, ...]:
        """The real tables that go by `alias`; none where `name` is, or may be, what a subquery of that name yields."""
        found = self.named(alias)
        if any(one.table is None and (one.outputs is None or name.lower() in one.outputs) for one in found):
            return ()
        return tuple(dict.fromkeys(one.table for one in found if one.table is not None))

    def tables_of(self, name: str) -> tuple[tuple[str, ...], bool] | None:
        """The real tables that a bare name can belong to and whether it must be one of theirs.

        None where the name is, or may well be, no table's column: an alias, or the output of a subquery.
        """
        wanted = name.lower()
        tables: dict[str, None] = {}
        certain = True
        for scope in self._outwards():
            if wanted in scope.aliases:
                return None
            for source in scope.sources:
                if source.qualified_only:
                    continue
                if source.table is not None:
                    tables.setdefault(source.table)
                    certain = certain and not has_hole(source.table) and source.alias != wanted
                elif source.outputs is None:
                    certain = False
                elif wanted in source.outputs:
                    return None
        return (tuple(tables), certain) if tables else None

    def names_table(self, name: str) -> bool:
        """Whether a bare name is that of a source, as the hidden column of a full-text table is."""
        wanted = name.lower()
        return any(
            wanted in (source.alias, (source.table or "").lower())
            for scope in self._outwards()
            for source in scope.sources
        )
