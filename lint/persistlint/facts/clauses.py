"""The clauses of `toml contract` fences: promises about tables, databases, upgrades, documents and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Key:
    """`name = value` of a clause; `name` is dotted inside a nested table (`journal_mode.local`)."""

    name: str
    span: Span


def _place(keys: tuple[Key, ...], name: str, otherwise: Span) -> Span:
    return next((key.span for key in keys if key.name == name), otherwise)


@dataclass(frozen=True, slots=True)
class TableClause:
    """`[[table]]`: there is a table of that name. Its shape is what a `sql contract` fence declares, if one does.

    `defined_in` are the files whose definitions the declaration speaks of, where others of the same name exist: those
    of another database, or of an older release. None is all of them.
    """

    name: str
    span: Span
    unit: str | None = None
    defined_in: tuple[str, ...] | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key; the clause's where it is absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class StoreClause:
    """`[[store]]`: one database. A key that is not written is None, and promises nothing.

    `engine` and `dispose` are `module:function`; `begin` is DEFERRED, IMMEDIATE or EXCLUSIVE; journal modes are upper
    case. `journal_mode = "WAL"` is the same mode on local and network file systems.
    """

    name: str
    span: Span
    unit: str | None = None
    tables: tuple[str, ...] | None = None
    engine: str | None = None
    begin: str | None = None
    busy_timeout_ms: int | None = None
    journal_local: str | None = None
    journal_network: str | None = None
    foreign_keys: bool | None = None
    dispose: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key as it is written (`journal_mode`, `journal_mode.local`); the clause's where absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class UpgradeClause:
    """`[[upgrade]]`: `column` (the whole table where None) reaches old databases by the function `by`."""

    table: str
    by: str
    span: Span
    unit: str | None = None
    column: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key; the clause's where it is absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class DocumentClause:
    """`[[document]]`: a JSON or CSV file that a table is imported from and exported to.

    `import_by` and `export_by` are the keys `import` and `export`: `module:function`. `backup` is a file name that
    may hold `{timestamp}`. `when_not_empty` is `skip`, `merge`, `replace` or `fail`.
    """

    path: str
    table: str
    span: Span
    unit: str | None = None
    import_by: str | None = None
    export_by: str | None = None
    backup: str | None = None
    when_not_empty: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key as it is written (`import`); the clause's where it is absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class DefaultClause:
    """`[[default]]`: the default that Python code, not the database, gives a column. Exactly one of the two is set.

    `value` is a literal as Python source text (`999`, `False`, `'x'`, `[]`); `by` is a `module:function` that makes
    the value.
    """

    table: str
    column: str
    span: Span
    unit: str | None = None
    value: str | None = None
    by: str | None = None
    keys: tuple[Key, ...] = ()

    def at(self, key: str) -> Span:
        """The place of that key; the clause's where it is absent."""
        return _place(self.keys, key, self.span)


@dataclass(frozen=True, slots=True)
class UndefinedFunction:
    """A `module:function` that a clause names and the code does not have. `near` is one that it has."""

    name: str
    near: str | None = None


_ENFORCED: Mapping[type[object], Mapping[str, tuple[str, ...]]] = {
    TableClause: {"name": ("missing-table",)},
    StoreClause: {
        "engine": ("second-door",),
        "begin": ("begin-mode-drift",),
        "busy_timeout_ms": ("busy-timeout-drift",),
        "journal_mode": ("journal-mode-drift",),
        "foreign_keys": ("foreign-keys-off",),
        "dispose": ("undisposed-engine", "delete-before-dispose"),
    },
    UpgradeClause: {"by": ("missing-upgrade-path", "uncalled-upgrade")},
    DocumentClause: {
        "import": ("lossy-import",),
        "export": ("lossy-export",),
        "backup": ("import-without-backup",),
        "when_not_empty": ("import-not-idempotent",),
    },
    DefaultClause: {"value": ("default-drift",), "by": ("default-drift",)},
}


def enforcing(kind: type[object]) -> Mapping[str, tuple[str, ...]]:
    """For each key of a kind of clause that promises something, the rules that hold the code to it.

    The other keys only say what is meant.
    """
    return _ENFORCED[kind]
