"""A text's tokens to the tokens of each of its statements."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.extract.sql.kinds import is_block
from persistlint.extract.sql.lexer import OP, STRING, WORD, Token

_BLOCKS = frozenset({"IF", "LOOP", "WHILE", "REPEAT"})
"""END IF and its like end something else than a body, in the triggers of other databases."""


def split(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each statement, without the closing `;`.

    A CREATE TRIGGER runs to the END of its body. A block of another database's procedural code is not parted.
    """
    start = 0
    index = 0
    while index < len(tokens):
        if tokens[index].value == ";" and tokens[index].kind == OP:
            if index > start:
                yield tokens[start:index]
            start = index + 1
        elif index == start and tokens[index].kind == WORD:
            index = _end_of_body(tokens, index)
            continue
        index += 1
    if start < len(tokens):
        yield tokens[start:]


def _end_of_body(tokens: list[Token], index: int) -> int:
    """The index behind a statement that has statements in it, else behind its first token."""
    words = [token.value if token.kind == WORD else "" for token in tokens[index : index + 5]]
    if words[0] == "CREATE" and "TRIGGER" in words:
        return _end_of_trigger(tokens, index)
    if is_block(tokens[index : index + 2]):
        return len(tokens)
    if words[0] == "CREATE" and ("FUNCTION" in words or "PROCEDURE" in words):
        quoted = any(token.kind == STRING and token.value.startswith("$") for token in tokens[index:])
        return index + 1 if quoted else len(tokens)
    return index + 1


def _end_of_trigger(tokens: list[Token], index: int) -> int:
    """The index behind the END of a trigger's body, or of the first `;` where there is no body."""
    depth = 0
    for position in range(index, len(tokens)):
        token = tokens[position]
        if token.kind == WORD and (token.value == "BEGIN" or (token.value == "CASE" and depth)):
            depth += 1
        elif token.kind == WORD and token.value == "END" and depth:
            if position + 1 < len(tokens) and tokens[position + 1].value in _BLOCKS:
                continue
            depth -= 1
            if depth == 0:
                return position + 1
        elif token.kind == OP and token.value == ";" and not depth:
            return position
    return len(tokens)
