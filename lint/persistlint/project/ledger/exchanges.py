"""Import and export: which columns are carried, and what an import does about repetition, failure and its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from persistlint.facts.documents import ColumnPlace, Exchange
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    Class,
    Gap,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Operation,
    Text,
    Unknown,
    Value,
    known,
)
from persistlint.project.ledger.bodies import is_upload
from persistlint.project.ledger.insertions import holder, insertion_of
from persistlint.project.ledger.keeping import Care
from persistlint.project.ledger.kinds import Kinds, RowOf
from persistlint.project.ledger.names import name_of
from persistlint.project.ledger.origins import (
    FromColumn,
    FromDocument,
    FromField,
    Origins,
    file_of,
    handle_of,
    shape_file,
)
from persistlint.project.ledger.trace import Act, Assigned, At, Built, Trace
from persistlint.project.sqlalchemy.draft import TableDraft
from persistlint.source import Span

_Found = TypeVar("_Found")
_READS = frozenset({"query", "select", "scalar", "scalars", "get", "exec", "execute", "exists", "count"})
_REPLACING = ("or replace", "or ignore", "on conflict", "delete from", "merge", "upsert")


@dataclass(slots=True)
class _Candidate:
    """One table in one trace."""

    trace: Trace
    table: TableDraft
    file: Value
    built: list[Built] = field(default_factory=list[Built])
    assigned: list[Assigned] = field(default_factory=list[Assigned])
    by: str | None = None
    entry: Class | None = None
    """The class of an entry, where its attributes are read."""


class Exchanges:
    """Finds the exchanges of all traces."""

    def __init__(
        self, kinds: Kinds, origins: Origins, care: Care, spans: Callable[[Loc], Span], modules: Callable[[str], str]
    ) -> None:
        """`modules` gives the dotted name of a file."""
        self._kinds = kinds
        self._origins = origins
        self._care = care
        self._spans = spans
        self._modules = modules

    def of(self, traces: Iterable[Trace]) -> tuple[Exchange, ...]:
        """The exchanges, each in the innermost function that does all of it."""
        kept = list(traces)
        imports = _opened(one for trace in kept for one in self._imports(trace))
        exports = [one for trace in kept for one in self._exports(trace)]
        found = [self._import(one, kept) for one in _innermost(imports, lambda one: (one.trace, one.table))]
        found += [exchange for _, _, exchange in _innermost(exports, lambda one: (one[0], one[1]))]
        unique = {(one.kind, one.function, one.table, one.span): one for one in found}
        return tuple(sorted(unique.values(), key=lambda one: (one.span, one.kind, one.table)))

    # -- import --------------------------------------------------------------------------------------------------------

    def _imports(self, trace: Trace) -> list[_Candidate]:
        found: dict[int, _Candidate] = {}
        for built in trace.built:
            for value in built.values.values():
                origin = self._document(value)
                if origin is not None:
                    one = found.setdefault(id(built.row.table), _Candidate(trace, built.row.table, origin[0]))
                    one.by, one.entry = one.by or origin[1], one.entry or origin[2]
                    if built not in one.built:
                        one.built.append(built)
        for assigned in trace.assigned:
            candidate = found.get(id(assigned.row.table))
            if candidate is not None:
                candidate.assigned.append(assigned)
        return list(found.values())

    def _document(self, value: Value) -> tuple[Value, str, Class | None] | None:
        """The file that a value was read from, and how it was taken out of the document: of which class, if any."""
        for origin in self._origins.of(value):
            if isinstance(origin, FromDocument) and origin.key is not None:
                path = file_of(origin.loaded) or handle_of(origin.loaded)
                if path is not None:
                    return path, origin.by, None
            elif isinstance(origin, FromField):
                path = shape_file(origin.base)
                if path is not None:
                    return path, "attribute", origin.cls
        return None

    def _import(self, found: _Candidate, traces: list[Trace]) -> Exchange:
        trace, table = found.trace, found.table
        first = found.built[0]
        columns: dict[str, ColumnPlace] = {}
        complete = not trace.limited
        for built in found.built:
            complete = complete and not built.open
            for name, value in built.values.items():
                self._place(columns, table, name, value, built.at)
        for one in found.assigned:
            complete = complete and one.name is not None
            if one.name is not None:
                self._place(columns, table, one.name, one.value, one.at)
        names = frozenset(name for built in found.built for name in built.values)
        base = holder(first.call, names) if len(found.built) == 1 else None
        node = trace.root.node
        file = name_of(found.file)
        around = [one for one in traces if one is trace or trace.key in one.entered]
        return Exchange(
            "import", f"{self._modules(trace.root.path)}:{trace.root.qualname}", table.name, self._spans(table.loc),
            self._spans(first.at.loc),
            self._spans(Loc(trace.root.path, node.at, node.at + len(trace.root.qualname.rpartition(".")[2]))),
            tuple(columns.values()), complete, None if file is None else file.text,
            any(self._looks(one, table, trace, first) for one in around),
            any(self._replaces(one, table) for one in around) or any(built.update for built in found.built),
            self._care.commits_each(trace, first), self._care.swallows(trace, first),
            self._care.keeping(trace, found.file, first),
            None if base is None else unparse(base), found.by,
            insertion_of(first.call, first.at.loc.path, self._spans) if base is not None else None,
            file is not None and file.whole, None if found.entry is None else self._spans(found.entry.loc),
        )  # fmt: skip

    def _place(self, columns: dict[str, ColumnPlace], table: TableDraft, name: str, value: Value, at: At) -> None:
        """Note that an import fills a column, once: best with what the document holds."""
        column = table.by_attribute(name)
        if column is None or (column.name in columns and columns[column.name].carried):
            return
        carried = self._origins.carried(value)
        if carried or column.name not in columns:
            columns[column.name] = ColumnPlace(column.name, self._spans(at.loc), carried)

    def _looks(self, trace: Trace, table: TableDraft, importer: Trace, first: Built) -> bool:
        """Whether the table is read before rows are made: by the importer, or by who calls it."""
        for act in trace.acts:
            before = trace is not importer or act.at.order < first.at.order
            if act.name in _READS and before and self._concerns(act, table):
                return True
        return False

    def _concerns(self, act: Act, table: TableDraft) -> bool:
        return any(self._names(value, table, 0) for value in (act.func, *act.args, *act.kwargs.values()))

    def _names(self, value: Value, table: TableDraft, depth: int) -> bool:
        """Whether a value has to do with a table."""
        if depth > 8:
            return False
        match value:
            case Class():
                kind = self._kinds.of_class(value)
                return isinstance(kind, RowOf) and kind.table is table
            case Text(parts=parts):
                written = "".join(part.text if isinstance(part, Chunk) else " " for part in parts).lower()
                return "select" in written and re.search(rf"\b{re.escape(table.name.lower())}\b", written) is not None
            case Attribute(base=base):
                return self._names(base, table, depth + 1)
            case Made(func=func, args=args):
                found = self._kinds.of_table(value)
                if found is not None and found.table is table:
                    return True
                return any(self._names(one, table, depth + 1) for one in (func, *args))
            case Operation(operands=options) | Choice(options=options):
                return any(self._names(one, table, depth + 1) for one in options)
            case _:
                return False

    def _replaces(self, trace: Trace, table: TableDraft) -> bool:
        for act in trace.acts:
            if act.name in ("merge", "delete", "truncate", "drop_all") and (not act.args or act.name == "merge"):
                return True
            if act.name == "delete" and self._concerns(act, table):
                return True
            words = " ".join(_texts(value) for value in act.args).lower()
            if act.name.startswith("execute") and any(word in words for word in _REPLACING):
                return True
            if act.name.startswith(("execute", "exec")) and any(_upserts(value, 0) for value in act.args):
                return True
        return False

    # -- export --------------------------------------------------------------------------------------------------------

    def _exports(self, trace: Trace) -> list[tuple[Trace, TableDraft, Exchange]]:
        out: list[tuple[Trace, TableDraft, Exchange]] = []
        node = trace.root.node
        for dump in trace.dumped:
            # `self.write(json.dumps(…))` of a request handler is an answer, not a file.
            if isinstance(dump.target, Instance):
                continue
            tables: dict[int, tuple[TableDraft, dict[str, ColumnPlace]]] = {}
            for origin in self._origins.of(dump.value):
                if isinstance(origin, FromColumn):
                    columns = tables.setdefault(id(origin.table), (origin.table, {}))[1]
                    columns.setdefault(origin.column.name, ColumnPlace(origin.column.name, self._spans(dump.at.loc)))
            path = file_of(dump.target) or dump.target
            file = name_of(path)
            for table, columns in tables.values():
                exchange = Exchange(
                    "export", f"{self._modules(trace.root.path)}:{trace.root.qualname}", table.name,
                    self._spans(table.loc), self._spans(dump.at.loc),
                    self._spans(Loc(trace.root.path, node.at, node.at + len(trace.root.qualname.rpartition(".")[2]))),
                    tuple(columns.values()), not trace.limited and not _is_open(dump.value, 0),
                    None if file is None else file.text, fixed=file is not None and file.whole,
                )  # fmt: skip
                out.append((trace, table, exchange))
        return out


def _opened(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Without those that are handed an open file by one who imports the same table from a file that is known."""
    found = list(candidates)
    known_files = [one for one in found if not _is_handed(one)]
    return [
        one
        for one in found
        if not _is_handed(one)
        or not any(other.table is one.table and one.trace.key in other.trace.entered for other in known_files)
    ]


