"""Tables as the SQL of a contract: as people write it, and read back to be sure that it says what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from persistlint.extract.sql.quoting import quoted, quoted_where_needed
from persistlint.facts.schema import CheckFact, ColumnFact, ForeignKeyFact, IndexFact, TableFact
from persistlint.facts.sql import Kind, SqlStatement
from persistlint.replay.ddl import bracketed

Parse = Callable[[str], tuple[SqlStatement, ...]]

_HOLE = "__hole"
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Written:
    """The SQL of a table and its indexes. `left_out` names what could not be written: `a CHECK`, `an index`."""

    text: str
    left_out: tuple[str, ...] = ()


def declare(table: TableFact, parse: Parse) -> Written | None:
    """What a contract says of a table; None where its shape cannot be said in SQL that is read back the same."""
    known = _said(table)
    left = _left_out(table, known)
    bare = replace(known, checks=(), indexes=())
    for variant, lost in ((known, left), (bare, _left_out(table, bare))):
        for quoting in (quoted_where_needed, quoted):
            text = _Writer(quoting).write(variant)
            if variant.columns and _reads_back(text, variant, parse):
                return Written(text, lost)
    return None


def _said(table: TableFact) -> TableFact:
    """The table without what is not known of it."""
    return replace(
        table,
        columns=tuple(_column(column) for column in table.columns),
        # A key is unique without being told twice.
        uniques=tuple(one for one in table.uniques if set(one.columns) != set(table.primary_key)),
        checks=tuple(check for check in table.checks if check.expression and _HOLE not in check.expression),
        indexes=tuple(index for index in table.indexes if _is_known(index)),
    )


def _column(column: ColumnFact) -> ColumnFact:
    unknown = column.server_default is not None and (
        column.server_default == _UNKNOWN or _HOLE in column.server_default or column.generated
    )
    return replace(column, server_default=None) if unknown else column


def _is_known(index: IndexFact) -> bool:
    texts = (*index.columns, index.where or "", index.name or "")
    return bool(index.columns) and not any(_HOLE in text or text == _UNKNOWN for text in texts)


def _left_out(table: TableFact, said: TableFact) -> tuple[str, ...]:
    lost = (
        ("a CHECK", len(table.checks) > len(said.checks)),
        ("an index", len(table.indexes) > len(said.indexes)),
    )
    return tuple(what for what, is_lost in lost if is_lost)


def _reads_back(text: str, table: TableFact, parse: Parse) -> bool:
    statements = parse(text)
    creates = [one.creates for one in statements if one.creates is not None]
    if len(creates) != len(statements) or any(one.problem or one.foreign_dialect for one in statements):
        return False
    if not creates or statements[0].kind is not Kind.CREATE_TABLE:
        return False
    first, indexes = creates[0], [index for one in creates[1:] for index in one.indexes]
    return (
        first.name == table.name
        and [column.name for column in first.columns] == [column.name for column in table.columns]
        and first.primary_key == table.primary_key
        and len(first.checks) == len(table.checks)
        and len(first.foreign_keys) == len(table.foreign_keys)
        and {one.columns for one in first.uniques} == {one.columns for one in table.uniques}
        and [len(one.columns) for one in indexes] == [len(one.columns) for one in table.indexes]
    )


def _on_one_line(expression: str) -> str:
    lines = expression.splitlines()
    if any(line.count("'") % 2 or line.count('"') % 2 for line in lines):
        return expression  # A line ends inside of a text.
    if any("--" in line for line in lines):
        return expression + "\n    "  # A comment would swallow what stands behind it.
    return " ".join(line.strip() for line in lines)


class _Writer:
    """Writes with one way to quote names."""

    def __init__(self, quote: Callable[[str], str]) -> None:
        self._quote = quote

    def write(self, table: TableFact) -> str:
        items = ",\n    ".join(self._items(table))
        options = [text for text, on in (("WITHOUT ROWID", table.without_rowid), ("STRICT", table.strict)) if on]
        end = f" {', '.join(options)}" if options else ""
        lines = [f"CREATE TABLE {self._quote(table.name)} (\n    {items}\n){end};"]
        lines += [self._index(table, index) for index in table.indexes]
        return "\n".join(lines) + "\n"

    def _items(self, table: TableFact) -> Iterator[str]:
        single = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        for column in table.columns:
            yield self._column(table, column, is_key=column is single)
        if table.primary_key and single is None:
            yield f"PRIMARY KEY {self._names(table.primary_key)}"
        yield from (self._foreign_key(key) for key in table.foreign_keys)
        yield from (f"{self._constraint(one.name)}UNIQUE {self._names(one.columns)}" for one in table.uniques)
        yield from (self._check(check) for check in table.checks)

    def _column(self, table: TableFact, column: ColumnFact, *, is_key: bool) -> str:
        words = [self._quote(column.name)]
        if column.type:
            # `!JSONB` is a type that SQLAlchemy's dialect refuses, which SQLite itself would take.
            words.append(column.type.removeprefix("!").partition(" COLLATE ")[0])
        rowid = is_key and (column.type or "").upper() == "INTEGER" and not table.without_rowid
        if is_key:
            words.append("PRIMARY KEY AUTOINCREMENT" if rowid and column.autoincrement else "PRIMARY KEY")
        if column.server_default is not None:
            words.append(f"DEFAULT {bracketed(column.server_default)}")
        if not column.nullable and not rowid:
            words.append("NOT NULL")
        if column.collation:
            words.append(f"COLLATE {self._quote(column.collation)}")
        return " ".join(words)

    def _foreign_key(self, key: ForeignKeyFact) -> str:
        target = self._quote(key.table) + (f" {self._names(key.references)}" if key.references else "")
        actions = "".join(
            f" ON {event} {action}" for event, action in (("DELETE", key.ondelete), ("UPDATE", key.onupdate)) if action
        )
        return f"{self._constraint(key.name)}FOREIGN KEY {self._names(key.columns)} REFERENCES {target}{actions}"

    def _check(self, check: CheckFact) -> str:
        expression = _on_one_line((check.expression or "").strip())
        return f"{self._constraint(check.name)}CHECK ({expression})"

    def _index(self, table: TableFact, index: IndexFact) -> str:
        columns = ", ".join(self._quote(one) if table.column(one) is not None else one for one in index.columns)
        name = index.name or "_".join(["ix", table.name, *(re.sub(r"\W+", "_", one) for one in index.columns)])
        where = f" WHERE {index.where}" if index.where else ""
        unique = "UNIQUE " if index.unique else ""
        return f"CREATE {unique}INDEX {self._quote(name)} ON {self._quote(table.name)} ({columns}){where};"

    def _constraint(self, name: str | None) -> str:
        return f"CONSTRAINT {self._quote(name)} " if name else ""

    def _names(self, names: Sequence[str]) -> str:
        return f"({', '.join(map(self._quote, names))})"
