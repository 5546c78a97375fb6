"""Values on which expressions about a column are likely to part: below, at and above what they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, product

from persistlint.extract.sql.lexer import NUMBER, OP, STRING, WORD, Token, lex
from persistlint.facts.schema import ColumnFact

Cell = int | float | str | bytes | None
Row = tuple[Cell, ...]

MOST_ROWS = 20_000
_BATCH = 1_000
_LONGEST = 4_000
_GREATEST = 2**63 - 1
_OPERANDS = frozenset({"=", "==", "<", ">", "<=", ">=", "<>", "!=", "(", ",", "+", "-", "*", "/", "%", "||"})
_CONNECTIVES = frozenset({"BETWEEN", "AND", "OR", "NOT", "IN", "IS"})
_NOSY = frozenset({"TYPEOF", "CAST", "GLOB", "LIKE", "REGEXP", "LENGTH", "OCTET_LENGTH", "UNICODE", "HEX"})
"""Words that see what a value is made of: only they tell apart what a column of its type should not hold."""
_PATTERNS = frozenset({"GLOB", "LIKE"})
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")


def values_of(column: ColumnFact, own: Sequence[str], shared: Sequence[str]) -> tuple[Cell, ...]:
    """Values to try in a column, those at the literals of the expressions first; NULL where the column takes it.

    `own` are the expressions that name this column alone, `shared` others that it may be compared in.
    """
    alone = [lex(expression) for expression in own]
    tokens = [*alone, *(lex(expression) for expression in shared)]
    numbers = [number for one in tokens for number in _numbers(one)]
    texts = [text for one in tokens for text in _texts(one)]
    words = {token.value for one in tokens for token in one if token.kind == WORD}
    kind = _kind(column)
    found: list[Cell] = []
    match kind:
        case "boolean":
            found += [*numbers, 0, 1]
        case "integer" | "real":
            found += [near for number in numbers for near in _beside(number, whole=kind == "integer")]
            found += [number for text in texts if isinstance(number := _as_number(text), int)]
            found += [text for one in alone for text in _texts(one)]
            found += [0, 1, -1, 2] if kind == "integer" else [0, 1, -1, 0.5]
        case "moment":
            found += [near for text in texts for near in _beside_text(text, words)]
            found += [near for number in numbers for near in _beside(number, whole=True)]
            found += ["2001-02-03 04:05:06", "2031-02-03 04:05:06", "2001-02-03", "04:05:06"]
        case _:
            found += [near for text in texts for near in _beside_text(text, words)]
            found += [near for number in numbers for near in _lengths(number)]
            found += ["", "a", "A", " ", "1", *(["[]", "{}", '{"a": 1}', "null", "{"] if _about_json(words) else [])]
    if words & _NOSY:
        found += [b"a", "abc", "", 0.5, 1] if kind != "text" else [b"a"]
    if column.nullable:
        found.append(None)
    return _distinct(found)


def all_rows(values: Sequence[Sequence[Cell]]) -> tuple[Iterator[list[Row]], bool]:
    """Rows in batches, and whether they are every combination of the columns' values.

    Where these are too many, they are those of the first values of each column, half of MOST_ROWS at most.
    """
    if _count(values) <= MOST_ROWS:
        return _batches(product(*values)), True
    few = 1
    while (few + 1) ** len(values) <= MOST_ROWS // 2:
        few += 1
    return _batches(islice(product(*(one[:few] for one in values)), MOST_ROWS // 2)), False


def rows_around(bases: Sequence[Row], values: Sequence[Sequence[Cell]]) -> Iterator[list[Row]]:
    """Rows that differ from one of the bases in one or two columns, half of MOST_ROWS at most."""
    rows = (
        (*base[:left], first, *base[left + 1 : right], second, *base[right + 1 :])
        for base in bases
        for left, right in combinations(range(len(values)), 2)
        for first, second in product(values[left], values[right])
    )
    return _batches(islice(rows, MOST_ROWS // 2))


def _count(values: Sequence[Sequence[Cell]]) -> int:
    total = 1
    for one in values:
        total *= len(one)
    return total


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _kind(column: ColumnFact) -> str:
    """What a column is meant to hold: `boolean`, `moment`, `integer`, `real` or `text`."""
    name = (column.type or "").upper()
    for kind, words in (
        ("boolean", ("BOOL",)),
        ("integer", ("INT",)),
        ("text", ("CHAR", "CLOB", "TEXT", "JSON", "BLOB", "STRING", "UUID", "ENUM")),
        ("moment", ("DATE", "TIME")),
    ):
        if any(word in name for word in words):
            return kind
    return "real" if name else "text"


def _numbers(tokens: Sequence[Token]) -> Iterator[int | float]:
    for index, token in enumerate(tokens):
        number = _number(token.value) if token.kind == NUMBER else None
        if number is not None:
            yield -number if _negated(tokens, index) else number


def _negated(tokens: Sequence[Token], index: int) -> bool:
    if index == 0 or tokens[index - 1].value != "-":
        return False
    if index == 1:
        return True
    before = tokens[index - 2]
    return before.value in (_OPERANDS if before.kind == OP else _CONNECTIVES)


def _number(text: str) -> int | float | None:
    try:
        number = int(text, 0) if text[:2] in ("0x", "0X") else float(text) if set(text) & set(".eE") else int(text)
    except ValueError:
        return None
    return number if abs(number) < _GREATEST else None


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.kind == STRING and token.value.startswith("'"):
            yield token.value[1:-1].replace("''", "'")


def _beside(number: float, *, whole: bool) -> list[Cell]:
    if number == int(number):
        exact = int(number)
        halves: list[Cell] = [] if whole else [number + 0.5, number - 0.5]
        return [exact, exact + 1, exact - 1, *halves]
    if whole:
        return [int(number // 1), int(number // 1) + 1]
    return [number, number + 0.5, number - 0.5]


def _beside_text(text: str, words: set[str]) -> list[Cell]:
    """What a pattern stands for, the text, other cases of it, its neighbours in order, and the number it spells."""
    near: list[Cell] = [*_matches(text)] if words & _PATTERNS else []
    near += [text, text.lower(), text.upper(), text.swapcase(), text + "x", text[:-1]]
    if text:
        near += [text[:-1] + _next(text[-1], step) for step in (1, -1)]
    number = _as_number(text)
    return [*near, number] if not isinstance(number, str) else near


def _matches(pattern: str) -> Iterable[str]:
    """Texts around a LIKE or GLOB pattern: some that match it, some that just do not."""
    if not set(pattern) & set("%_*?["):
        return ()
    plain = _CLASS.sub(lambda match: _member(match[0], 0), pattern)
    whole = [plain.translate({37: many, 42: many, 95: one, 63: one}) for many in ("", "ab") for one in ("a", "1")]
    parted = [
        (pattern[: match.start()] + _member(match[0], step) + pattern[match.end() :])
        for match in _CLASS.finditer(pattern)
        for step in (-1, 1, 2)
    ]
    parted = [
        _CLASS.sub(lambda match: _member(match[0], 0), one).translate({37: "", 42: "", 95: "a", 63: "a"})
        for one in parted
    ]
    return [*whole, *(one + "x" for one in whole), *("x" + one for one in whole), *(one[:-1] for one in whole), *parted]


def _member(written: str, step: int) -> str:
    """Of a class such as `[0-5]`: its first character, the one before it, its last one, or the one after that."""
    inner = written[1:-1].lstrip("^") or " "
    return {0: inner[0], -1: _next(inner[0], -1), 1: inner[-1], 2: _next(inner[-1], 1)}[step]


def _next(character: str, step: int) -> str:
    code = ord(character) + step
    return chr(code) if 0x20 <= code < 0xD800 else character


def _lengths(number: float) -> list[Cell]:
    near = [int(number) + step for step in (0, 1, -1)]
    return [*("a" * size for size in near if 0 <= size <= _LONGEST), *(str(one) for one in near)]


def _as_number(text: str) -> Cell:
    try:
        number = int(text)
    except ValueError:
        return text
    return number if abs(number) < _GREATEST else text


def _about_json(words: set[str]) -> bool:
    return any(word.startswith("JSON") for word in words)


def _distinct(values: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple({(type(value), value): value for value in values}.values())
