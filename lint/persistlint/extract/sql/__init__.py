"""SQL text to facts. The only home of sqlglot, which is imported when the first statement is read."""

from __future__ import annotations

from persistlint.facts.sql import SqlStatement

__all__ = ["parse"]


def parse(text: str, dialect: str = "sqlite") -> tuple[SqlStatement, ...]:
    """The statements of a text, in order.

    Pure and quiet: any text at all gives statements, never an error; what cannot be read is `Kind.UNREADABLE`, and
    `Kind.UNKNOWN` where an unknown part of the text is to blame. Offsets count in `text`.
    """
    from persistlint.extract.sql.reader import Reader

    with Reader(text, dialect) as reader:
        return tuple(reader.statements())
