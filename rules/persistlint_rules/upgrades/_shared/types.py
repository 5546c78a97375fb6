"""What SQLite makes of declared types."""

from __future__ import annotations

_WORDS = (
    ("INTEGER", ("INT",)),
    ("TEXT", ("CHAR", "CLOB", "TEXT")),
    ("BLOB", ("BLOB",)),
    ("REAL", ("REAL", "FLOA", "DOUB")),
)


def affinity(declared: str) -> str:
    """The affinity of a declared type: https://sqlite.org/datatype3.html, section 3.1."""
    name = declared.upper()
    if not name.strip():
        return "BLOB"
    return next((found for found, words in _WORDS if any(word in name for word in words)), "NUMERIC")
