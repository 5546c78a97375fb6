"""The constraints in a CREATE TABLE as they stand in the text."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.extract.sql.cursor import Cursor
from persistlint.extract.sql.lexer import WORD, Token, by_commas, is_name

AUTO = "AUTOINCREMENT"


@dataclass(frozen=True, slots=True)
class Constraint:
    """`kind` is primary, unique, check, foreign, not-null, null, default, collate, generated or autoincrement."""

    kind: str
    start: int
    end: int
    name: str | None = None
    text: str = ""
    """The expression of CHECK and DEFAULT, the collation of COLLATE."""
    columns: tuple[str, ...] = ()
    table: str = ""
    references: tuple[str, ...] = ()
    ondelete: str | None = None
    onupdate: str | None = None


def constraints_of(text: str, tokens: list[Token], columns: tuple[str, ...]) -> list[Constraint]:
    """The constraints in a column's definition (of `columns`) or in a part of the table's list."""
    cursor = Cursor(text, tokens)
    found: list[Constraint] = []
    while (token := cursor.peek()) is not None:
        name: str | None = None
        if cursor.take("CONSTRAINT"):
            named = cursor.peek()
            if named is not None and is_name(named) and cursor.word() not in ("CHECK", "UNIQUE", "PRIMARY", "FOREIGN"):
                name = cursor.said(named)
                cursor.step()
        before = cursor.index
        constraint = _constraint(cursor, token.start, name, columns)
        if constraint is not None:
            found.append(constraint)
        elif cursor.index == before:
            cursor.step()
    return found


def _constraint(cursor: Cursor, start: int, name: str | None, columns: tuple[str, ...]) -> Constraint | None:
    if cursor.take("NOT", "NULL"):
        return _done(cursor, "not-null", start, name, columns=columns)
    if cursor.take("NULL"):
        return _done(cursor, "null", start, name, columns=columns)
    if cursor.take("CHECK"):
        opening = cursor.peek()
        cursor.brackets()
        text = cursor.text[opening.end : cursor.behind() - 1].strip() if opening is not None else ""
        return _done(cursor, "check", start, name, text=text, columns=columns)
    if cursor.take("DEFAULT"):
        return _done(cursor, "default", start, name, text=_default(cursor), columns=columns)
    if cursor.take("COLLATE"):
        collation = cursor.name()
        return _done(cursor, "collate", start, name, text=collation.name if collation else "", columns=columns)
    if cursor.any_of("AUTOINCREMENT", "AUTO_INCREMENT"):
        return _done(cursor, "autoincrement", start, name, columns=columns)
    return _key(cursor, start, name, columns) or _generated(cursor, start, name, columns)


def _key(cursor: Cursor, start: int, name: str | None, columns: tuple[str, ...]) -> Constraint | None:
    if cursor.take("PRIMARY", "KEY"):
        direction = cursor.any_of("ASC", "DESC")
        inside = cursor.brackets()
        auto = cursor.take(AUTO) or any(token.kind == WORD and token.value == AUTO for token in inside or [])
        owned = _names(cursor, inside, columns)
        return _done(cursor, "primary", start, name, text=AUTO if auto else direction, columns=owned)
    if cursor.take("UNIQUE"):
        cursor.any_of("KEY", "INDEX")
        if not columns and cursor.word() != "(":
            named = cursor.name()
            name = name or (named.name if named else None)
        return _done(cursor, "unique", start, name, columns=_names(cursor, cursor.brackets(), columns))
    if cursor.take("FOREIGN", "KEY"):
        owned = _names(cursor, cursor.brackets(), ())
        return _references(cursor, start, name, owned) if cursor.take("REFERENCES") else None
    if cursor.take("REFERENCES"):
        return _references(cursor, start, name, columns)
    return None


def _generated(cursor: Cursor, start: int, name: str | None, columns: tuple[str, ...]) -> Constraint | None:
    if not cursor.take("GENERATED") and cursor.word() != "AS":
        return None
    cursor.take("ALWAYS")
    cursor.take("BY", "DEFAULT")
    cursor.take("AS")
    # Without an expression it is another database's IDENTITY.
    kind = "generated" if cursor.brackets() else "autoincrement"
    return _done(cursor, kind, start, name, columns=columns)


def _done(
    cursor: Cursor, kind: str, start: int, name: str | None, *, text: str = "", columns: tuple[str, ...] = ()
) -> Constraint:
    return Constraint(kind, start, cursor.behind(), name, text, columns)


def _names(cursor: Cursor, inside: list[Token] | None, fallback: tuple[str, ...]) -> tuple[str, ...]:
    if inside is None:
        return fallback
    return tuple(cursor.said(part[0]) for part in by_commas(inside))


def _default(cursor: Cursor) -> str:
    start = cursor.index
    if (inside := cursor.brackets()) is not None:
        return cursor.source(inside)
    if cursor.word() in ("-", "+"):
        cursor.step()
    cursor.step()
    cursor.brackets()
    while cursor.word() == "::":
        cursor.step(2)
        cursor.brackets()
    return cursor.source(cursor.tokens[start : cursor.index])


def _references(cursor: Cursor, start: int, name: str | None, columns: tuple[str, ...]) -> Constraint | None:
    table = cursor.name()
    if table is None:
        return None
    references = _names(cursor, cursor.brackets(), ())
    actions: dict[str, str] = {}
    while cursor.peek() is not None:
        if cursor.word() == "ON" and cursor.word(1) in ("DELETE", "UPDATE"):
            event = cursor.word(1)
            cursor.step(2)
            action = cursor.any_of("CASCADE", "RESTRICT", "SET", "NO")
            if action in ("SET", "NO"):
                action += " " + (cursor.any_of("NULL", "DEFAULT", "ACTION") or "")
            actions[event] = action
        elif cursor.take("MATCH"):
            cursor.step()
        elif not (
            cursor.take("NOT", "DEFERRABLE")
            or cursor.take("DEFERRABLE")
            or (cursor.take("INITIALLY") and cursor.any_of("DEFERRED", "IMMEDIATE"))
        ):
            break
    end = cursor.behind()
    ondelete, onupdate = (actions.get(event) for event in ("DELETE", "UPDATE"))
    return Constraint(
        "foreign",
        start,
        end,
        name,
        "",
        columns,
        table.name,
        references,
        None if ondelete == "NO ACTION" else ondelete,
        None if onupdate == "NO ACTION" else onupdate,
    )
