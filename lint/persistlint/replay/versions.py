"""From which SQLite on a statement can be carried out: https://sqlite.org/changes.html, https://sqlite.org/lang.html."""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, ...]
ALTERS_CONSTRAINTS: Version = (3, 53)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/", re.DOTALL)
_ALTER = r"^\s*ALTER\s+TABLE\b.*?\b"
_CREATE = r"^\s*CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\b.*"
_FEATURES: tuple[tuple[str, Version, str], ...] = (
    (f"{_ALTER}ADD\\s+CONSTRAINT\\b.*\\bCHECK\\b", ALTERS_CONSTRAINTS, "ALTER TABLE … ADD CONSTRAINT … CHECK"),
    (f"{_ALTER}DROP\\s+CONSTRAINT\\b", ALTERS_CONSTRAINTS, "ALTER TABLE … DROP CONSTRAINT"),
    (rf"{_ALTER}ALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET|DROP)\s+NOT\s+NULL\b", ALTERS_CONSTRAINTS,
     "ALTER COLUMN … NOT NULL"),
    (r"\bIS\s+(?:NOT\s+)?DISTINCT\s+FROM\b", (3, 39), "IS DISTINCT FROM"),
    (r"\b(?:RIGHT|FULL)\s+(?:OUTER\s+)?JOIN\b", (3, 39), "RIGHT JOIN and FULL JOIN"),
    (r"->", (3, 38), "the operators -> and ->>"),
    (rf"{_CREATE}\)\s*(?:WITHOUT\s+ROWID\s*,\s*)?STRICT\b", (3, 37), "STRICT tables"),
    (f"{_ALTER}DROP\\s+(?!CONSTRAINT\\b)(?:COLUMN\\s+)?\\S+\\s*;?\\s*$", (3, 35), "ALTER TABLE … DROP COLUMN"),
    (r"^\s*(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b.*\bRETURNING\b", (3, 35), "RETURNING"),
    (r"\bAS\s+(?:NOT\s+)?MATERIALIZED\s*\(", (3, 35), "MATERIALIZED"),
    (r"^\s*UPDATE\b.*\bSET\b(?:(?!\bSELECT\b).)*\bFROM\b", (3, 33), "UPDATE … FROM"),
    (rf"(?:{_CREATE}|{_ALTER}ADD\b.*)\bGENERATED\s+ALWAYS\b", (3, 31), "generated columns"),
    (r"\bNULLS\s+(?:FIRST|LAST)\b", (3, 30), "NULLS FIRST and NULLS LAST"),
    (r"\bFILTER\s*\(\s*WHERE\b", (3, 30), "FILTER"),
    (r"^\s*VACUUM\b.*\bINTO\b", (3, 27), "VACUUM INTO"),
    (r"\bOVER\s*(?:\(|\w)", (3, 25), "window functions"),
    (f"{_ALTER}RENAME\\s+(?!TO\\b)", (3, 25), "ALTER TABLE … RENAME COLUMN"),
    (r"\bON\s+CONFLICT\b[^;]*?\bDO\b", (3, 24), "ON CONFLICT DO"),
)  # fmt: skip
_COMPILED = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), version, what) for pattern, version, what in _FEATURES
)


@dataclass(frozen=True, slots=True)
class Needed:
    """What a statement uses, and the first SQLite that has it."""

    feature: str
    version: Version

    @property
    def shown(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))


def needed(statement: str) -> Needed | None:
    """The newest thing that a statement uses; None for what every SQLite of the last years can do."""
    # What stands in quotes says nothing; a name in quotes stays a name.
    bare = _LITERAL.sub(lambda match: "x" if match[0][0] in "'\"`[" else " ", statement)
    for pattern, version, what in _COMPILED:
        if pattern.search(bare):
            return Needed(what, version)
    return None


def version_of(text: str) -> Version:
    """A version as numbers, without zeros at the end. Raises ValueError."""
    if not re.fullmatch(r"3(?:\.\d{1,3}){1,2}", text):
        raise ValueError(f"is no version of SQLite 3: `{text}`")
    numbers = tuple(map(int, text.split(".")))
    return numbers if numbers[-1] or len(numbers) < 3 else numbers[:-1]
