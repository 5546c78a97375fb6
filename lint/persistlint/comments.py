"""Comments that say which findings are known: `persistlint: ignore[rule-name] reason`, in Python, SQL and Markdown.

Found in the text itself, not in the facts of a file, so that a file without persistence code is read as well.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from persistlint.source import Span

MARK = "persistlint:"
"""Stands in every text that holds such a comment."""

_DIRECTIVE = re.compile(
    r"persistlint:[ \t]*(?P<verb>[A-Za-z-]+)[ \t]*(?:\[(?P<names>[^\]\n]*)(?P<closed>\])?)?(?P<rest>.*)"
)
_VERBS = ("ignore", "disable", "noqa", "allow", "skip")
"""Words that people of other linters write; only the first is ours, the others are told so."""
_SQL = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<other>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]\n]*\])|(?P<end>;)"""
    r"""|(?P<word>[^\s;'"`\[/-]+|.)""",
    re.DOTALL,
)
_FENCE = re.compile(r"[ ]{0,3}(?P<marks>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)")
_BLANK = frozenset((tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING))


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the brackets, with its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment. `first` to `last` are the lines that it speaks of; `span` is the comment from its sign on."""

    span: Span
    names: tuple[Named, ...]
    reason: str | None
    first: int
    last: int
    readable: bool = True
    """False where it is written in a way that says nothing."""
    quoted: bool = False
    """It stands in a string of Python code, which may be SQL or may be anything."""

    def covers(self, at: Span) -> bool:
        """Whether a finding at that place is meant."""
        if at.path != self.span.path:
            return False
        return self.first <= at.line <= self.last or at.line <= self.span.line <= at.end_line


def ignores_in(path: str, text: str) -> tuple[Ignore, ...]:
    """The comments of one file, in order. Any text at all gives comments, never an error."""
    if MARK not in text:
        return ()
    reader = _sql if path.endswith(".sql") else _markdown if path.endswith(".md") else _python
    return tuple(reader(path, re.sub(r"\r\n?", "\n", text)))


def _python(path: str, text: str) -> Iterator[Ignore]:
    lines = text.split("\n")
    for comment, first, last in _python_comments(text):
        row, column = comment.start
        yield from _read(path, row, column, comment.string, "#", first, last)
    for token in python_tokens(text):
        # From Python 3.12 on the parts of an f-string have their own kind of token.
        if token.type == tokenize.STRING or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
            yield from _in_string(path, lines, token)


def _python_comments(text: str) -> Iterator[tuple[tokenize.TokenInfo, int, int]]:
    """The comments with the lines that they speak of: their statement's, or the one's below."""
    tokens = list(python_tokens(text))
    statements = list(python_statements(tokens))
    ends = [last for _, last in statements]
    for number, token in enumerate(tokens):
        if token.type != tokenize.COMMENT or MARK not in token.string:
            continue
        row = token.start[0]
        alone = not token.line[: token.start[1]].strip()
        index = bisect_left(ends, row)
        first, last = statements[index] if index < len(statements) else (row, row)
        if alone:
            yield (token, *_below(tokens, number, first, last, row))
        elif row in (first, last):
            yield token, first, last
        else:
            # A string that ends in this line began where it can hold no comment.
            ending = (one.start[0] for one in reversed(tokens[:number]) if one.end[0] == row)
            yield token, min(ending, default=row), row


def _below(tokens: list[tokenize.TokenInfo], number: int, first: int, last: int, row: int) -> tuple[int, int]:
    """What a comment on a line of its own speaks of: the statement below, or within one the next line."""
    if first > row:
        return first, last
    following = next((one for one in tokens[number:] if one.type not in _BLANK), tokens[number])
    return following.start[0], following.end[0]


def python_statements(tokens: Iterable[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """The first and last line of each simple statement or head of a block, its decorators included."""
    first: int | None = None
    decorates = False
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            if first is not None and not decorates:
                yield first, token.start[0]
                first = None
            decorates = False
        elif token.type not in _BLANK:
            if token.type == tokenize.OP and token.string == "@" and not token.line[: token.start[1]].strip():
                decorates = True
            first = token.start[0] if first is None else first


def python_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of Python code, up to where it cannot be read."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError, IndexError):
        return  # a file that cannot be parsed is a finding of its own


def _in_string(path: str, lines: list[str], token: tokenize.TokenInfo) -> Iterator[Ignore]:
    """SQL comments in a string. Nobody knows here whether it is SQL."""
    for row in range(token.start[0], token.end[0] + 1):
        line = lines[row - 1] if row <= len(lines) else ""
        begin = token.start[1] if row == token.start[0] else 0
        end = token.end[1] if row == token.end[0] else len(line)
        column = line.find("--", begin, end)
        if column != -1 and MARK in line[column:end]:
            alone = not line[:column].strip()
            # Quotes that close the string, or the line break that is spelled in it, end the comment.
            comment = re.split(r"""\\n|["']""", line[column:end])[0]
            for one in _read(path, row, column, comment, "--", row, row + 1 if alone else row):
                yield Ignore(one.span, one.names, one.reason, one.first, one.last, one.readable, quoted=True)


