"""Puts ignore comments beside findings, so that nothing but comments changes."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Callable, Iterable, Sequence

from persistlint.comments import fences, ignores_in, python_statements, python_tokens, sql_tokens

Wanted = Sequence[tuple[int, str]]
"""Lines with the rules to ignore there."""


def annotated(path: str, data: bytes, wanted: Wanted) -> bytes | None:
    """The file with comments that ignore the rules; None where that cannot be written without changing the program."""
    if b"\r" in data.replace(b"\r\n", b""):
        return None  # other lines than ours
    # Bytes of other encodings come back as they were.
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    writer = _Writer(path, text)
    sql, markdown = path.endswith(".sql"), path.endswith(".md")
    place = _sql_place(text) if sql else _markdown_place(text) if markdown else _python_place(text)
    for line, rule in wanted:
        row, sign = place(line)
        writer.ignore(row, sign, rule)
    result = writer.text()
    if not markdown and _meaning(text, sql=sql) != _meaning(result, sql=sql):
        return None
    ends = b"\r\n" if b"\r\n" in data else b"\n"
    return result.encode("utf-8", "surrogateescape").replace(b"\n", ends)


class _Writer:
    """Adds names to the comment that a line has, or a comment to the line."""

    def __init__(self, path: str, text: str) -> None:
        self._lines = text.split("\n")
        self._known = {one.span.line: one for one in ignores_in(path, text) if one.readable and not one.quoted}
        self._names: dict[int, tuple[str, list[str]]] = {}

    def ignore(self, row: int, sign: str, rule: str) -> None:
        _, names = self._names.setdefault(row, (sign, []))
        if rule not in names:
            names.append(rule)

    def text(self) -> str:
        lines = list(self._lines)
        for row, (sign, names) in self._names.items():
            lines[row - 1] = self._line(row, sign, names)
        return "\n".join(lines)

    def _line(self, row: int, sign: str, names: Sequence[str]) -> str:
        line = self._lines[row - 1]
        known = self._known.get(row)
        if known is not None:
            end = known.names[-1].span.end_column - 1
            return f"{line[:end]}, {', '.join(names)}{line[end:]}"
        comment = f"{sign} persistlint: ignore[{', '.join(names)}]"
        if sign == "<!--":
            comment += " -->"
            cell = re.search(r"(?<!\\)\|[ \t]*$", line)
            if cell is not None and line.lstrip().startswith("|"):
                return f"{line[: cell.start()].rstrip()} {comment} {line[cell.start() :]}"
        return f"{line}  {comment}" if sign == "#" else f"{line} {comment}"


Place = Callable[[int], tuple[int, str]]


def _python_place(text: str) -> Place:
    tokens = list(python_tokens(text))
    statements = list(python_statements(tokens))
    lines = text.split("\n")
    closed = _closed_rows(((one.start[0], one.end[0]) for one in tokens if one.type != tokenize.NEWLINE), lines)

    def place(line: int) -> tuple[int, str]:
        last = next((last for first, last in statements if first <= line <= last), line)
        return (line if closed(line) else last), "#"

    return place


def _closed_rows(tokens: Iterable[tuple[int, int]], lines: Sequence[str]) -> Callable[[int], bool]:
    """A test whether a comment may end a line: no string goes on behind it, and no backslash joins the next one."""
    open_ = {row for first, last in tokens for row in range(first, last)}
    return lambda row: row not in open_ and not (row <= len(lines) and lines[row - 1].rstrip().endswith("\\"))


def _sql_place(text: str) -> Place:
    lines = text.split("\n")
    closed = _closed_rows(_sql_rows(text), ())

    def place(line: int) -> tuple[int, str]:
        return next((row for row in range(line, len(lines) + 1) if closed(row)), line), "--"

    return place


def _sql_rows(text: str) -> Iterable[tuple[int, int]]:
    row = 1
    for _, part in sql_tokens(text):
        if part.strip():
            yield row, row + part.count("\n")
        row += part.count("\n")


def _markdown_place(text: str) -> Place:
    inside = {row: language for first, last, language in fences(text) for row in range(first + 1, last)}
    signs = {"sql": "--", "toml": "#"}

    def place(line: int) -> tuple[int, str]:
        return line, signs.get(inside.get(line, ""), "<!--")

    return place


def _meaning(text: str, *, sql: bool) -> list[str]:
    """The text's tokens without comments and blanks."""
    if sql:
        return [part for kind, part in sql_tokens(text) if kind != "comment" and part.strip()]
    return [one.string for one in python_tokens(text) if one.type not in (tokenize.COMMENT, tokenize.NL)]
