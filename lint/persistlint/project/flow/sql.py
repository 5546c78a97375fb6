"""What the text or expression that a call executes does: reads, writes, begins, commits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from persistlint.facts.schema import TableFact
from persistlint.facts.sql import Kind, SqlStatement
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import (
    Attribute,
    External,
    Instance,
    Made,
    Operation,
    Text,
    Unknown,
    Value,
    options_of,
)
from persistlint.project.sql.texts import sql_text

_HOLE = re.compile(r"__hole\d+__")
Parse = Callable[[str, str], tuple[SqlStatement, ...]]


class Act(NamedTuple):
    """A deed: `kind` is `read`, `write`, `define`, `begin`, `commit`, `rollback`, `pragma`, `unclear`."""

    kind: str
    what: str
    tables: tuple[str, ...] = ()
    mode: str | None = None


_KINDS = {
    Kind.SELECT: "read",
    Kind.INSERT: "write",
    Kind.UPDATE: "write",
    Kind.DELETE: "write",
    Kind.CREATE_TABLE: "define",
    Kind.CREATE_INDEX: "define",
    Kind.CREATE_VIEW: "define",
    Kind.CREATE_TRIGGER: "define",
    Kind.ALTER: "define",
    Kind.DROP: "define",
    Kind.BEGIN: "begin",
    Kind.COMMIT: "commit",
    Kind.ROLLBACK: "rollback",
    Kind.PRAGMA: "pragma",
    Kind.UNKNOWN: "unclear",
    Kind.UNREADABLE: "unclear",
}
_WORDS = {
    Kind.INSERT: "INSERT INTO",
    Kind.UPDATE: "UPDATE",
    Kind.DELETE: "DELETE FROM",
    Kind.SELECT: "SELECT from",
    Kind.ALTER: "ALTER TABLE",
    Kind.CREATE_TABLE: "CREATE TABLE",
    Kind.DROP: "DROP",
}
_LONGEST = 24
"""Calls in a chain that are looked through."""
_EXPRESSIONS = {"select": "read", "insert": "write", "update": "write", "delete": "write", "exists": "read"}


class SqlReader:
    """Reads what is executed; `table` gives the table that a class or Table object stands for."""

    def __init__(
        self,
        parse: Parse,
        dialect: str,
        modules: Callable[[str], Module | None],
        table: Callable[[Value], TableFact | None],
    ) -> None:
        self._parse = parse
        self._dialect = dialect
        self._modules = modules
        self._table = table

    def acts(self, value: Value | None) -> tuple[Act, ...]:
        """What executing a value does; of several texts that it may be, the first that can be read counts."""
        if value is None:
            return ()
        options = options_of(value)
        found = [acts for option in options if (acts := self._option(option))]
        if not found:
            return (Act("unclear", "a statement that is not known"),)
        if len(options) > 1 and found[0][0].kind == "begin":
            # `BEGIN {mode}`: who calls decides the mode.
            return (found[0][0]._replace(mode="UNKNOWN"), *found[0][1:])
        return found[0]

    def _option(self, value: Value) -> tuple[Act, ...]:
        match value:
            case Text():
                return self._text(value)
            case Made(func=External(name=name), args=[first, *_]) if name.rpartition(".")[2] in ("text", "DDL"):
                return self.acts(first)
            case Made() | Attribute():
                return self._expression(value)
            case Unknown():
                return ()
            case _:
                return ()

    def _text(self, value: Text) -> tuple[Act, ...]:
        text = sql_text(value, self._modules).text
        return tuple(
            act for statement in self._parse(text, self._dialect) if (act := _act(statement, text)) is not None
        )

    def _expression(self, value: Value) -> tuple[Act, ...]:
        """`select(A).where(…)`, `update(A).values(…)`, `table.insert()`."""
        depth = 0
        while depth < _LONGEST:
            depth += 1
            match value:
                case Made(func=External(name=name), args=args):
                    word = name.rpartition(".")[2]
                    kind = _EXPRESSIONS.get(word) or ("read" if word.startswith("select") else None)
                    if kind is None:
                        return ()
                    tables = self.tables(args)
                    return (Act(kind, f"{word}({', '.join(tables) or '…'})", tables),)
                case Made(func=Attribute(base=base, name=name)):
                    table = self._table(base)
                    if table is not None and name in _EXPRESSIONS:
                        return (Act(_EXPRESSIONS[name], f"{table.name}.{name}()", (table.name.lower(),)),)
                    value = base
                case Attribute(base=base):
                    value = base
                case _:
                    return ()
        return ()

    def tables(self, args: list[Value] | tuple[Value, ...]) -> tuple[str, ...]:
        """The tables that arguments name: classes, Table objects, columns of them, rows that were queried."""
        names: list[str] = []
        for arg in args:
            for option in options_of(arg):
                target: Value = option
                if isinstance(option, Instance):
                    target = option.cls
                elif isinstance(option, Attribute):
                    target = option.base
                table = self._table(target) or self._table(option)
                found = [table] if table is not None else self._queried(option)
                names.extend(name for one in found if (name := one.name.lower()) not in names)
        return tuple(names)

    def is_column(self, value: Value) -> bool:
        """Whether it is what a row holds in a column: `session.get(Order, 1).note`. No work is done through it."""
        return isinstance(value, Attribute) and value.name in self.columns(value.base)

    def columns(self, value: Value) -> frozenset[str]:
        """The names of the columns of a row that was queried."""
        columns = [column for table in self._queried(value) for column in table.columns]
        return frozenset(name for column in columns for name in (column.attribute, column.name) if name is not None)

    def _queried(self, value: Value) -> list[TableFact]:
        """The tables of the row that a query gave: `session.get(Order, 1)`, `session.scalars(select(Order)).one()`."""
        for _ in range(_LONGEST):
            match value:
                case Made(func=Attribute(base=base), args=args):
                    entities = [option for arg in args for option in options_of(arg)]
                    tables = [table for one in entities if (table := self._entity(one)) is not None]
                    if tables:
                        return tables
                    value = base
                case Attribute(base=base) | Operation(op="[]", operands=(base, *_)):
                    value = base
                case _:
                    return []
        return []

    def _entity(self, value: Value) -> TableFact | None:
        """The table that a query is given: the class itself, or what is selected from it."""
        for _ in range(_LONGEST):
            match value:
                case Made(func=External(), args=[first, *_]):
                    return self._table(first)
                case Made(func=Attribute(base=base)):
                    value = base
                case _:
                    return self._table(value)
        return None


def _act(statement: SqlStatement, text: str) -> Act | None:
    kind = _KINDS.get(statement.kind)
    if kind is None:
        return None
    written = [use.name.lower() for use in statement.tables if use.write and "__hole" not in use.name]
    named = written if kind == "write" else [use.name.lower() for use in statement.tables if "__hole" not in use.name]
    if kind == "pragma":
        pragma = statement.pragma
        if pragma is None:
            return None
        value = "" if pragma.value is None else f"={pragma.value}"
        return Act("pragma", f"PRAGMA {pragma.name}{value}", (pragma.name.lower(),), pragma.value)
    what = _WORDS.get(statement.kind)
    words = f"{what} {named[0]}" if what is not None and named else _first_words(text[statement.start :])
    return Act(kind, words, tuple(dict.fromkeys(named)), statement.begin_mode)


def _first_words(text: str) -> str:
    return _HOLE.sub("…", " ".join(text.split()[:3])).rstrip(";(")
