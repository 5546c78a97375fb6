"""Text edits: those of fixes that go together, applied to the bytes of a file, which keep everything else as it was."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from persistlint.encoding import UndecodableError, decode_python, decode_utf8, encoding_of
from persistlint.report import Diagnostic
from persistlint.rule import Edit, Fix
from persistlint.source import Span, line_starts


@dataclass(frozen=True, slots=True)
class Planned:
    """The fixes to apply, those of one finding together, and the files that they change."""

    fixes: tuple[tuple[Diagnostic, Fix], ...]
    left: int
    """How many are left for another time: they would change a place that another one changes already."""

    def by_path(self) -> dict[str, tuple[Edit, ...]]:
        """The edits of each file, in the order of their fixes."""
        out: dict[str, list[Edit]] = {}
        for _, fix in self.fixes:
            for edit in fix.edits:
                known = out.setdefault(edit.span.path, [])
                if edit not in known:
                    known.append(edit)
        return {path: tuple(out[path]) for path in sorted(out)}


def plan(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> Planned:
    """The fixes that can be applied at once: safe ones, and others where `unsafe`."""
    taken: list[Edit] = []
    chosen: list[tuple[Diagnostic, Fix]] = []
    left = 0
    for diagnostic in diagnostics:
        fix = diagnostic.finding.fix
        if fix is None or not fix.edits or not (fix.safe or unsafe):
            continue
        if any(_clash(edit, other) for edit in fix.edits for other in taken):
            left += 1
            continue
        taken.extend(fix.edits)
        chosen.append((diagnostic, fix))
    return Planned(tuple(chosen), left)


def _clash(one: Edit, other: Edit) -> bool:
    """Whether two edits are about the same text. The same edit twice is one; insertions at one place go together."""
    if one == other or one.span.path != other.span.path:
        return False
    start, end = _ends(one.span)
    begin, stop = _ends(other.span)
    if start == end and begin == stop:
        return False
    return start < stop and begin < end


def _ends(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (span.line, span.column), (span.end_line, span.end_column)


class ChangedError(ValueError):
    """The file is not the one that was read; the message says what differs."""


def edited(data: bytes, edits: Iterable[Edit], read: str | None, *, python: bool) -> bytes:
    """The bytes of a file with its edits: encoding, byte order mark and the kind of newlines stay.

    `read` is the text that the edits were made for. Raises ChangedError where the file has another one by now, or
    holds a text that its encoding cannot take.
    """
    try:
        text = decode_python(data) if python else decode_utf8(data)
    except UndecodableError as error:
        raise ChangedError(str(error)) from None
    if read is None or text != read:
        raise ChangedError("it has changed since it was read")
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    out = "".join(_pieces(text, list(edits), newline))
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        return mark + out.encode(encoding_of(data) if python else "utf-8")
    except UnicodeEncodeError as error:
        raise ChangedError(f"its encoding has no `{error.object[error.start]}`") from None


def _pieces(text: str, edits: list[Edit], newline: str) -> Iterator[str]:
    offset = _offsets(text)
    placed = [(offset(edit.span.line, edit.span.column), offset(edit.span.end_line, edit.span.end_column), edit.text)
              for edit in edits]  # fmt: skip
    position = 0
    for start, end, put in sorted(placed, key=lambda one: one[:2]):
        yield text[position:start]
        yield put.replace("\n", newline)
        position = max(position, end)
    yield text[position:]


def _offsets(text: str) -> Callable[[int, int], int]:
    starts = line_starts(text)

    def of(line: int, column: int) -> int:
        begin = starts[line - 1] if line <= len(starts) else len(text)
        return min(begin + column - 1, len(text))

    return of
