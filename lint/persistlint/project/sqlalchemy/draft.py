"""Tables under construction: what has been read of one, before references between tables are settled."""

from __future__ import annotations

from dataclasses import dataclass, field

from persistlint.project.interp.values import Class, Loc, Made, Mapping, Value


@dataclass(slots=True)
class ColumnDraft:
    """`made` is the Column object, by whose identity indexes and keys find it."""

    name: str
    attribute: str
    type: str | None
    nullable: bool
    loc: Loc
    made: Value | None = None
    primary_key: bool = False
    server_default: str | None = None
    python_default: str | None = None
    default_function: str | None = None
    length: int | None = None
    autoincrement: bool = False
    generated: bool = False
    typed: bool = True
    """False where the type is to be taken from the referenced column."""


@dataclass(slots=True)
class KeyDraft:
    """A foreign key whose targets may still be values: a string, a Column, a class attribute."""

    columns: list[Value | str]
    targets: list[Value]
    loc: Loc
    ondelete: str | None = None
    onupdate: str | None = None
    name: str | None = None


@dataclass(slots=True)
class UniqueDraft:
    columns: list[Value | str]
    loc: Loc
    name: str | None = None


@dataclass(slots=True)
class CheckDraft:
    expression: Value | None
    loc: Loc
    name: str | None = None


@dataclass(slots=True)
class IndexDraft:
    columns: list[Value | str]
    unique: bool
    loc: Loc
    name: str | None = None
    where: Value | None = None


@dataclass(slots=True)
class TableDraft:
    name: str
    origin: str
    loc: Loc
    cls: Class | None = None
    made: Made | None = None
    schema: str | None = None
    metadata: Value | None = None
    conventions: Mapping | None = None
    columns: list[ColumnDraft] = field(default_factory=list[ColumnDraft])
    keys: list[KeyDraft] = field(default_factory=list[KeyDraft])
    uniques: list[UniqueDraft] = field(default_factory=list[UniqueDraft])
    checks: list[CheckDraft] = field(default_factory=list[CheckDraft])
    indexes: list[IndexDraft] = field(default_factory=list[IndexDraft])
    primary: list[Value | str] = field(default_factory=list["Value | str"])
    complete: bool = True
    without_rowid: bool = False

    def column_of(self, value: Value) -> ColumnDraft | None:
        """The column that a Column object became here."""
        return next((column for column in self.columns if column.made is value), None)

    def by_attribute(self, name: str) -> ColumnDraft | None:
        """The column behind a model attribute, else the one of that name."""
        return next((c for c in self.columns if c.attribute == name), None) or self.by_name(name)

    def by_name(self, name: str) -> ColumnDraft | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)
