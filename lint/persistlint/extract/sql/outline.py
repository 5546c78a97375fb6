"""The parts of a CREATE TABLE as they stand in the text: where each is, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from persistlint.extract.sql.constraints import Constraint, constraints_of
from persistlint.extract.sql.cursor import Cursor, Name
from persistlint.extract.sql.lexer import WORD, Token, by_commas, is_name

_TABLE_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE", "LIKE", "PERIOD"})
_MYSQL_KEYS = frozenset({"KEY", "INDEX", "FULLTEXT", "SPATIAL"})
_TYPE_ENDS = frozenset(
    {"CONSTRAINT", "NOT", "NULL", "PRIMARY", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"}
    | {"ON", "DEFERRABLE", "AUTO_INCREMENT", "AUTOINCREMENT", "COMMENT", "IDENTITY"}
)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    type_end: int
    """The type stands between the name and this offset."""
    start: int
    end: int
    constraints: tuple[Constraint, ...] = ()

    def has(self, kind: str) -> Constraint | None:
        return next((constraint for constraint in self.constraints if constraint.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Outline:
    """A CREATE TABLE. `body` is None for CREATE TABLE … AS SELECT and for what has no brackets."""

    table: Name
    temporary: bool = False
    if_not_exists: bool = False
    body: tuple[int, int] | None = None
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    """Table constraints, and the columns' own in the order of the text."""
    options: tuple[str, ...] = ()
    unknown_parts: bool = False
    """A part of the list is a stand-in, or cannot be told for a column or a constraint."""


def outline(text: str, tokens: list[Token], dialect: str) -> Outline | None:
    """The parts of a CREATE TABLE; None where not even its name can be found."""
    cursor = Cursor(text, tokens)
    cursor.take("CREATE")
    temporary = False
    while cursor.peek() is not None and not cursor.take("TABLE"):
        temporary = temporary or cursor.word() in ("TEMP", "TEMPORARY")
        cursor.step()
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    following = cursor.peek(1)
    if following is not None and is_name(following) and following.value != "AS" and cursor.take_hole():
        if_not_exists = True  # what else would stand between TABLE and the name
    table = cursor.name()
    if table is None:
        return None
    opening = cursor.peek()
    inside = cursor.brackets()
    if opening is None or inside is None:
        return Outline(table, temporary, if_not_exists)
    end = cursor.behind()
    options = tuple(token.value for token in cursor.rest())
    columns, constraints, unknown = _parts(text, inside, dialect)
    return Outline(table, temporary, if_not_exists, (opening.start, end), columns, constraints, options, unknown)


def _parts(text: str, inside: list[Token], dialect: str) -> tuple[tuple[Column, ...], tuple[Constraint, ...], bool]:
    columns: list[Column] = []
    constraints: list[Constraint] = []
    unknown = False
    for part in by_commas(inside):
        first = part[0]
        if first.kind == WORD and first.value in _TABLE_CONSTRAINTS:
            constraints += constraints_of(text, part, ())
            unknown = unknown or first.value == "LIKE"
        elif first.kind == WORD and first.value in _MYSQL_KEYS and dialect != "sqlite" and len(part) > 2:
            continue
        elif first.is_hole and len(part) == 1:
            unknown = True
        else:
            column = column_of(text, part)
            if column is None:
                unknown = True
            else:
                columns.append(column)
                constraints += column.constraints
                unknown = unknown or _open_ended(part)
    return tuple(columns), tuple(constraints), unknown


def _open_ended(tokens: list[Token]) -> bool:
    """Whether a stand-in in a column's definition may hold further columns: behind a type, not as one."""
    depth = 0
    for before, token in pairwise(tokens[1:]):
        depth += {"(": 1, ")": -1}.get(before.value, 0)
        if depth == 0 and token.is_hole and before.value not in ("DEFAULT", "COLLATE", "REFERENCES", "CONSTRAINT"):
            return True
    return False


def column_of(text: str, tokens: list[Token]) -> Column | None:
    """A column's definition."""
    cursor = Cursor(text, tokens)
    token = cursor.peek()
    if token is None or not is_name(token):
        return None
    name = cursor.said(token)
    cursor.index = 1
    while cursor.peek() is not None and cursor.word() not in _TYPE_ENDS:
        if cursor.brackets() is None:
            cursor.step()
    type_tokens = tokens[1 : cursor.index]
    type_end = cursor.behind()
    constraints = constraints_of(text, tokens[cursor.index :], (name,))
    return Column(name, cursor.source(type_tokens), type_end, tokens[0].start, tokens[-1].end, tuple(constraints))
