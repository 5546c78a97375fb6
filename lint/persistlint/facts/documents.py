"""Import and export of tables as JSON or CSV files, and copies of database files."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.facts.boundary import Insertion
from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """A column and where a document's value goes into it, or comes out of it."""

    column: str
    span: Span
    carried: bool = True
    """False where an import fills it with something else: a constant, the time, a key that it looks up."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of the imported file: `kind` is `rename`, `move`, `copy` or `delete`.

    `name` is the new name with `{…}` for each part that is computed, None where it is not known. `finest` is the
    shortest time that a stamp in the name tells apart, in seconds; None where it has no stamp. `unique` says that the
    name is random, or that a name in use is looked for first.
    """

    kind: str
    span: Span
    before_commit: bool
    name: str | None = None
    finest: float | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """A function that imports a table from a file, or exports one to a file.

    `complete` is False where more columns may be exchanged than `columns`. `file` is the file's name, with `{…}` for
    each part that is computed; None where it is not known.
    """

    kind: str
    """`import` or `export`."""
    function: str
    table: str
    table_span: Span
    span: Span
    """Where rows are made, or where the document is written."""
    defined: Span
    """The function's name where it is defined."""
    columns: tuple[ColumnPlace, ...]
    complete: bool
    file: str | None = None
    looks_first: bool = False
    """An import that reads the table before it writes rows."""
    replaces: bool = False
    """An import that deletes or overwrites rows that are there: merge, upsert, OR IGNORE."""
    commits_each: Span | None = None
    """A commit for each row, inside the loop over the document."""
    swallows: Span | None = None
    """A handler that goes on after a failed import without a rollback."""
    keeping: tuple[Keeping, ...] = ()
    source: str | None = None
    """The expression that holds one entry of the document where rows are made."""
    reads_by: str | None = None
    """How values are taken from an entry: `get`, `item` or `attribute`."""
    insertion: Insertion | None = None
    fixed: bool = False
    """The file's name is fixed by the code."""
    entry: Span | None = None
    """The class of an entry, where its attributes are read."""


@dataclass(frozen=True, slots=True)
class FileCopy:
    """A copy, move or removal of SQLite files past SQLite.

    `what` is `copy`, `move` or `side-files`; `wal` is where the project turns WAL on for it.
    """

    what: str
    span: Span
    function: str | None
    path: str
    wal: Span