def _is_handed(found: _Candidate) -> bool:
    return isinstance(found.file, Unknown) and not is_upload(found.file)


def _innermost(found: Sequence[_Found], of: Callable[[_Found], tuple[Trace, TableDraft]]) -> list[_Found]:
    """Of candidates for the same table, those whose function calls no other candidate's."""
    keys = [of(one) for one in found]
    return [
        one
        for one, (trace, table) in zip(found, keys, strict=True)
        if not any(theirs is table and other.key != trace.key and other.key in trace.entered for other, theirs in keys)
    ]


def _is_open(value: Value, depth: int) -> bool:
    """Whether a document may hold more entries than are known."""
    if depth > 6:
        return True
    match value:
        case Mapping(entries=entries, open=open_):
            return open_ or any(_is_open(entry, depth + 1) for _, entry in entries)
        case Items(items=items, element=element):
            return any(_is_open(one, depth + 1) for one in (*items, *(() if element is None else (element,))))
        case _:
            return False


def _texts(value: Value) -> str:
    whole = known(value)
    if whole is not None:
        return whole
    match value:
        case Text(parts=parts):
            return " ".join("" if isinstance(part, Gap) else part.text for part in parts)
        case Made(args=args):
            return " ".join(_texts(arg) for arg in args)
        case _:
            return ""


def _upserts(value: Value, depth: int) -> bool:
    if depth > 8 or not isinstance(value, Made) or not isinstance(value.func, Attribute):
        return False
    if value.func.name.startswith(("on_conflict", "on_duplicate")) or value.func.name == "prefix_with":
        return True
    return _upserts(value.func.base, depth + 1)
