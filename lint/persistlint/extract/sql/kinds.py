"""What a statement is, from its first words."""

from __future__ import annotations

from persistlint.extract.sql.lexer import OP, WORD, Token
from persistlint.facts.sql import Kind

_BY_WORD = {
    "SELECT": Kind.SELECT,
    "VALUES": Kind.SELECT,
    "INSERT": Kind.INSERT,
    "REPLACE": Kind.INSERT,
    "UPDATE": Kind.UPDATE,
    "DELETE": Kind.DELETE,
    "DROP": Kind.DROP,
    "PRAGMA": Kind.PRAGMA,
    "BEGIN": Kind.BEGIN,
    "COMMIT": Kind.COMMIT,
    "END": Kind.COMMIT,
    "ROLLBACK": Kind.ROLLBACK,
    "SAVEPOINT": Kind.SAVEPOINT,
    "RELEASE": Kind.RELEASE,
}
_CREATED = {
    "TABLE": Kind.CREATE_TABLE,
    "INDEX": Kind.CREATE_INDEX,
    "VIEW": Kind.CREATE_VIEW,
    "TRIGGER": Kind.CREATE_TRIGGER,
}
_CREATE_PREFIXES = frozenset(
    {"TEMP", "TEMPORARY", "UNIQUE", "VIRTUAL", "OR", "REPLACE", "UNLOGGED", "GLOBAL", "LOCAL", "FULLTEXT", "SPATIAL"}
    | {"CLUSTERED", "NONCLUSTERED", "MATERIALIZED", "EXTERNAL", "RECURSIVE", "FOREIGN", "CONSTRAINT"}
)
_TRANSACTION_WORDS = frozenset(
    {"TRANSACTION", "DEFERRED", "IMMEDIATE", "EXCLUSIVE", "CONCURRENT", "WORK", "TRAN", "ISOLATION", "READ"}
)


def kind_of(tokens: list[Token]) -> Kind:
    """The kind by the first keywords. OTHER for everything else, be it readable or not."""
    index = 0
    while index < len(tokens) and (tokens[index].value == "(" or tokens[index].is_hole):
        index += 1
    first = tokens[index].value if index < len(tokens) and tokens[index].kind == WORD else ""
    following = [token.value for token in tokens[index + 1 : index + 3]]
    if first == "WITH":
        return _behind_with(tokens[index + 1 :])
    if first == "CREATE":
        return _created(tokens[index + 1 :])
    if first == "ALTER":
        return Kind.ALTER if "TABLE" in following else Kind.OTHER
    if first == "BEGIN" and is_block(tokens[index:]):
        return Kind.OTHER
    if first == "START" and following[:1] == ["TRANSACTION"]:
        return Kind.BEGIN
    return _BY_WORD.get(first, Kind.OTHER)


def is_block(tokens: list[Token]) -> bool:
    """Whether a BEGIN begins a block of procedural code instead of a transaction."""
    following = tokens[1] if len(tokens) > 1 else None
    return (
        tokens[0].value == "BEGIN"
        and following is not None
        and following.kind == WORD
        and following.value not in _TRANSACTION_WORDS
        and not following.is_hole
    )


def _behind_with(tokens: list[Token]) -> Kind:
    depth = 0
    for token in tokens:
        if token.kind == OP:
            depth += {"(": 1, ")": -1}.get(token.value, 0)
        elif depth == 0 and token.kind == WORD and token.value in ("SELECT", "VALUES", "INSERT", "UPDATE", "DELETE"):
            return _BY_WORD[token.value]
        elif depth == 0 and token.kind == WORD and token.value == "REPLACE":
            return Kind.INSERT
    return Kind.SELECT


def _created(tokens: list[Token]) -> Kind:
    for token in tokens[:5]:
        if token.kind == WORD and token.value in _CREATED:
            return _CREATED[token.value]
        if token.value not in _CREATE_PREFIXES and not token.is_hole:
            break
    return Kind.OTHER
