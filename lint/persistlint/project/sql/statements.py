"""Statements and tables from the SQL texts of a project."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from persistlint.facts.schema import IndexFact, TableFact
from persistlint.facts.sql import Kind, SqlStatement
from persistlint.project.interp.modules import Module
from persistlint.project.model import Interpolation, Segment, Statement
from persistlint.project.sql.sites import Site
from persistlint.project.sql.texts import sql_text
from persistlint.source import LineIndex, Span

Parse = Callable[[str, str], tuple[SqlStatement, ...]]


def from_sites(
    sites: Iterable[Site], modules: Callable[[str], Module | None], parse: Parse, dialect: str,
    drivers: Mapping[str, tuple[str, ...]],
) -> list[Statement]:  # fmt: skip
    """The statements of all sites; of texts that only look like SQL, those that can be read."""
    out: list[Statement] = []
    for site in sites:
        text = sql_text(site.text, modules)
        module = modules(site.loc.path)
        whole = module.span(site.loc) if module is not None else Span(site.loc.path, 1, 1)
        opened = _opened(site, modules)
        via = site.via if site.sure or site.via == "string" else "call"
        for sql in parse(text.text, dialect):
            if not site.sure and sql.kind in (Kind.UNREADABLE, Kind.UNKNOWN):
                continue
            statement = _statement(
                sql, text.text, text.segments, whole, via, site.function, text.interpolated,
                drivers.get(site.loc.path, ()),
            )  # fmt: skip
            handle = site.handle
            out.append(
                dataclasses.replace(statement, receiver=handle.receiver, opened=opened, database=handle.database)
            )
    return out


def _opened(site: Site, modules: Callable[[str], Module | None]) -> Span | None:
    loc = site.handle.opened
    module = modules(loc.path) if loc is not None else None
    return module.span(loc) if loc is not None and module is not None else None


def from_file(path: str, text: str, parse: Parse, dialect: str) -> list[Statement]:
    """The statements of one `.sql` file."""
    lines = LineIndex.of(text)
    segments: list[Segment] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        number, column = lines.position(offset)
        segments.append(Segment(offset, offset + len(line), path, number, column))
        offset += len(line)
    kept = tuple(segments)
    whole = lines.span(path, 0, len(text))
    return [_statement(sql, text, kept, whole, ".sql", None, (), ()) for sql in parse(text, dialect)]


def _statement(
    sql: SqlStatement, text: str, segments: tuple[Segment, ...], whole: Span, via: str, function: str | None,
    gaps: tuple[Interpolation, ...], drivers: tuple[str, ...],
) -> Statement:  # fmt: skip
    inside = tuple(gap for gap in gaps if sql.start <= gap.start < max(sql.end, sql.start + 1))
    rough = Statement(sql, text, whole, segments, via, function, not inside, inside, drivers)
    return dataclasses.replace(rough, span=rough.span_of(sql.start, sql.end))


def tables_of(statements: Iterable[Statement]) -> list[TableFact]:
    """The tables that statements create, with the indexes created for them elsewhere."""
    created: list[TableFact] = []
    indexes: list[tuple[Statement, TableFact]] = []
    for statement in statements:
        fact = statement.sql.creates
        if fact is None or statement.sql.foreign_dialect is not None:
            continue
        placed = _placed(fact, statement)
        if statement.sql.kind is Kind.CREATE_INDEX:
            indexes.append((statement, placed))
        elif "__hole" not in fact.name:
            created.append(placed)
    return [_with_indexes(table, indexes) for table in created]


def _with_indexes(table: TableFact, indexes: list[tuple[Statement, TableFact]]) -> TableFact:
    own = [fact for _, fact in indexes if fact.name.lower() == table.name.lower()]
    # Several definitions of a name: an index belongs to the one in its own file, where there is one.
    near = [fact for fact in own if fact.span.path == table.span.path] or own
    seen = {index.name for index in table.indexes}
    more: list[IndexFact] = []
    for fact in near:
        for index in fact.indexes:
            if index.name not in seen:
                seen.add(index.name)
                more.append(index)
    return dataclasses.replace(table, indexes=(*table.indexes, *more)) if more else table


def _placed(table: TableFact, statement: Statement) -> TableFact:
    """The same table with real places."""

    def at(span: Span) -> Span:
        if span.path:
            return span
        return statement.span_of(span.column - 1, max(span.column, span.end_column - 1))

    return dataclasses.replace(
        table,
        span=at(table.span),
        columns=tuple(dataclasses.replace(c, span=at(c.span)) for c in table.columns),
        foreign_keys=tuple(dataclasses.replace(k, span=at(k.span)) for k in table.foreign_keys),
        uniques=tuple(dataclasses.replace(u, span=at(u.span)) for u in table.uniques),
        checks=tuple(dataclasses.replace(c, span=at(c.span)) for c in table.checks),
        indexes=tuple(dataclasses.replace(i, span=at(i.span)) for i in table.indexes),
    )