def _sql(path: str, text: str, row: int = 1) -> Iterator[Ignore]:
    lines = text.split("\n")
    comments, statements = _sql_parts(text)
    ends = [last for _, last in statements]
    for at, comment in comments:
        begin = text.count("\n", 0, at)
        column = at - (text.rfind("\n", 0, at) + 1)
        index = bisect_left(ends, begin)
        first, last = statements[index] if index < len(statements) else (begin, begin)
        behind = text[at + len(comment) :].partition("\n")[0]
        if not lines[begin][:column].strip() and not behind.strip():
            below = begin + 1 + comment.count("\n")
            first, last = (first, last) if first > begin else (below, below)
        elif begin not in (first, last):
            first = last = begin
        sign = comment[:2]
        yield from _read(path, row + begin, column, comment.removesuffix("*/"), sign, row + first, row + last)


def _sql_parts(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, int]]]:
    """The comments that speak to us, by their offsets; the first and last line of each statement, from 0."""
    comments: list[tuple[int, str]] = []
    statements: list[tuple[int, int]] = []
    first: int | None = None
    line = 0
    offset = 0
    for kind, part in sql_tokens(text):
        if kind == "comment":
            if MARK in part:
                comments.append((offset, part))
        elif kind == "end":
            if first is not None:
                statements.append((first, line))
            first = None
        elif part.strip():
            first = line if first is None else first
        line += part.count("\n")
        offset += len(part)
    if first is not None:
        statements.append((first, line))
    return comments, statements


def sql_tokens(text: str) -> Iterator[tuple[str, str]]:
    """All parts of an SQL text, each with its kind: `comment`, `end` for a semicolon, `other`, `word`."""
    for match in _SQL.finditer(text):
        yield match.lastgroup or "word", match[0]


def fences(text: str) -> Iterator[tuple[int, int, str]]:
    """The first and the last line, from 1, of each fenced block of a Markdown text, with its language."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        if fence is not None:
            end = _fence_end(lines, number, fence["marks"])
            yield number + 1, end + 1, fence["language"]
            number = end
        number += 1


def _markdown(path: str, text: str) -> Iterator[Ignore]:
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        if fence is not None:
            end = _fence_end(lines, number, fence["marks"])
            inside = lines[number + 1 : end]
            if fence["language"] == "sql":
                yield from _sql(path, "\n".join(inside), number + 2)
            elif fence["language"] == "toml":
                yield from _lines(path, inside, number + 2, "#", lambda _row: 1)
            number = end + 1
            continue
        yield from _lines(path, lines[number : number + 1], number + 1, "<!--", lambda row: _block(lines, row))
        number += 1


def _fence_end(lines: list[str], number: int, marks: str) -> int:
    closing = re.compile(rf"[ ]{{0,3}}{re.escape(marks[0])}{{{len(marks)},}}[ \t]*")
    return next((row for row in range(number + 1, len(lines)) if closing.fullmatch(lines[row])), len(lines))


def _block(lines: list[str], row: int) -> int:
    """How many lines below line `row`, counted from 1, a comment above them speaks of: a fence, or the next line."""
    below = row
    while below < len(lines) and not lines[below].strip():
        below += 1
    fence = _FENCE.match(lines[below]) if below < len(lines) else None
    return (below if fence is None else _fence_end(lines, below, fence["marks"])) + 1 - row


def _lines(path: str, lines: list[str], row: int, sign: str, reach: Callable[[int], int]) -> Iterator[Ignore]:
    """Comments by a sign that ends no string: of TOML and of Markdown, where one on its own line speaks of the next."""
    for offset, line in enumerate(lines):
        for found in re.finditer(rf"{re.escape(sign)}[ \t]*{MARK}", line):
            comment = line[found.start() :].partition("-->")[0] if sign == "<!--" else line[found.start() :]
            alone = not line[: found.start()].strip()
            last = row + offset + (reach(row + offset) if alone else 0)
            yield from _read(path, row + offset, found.start(), comment, sign, row + offset, last)


def _read(path: str, row: int, column: int, comment: str, sign: str, first: int, last: int) -> Iterator[Ignore]:
    """What a comment says to us, behind its sign or a further one: `# noqa  # persistlint: ignore[…]`."""
    for begin in re.finditer(rf"{re.escape(sign)}[ \t]*(?={MARK})", comment):
        directive = _DIRECTIVE.match(comment, begin.end())
        if directive is None or not directive["verb"].lower().startswith(_VERBS):
            continue
        start = begin.start()
        rest = directive["rest"].partition(sign)[0]
        end = directive.start("rest") + len(rest.rstrip())
        names = tuple(_names(path, row, column + directive.start("names"), directive["names"] or ""))
        readable = directive["verb"] == "ignore" and directive["closed"] is not None and bool(names)
        span = Span(path, row, column + start + 1, row, column + end + 1)
        yield Ignore(span, names, rest.strip(" \t:-—–") or None, first, last, readable)  # noqa: RUF001 - people write dashes


def _names(path: str, row: int, column: int, text: str) -> Iterator[Named]:
    for match in re.finditer(r"[^\s,]+", text):
        yield Named(match[0], Span(path, row, column + match.start() + 1, row, column + match.end() + 1))
