"""SQL text to tokens and statements, for any dialect, without ever failing."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD = "word"
QUOTED = "quoted"
STRING = "string"
NUMBER = "number"
PARAM = "param"
"""A placeholder that the driver fills: `?`, `?1`, `:name`, `@name`, `$name`, `$1`."""
SOFT = "soft"
"""Filled by the driver or by string formatting, nobody knows: `%s`, `%(name)s`, `{name}`, `${name}`."""
OP = "op"
BAD = "bad"

_HOLES = re.compile(r"(?:__HOLE\d{4}__)+")


class Token(NamedTuple):
    """One token; `value` is a word in upper case, an unquoted name, or the token's own text."""

    kind: str
    start: int
    end: int
    value: str

    @property
    def is_hole(self) -> bool:
        """Whether the token is nothing but stand-ins."""
        return self.kind == WORD and _HOLES.fullmatch(self.value) is not None


_PATTERN = re.compile(
    r"""
      (?P<space>[ \t\n\f\r\ufeff]+)
    | (?P<comment>--[^\n]*|/\*(?:[^*]+|\*(?!/))*+(?:\*/)?)
    | (?P<blob>[xX]'[0-9a-fA-F]*+')
    | (?P<string>'(?:[^']+|'')*+')
    | (?P<quoted>"(?:[^"]+|"")*+"|`(?:[^`]+|``)*+`|\[[^\]]*+\])
    | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
    | (?P<soft>%\([^()\n]*\)[sdifr]|%[sdifr](?![\w$])|\$?\{\{?[^{}\n]*\}\}?)
    | (?P<param>\?\d*|:(?!:)[\w$]+|@[\w$]+|\$[\w$]+(?:::[\w$]+)*)
    | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<op>\|\||->>|->|<<|>>|<=>|<=|>=|<>|!=|==|::|:=|%%|[-+*/%&|~<>=(),.;!^\#])
    | (?P<bad>['"`\[]|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTES = {'"': '"', "`": "`", "[": "]", "'": "'"}
_BACKSLASH_STRING = re.compile(r"'(?:[^'\\]+|\\.|'')*+'", re.DOTALL)
_BACKSLASH_DIALECTS = frozenset({"mysql", "bigquery", "clickhouse", "databricks", "hive", "spark", "doris"})


def lex(text: str, dialect: str = "sqlite") -> list[Token]:
    """The tokens of a text, without spaces and comments. An unclosed string or name is one BAD token to the end."""
    backslash = dialect in _BACKSLASH_DIALECTS
    tokens: list[Token] = []
    position = 0
    length = len(text)
    while position < length:
        match = _PATTERN.match(text, position)
        if match is None:  # cannot happen: the last alternative takes any character
            break
        group = match.lastgroup or "bad"
        end = match.end()
        if group == "tag":
            group = "dollar"
        if backslash and text[position] == "'":
            escaped = _BACKSLASH_STRING.match(text, position)
            end = escaped.end() if escaped else end
        if group == "bad" and text[position] in _QUOTES:
            end = length
        elif backslash and text[position] == "#":
            line_end = text.find("\n", position)
            end = length if line_end < 0 else line_end
            group = "comment"
        if group != "space" and group != "comment":
            tokens.append(_token(group, text, position, end))
        position = end
    return tokens


def _token(group: str, text: str, start: int, end: int) -> Token:
    raw = text[start:end]
    if group == "word":
        return Token(WORD, start, end, raw.upper())
    if group == "op":
        return Token(OP, start, end, raw)
    if group == "quoted":
        return Token(QUOTED, start, end, unquote(raw))
    if group in ("blob", "string", "dollar"):
        return Token(STRING, start, end, raw)
    return Token(group, start, end, raw)


def unquote(raw: str) -> str:
    """A name without its quotes; a name without quotes as it is."""
    closing = _QUOTES.get(raw[:1])
    if closing is None or len(raw) < 2 or raw[-1] != closing:
        return raw
    inner = raw[1:-1]
    return inner if closing == "]" else inner.replace(closing * 2, closing)


def name_of(text: str, token: Token) -> str:
    """What a token says as a name, in the case that it is written in."""
    raw = text[token.start : token.end]
    return unquote(raw) if token.kind in (QUOTED, STRING) else raw


def is_name(token: Token) -> bool:
    """Whether a token can stand for a name (SQLite takes a string there too)."""
    return token.kind in (WORD, QUOTED, STRING)


def closing(tokens: list[Token], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, or the number of tokens."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].kind == OP:
            if tokens[index].value == "(":
                depth += 1
            elif tokens[index].value == ")":
                depth -= 1
                if depth == 0:
                    return index
    return len(tokens)


def by_commas(tokens: list[Token]) -> list[list[Token]]:
    """Tokens parted at the commas that stand in no bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == OP:
            if token.value == "(":
                depth += 1
            elif token.value == ")":
                depth -= 1
            elif token.value == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    return [part for part in parts if part]
