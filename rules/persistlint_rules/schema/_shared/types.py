"""Declared types, taken apart."""

from __future__ import annotations

import re

_TYPE = re.compile(r"\s*(?P<base>[^()]*?)\s*(?:\((?P<arguments>.*)\)\s*)?(?P<rest>[^()]*)$", re.DOTALL)


def parts(declared: str) -> tuple[str, str]:
    """Name and arguments of a type: `VARCHAR` and `100`; case and spaces do not count, nor does a collation."""
    text = re.split(r"\s+COLLATE\s", plain(declared), maxsplit=1, flags=re.IGNORECASE)[0]
    match = _TYPE.match(text)
    if match is None:
        return " ".join(text.upper().split()), ""
    words = f"{match['base']} {match['rest']}".upper().split()
    return " ".join(words), re.sub(r"\s+", "", match["arguments"] or "").upper()


def plain(declared: str) -> str:
    """A type without the mark of those that SQLAlchemy has no name for on SQLite."""
    return declared.removeprefix("!")


def affinity(declared: str) -> str:
    """What SQLite makes of a declared type: https://sqlite.org/datatype3.html, section 3.1."""
    name = declared.upper()
    for found, words in (
        ("INTEGER", ("INT",)),
        ("TEXT", ("CHAR", "CLOB", "TEXT")),
        ("BLOB", ("BLOB",)),
        ("REAL", ("REAL", "FLOA", "DOUB")),
    ):
        if any(word in name for word in words):
            return found
    return "NUMERIC" if name.strip() else "BLOB"
