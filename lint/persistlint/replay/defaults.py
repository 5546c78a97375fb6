"""Whether two DEFAULTs store the same value: SQLite is asked, but for values that change from one row to the next."""

from __future__ import annotations

import sqlite3

from persistlint.extract.sql.lexer import WORD, lex
from persistlint.extract.sql.quoting import quoted
from persistlint.replay.checks import sql_words
from persistlint.replay.memory import Memory

_CHANGING = frozenset({
    "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "DATETIME", "DATE", "TIME", "JULIANDAY", "UNIXEPOCH",
    "STRFTIME", "TIMEDIFF", "RANDOM", "RANDOMBLOB", "CHANGES", "TOTAL_CHANGES", "LAST_INSERT_ROWID",
})  # fmt: skip
_MEANS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("DATETIME", "(", "'now'", ")"): ("CURRENT_TIMESTAMP",),
    ("STRFTIME", "(", "'%Y-%m-%d %H:%M:%S'", ",", "'now'", ")"): ("CURRENT_TIMESTAMP",),
    ("DATE", "(", "'now'", ")"): ("CURRENT_DATE",),
    ("TIME", "(", "'now'", ")"): ("CURRENT_TIME",),
}


def same_default(column_type: str, first: str | None, second: str | None) -> bool:
    """Whether a column of that type gets the same value from both, where None is no DEFAULT at all.

    `DEFAULT NULL` is the same as none. Of values such as the current time, the expressions are compared.
    """
    if _meaning(first) == _meaning(second):
        return True
    if _changes(first) or _changes(second):
        return False
    try:
        return _stored(column_type, first) == _stored(column_type, second)
    except (sqlite3.Error, sqlite3.Warning, ValueError):
        return False


def _stored(column_type: str, text: str | None) -> tuple[object, ...]:
    """Type and value that SQLite stores. Raises sqlite3.Error where it refuses, or does not know a function."""
    with Memory() as memory:
        if text is not None and len(lex(text)) > 1:
            memory.rows(f"EXPLAIN SELECT {text}")
        memory.run(f"CREATE TABLE probe (c {quoted(column_type) if column_type else ''}{_clause(text)})")
        memory.run("INSERT INTO probe DEFAULT VALUES")
        [row] = memory.rows("SELECT typeof(c), quote(c) FROM probe")
        return row


def _clause(text: str | None) -> str:
    if text is None:
        return ""
    # A single word may be a name, which is a text there, and an error in brackets.
    return f" DEFAULT {text}" if len(lex(text)) == 1 else f" DEFAULT ({text})"


def _meaning(text: str | None) -> tuple[str, ...]:
    words = sql_words(text) if text is not None else ("NULL",)
    return _MEANS.get(words, words)


def _changes(text: str | None) -> bool:
    return text is not None and any(token.kind == WORD and token.value in _CHANGING for token in lex(text))
