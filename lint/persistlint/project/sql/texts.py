"""From interpreted strings to texts for the SQL reader, with the way back to the source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from persistlint.facts import code
from persistlint.facts.sql import HOLE_LENGTH, hole
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    Const,
    Function,
    Gap,
    Items,
    Made,
    Operation,
    Text,
    Unknown,
    Value,
)
from persistlint.project.model import Interpolation, Segment
from persistlint.project.sql.sites import is_marks

_BACKSLASH = r"\\(?:\r\n|[\r\n]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)"
_ESCAPE = re.compile(_BACKSLASH + r"|\r\n", re.DOTALL)
_F_ESCAPE = re.compile(_BACKSLASH + r"|\r\n|\{\{|\}\}", re.DOTALL)
_NEWLINE = re.compile(r"\r\n")
_BRACES = re.compile(r"\r\n|\{\{|\}\}")
_NUMBERS = frozenset({"builtins.int", "builtins.float", "builtins.len", "builtins.abs", "builtins.round"})


@dataclass(frozen=True, slots=True)
class SqlText:
    """A text with stand-ins for its unknown parts."""

    text: str
    segments: tuple[Segment, ...]
    interpolated: tuple[Interpolation, ...]


def sql_text(text: Text, modules: Callable[[str], Module | None]) -> SqlText:
    """The text of a value."""
    out: list[str] = []
    segments: list[Segment] = []
    gaps: list[Interpolation] = []
    offset = 0
    for part in text.parts:
        if isinstance(part, Gap):
            word = hole(min(len(gaps), 9999))
            gaps.append(
                Interpolation(part.source, offset, offset + HOLE_LENGTH, from_parameter(part.value), _harmless(part))
            )
            module = modules(part.loc.path)
            if module is not None:
                line, column = module.lines.position(part.loc.at)
                segments.append(Segment(offset, offset + HOLE_LENGTH, part.loc.path, line, column, solid=True))
        else:
            word = part.text
            segments.extend(_chunk_segments(part, offset, modules))
        out.append(word)
        offset += len(word)
    return SqlText("".join(out), tuple(segments), tuple(gaps))


def _chunk_segments(part: Chunk, offset: int, modules: Callable[[str], Module | None]) -> list[Segment]:
    source = part.source
    module = modules(part.path) if source is not None else None
    if source is None or module is None:
        return []
    places = (
        [source.body + part.start + index for index in range(len(part.text) + 1)]
        if not source.raw
        else (_raw_places(source, part.start, len(part.text)))
    )
    out: list[Segment] = []
    start = 0
    for index in range(1, len(part.text) + 1):
        ends = index == len(part.text) or part.text[index - 1] == "\n" or places[index] != places[index - 1] + 1
        if ends:
            line, column = module.lines.position(places[start])
            out.append(Segment(offset + start, offset + index, part.path, line, column))
            start = index
    return out


def _raw_places(source: code.Str, start: int, length: int) -> list[int]:
    """For each character of a value that is written otherwise in the source, the offset of what wrote it."""
    # A literal does not tell whether it is raw or part of an f-string; only the right reading has the value's length.
    readings = (_places(source, pattern) for pattern in (_ESCAPE, _F_ESCAPE, _NEWLINE, _BRACES))
    places = next((found for found in readings if len(found) == len(source.value) + 1), [source.body])
    last = places[-1]
    wanted = places[start : start + length + 1]
    return wanted + [last] * (length + 1 - len(wanted))


def _places(source: code.Str, escapes: re.Pattern[str]) -> list[int]:
    places: list[int] = []
    index = 0
    for match in escapes.finditer(source.raw):
        places.extend(range(source.body + index, source.body + match.start()))
        places.extend([source.body + match.start()] * _cooked_length(match.group()))
        index = match.end()
    places.extend(range(source.body + index, source.body + len(source.raw) + 1))
    return places


def _cooked_length(escape: str) -> int:
    if escape in ("{{", "}}", "\r\n"):
        return 1
    if escape in ("\\\n", "\\\r", "\\\r\n"):
        return 0
    return 1 if escape[1] in "\\'\"abfnrtvxuUN01234567" else 2


def from_parameter(value: Value, depth: int = 0) -> bool:
    """Whether a value is, or is computed straight from, a parameter of the function it is used in."""
    if depth > 6:
        return False
    match value:
        case Unknown(parameter=parameter):
            return parameter is not None
        case Attribute(base=base):
            return from_parameter(base, depth + 1)
        case Made(func=Attribute(base=base)):
            return from_parameter(base, depth + 1)
        case Made(args=args):
            return any(from_parameter(arg, depth + 1) for arg in args)
        case Operation(operands=operands):
            return any(from_parameter(one, depth + 1) for one in operands)
        case Choice(options=options):
            return any(from_parameter(one, depth + 1) for one in options)
        case Text(parts=parts):
            return any(isinstance(part, Gap) and from_parameter(part.value, depth + 1) for part in parts)
        case _:
            return False


def _harmless(gap: Gap) -> bool:
    """Whether no foreign text can come in through a gap."""
    if gap.spec or is_marks(gap.value) or _is_number(gap.value) or _says_safe(gap.source):
        return True
    match gap.value:
        case Unknown(checked=checked):
            return checked
        case Made(func=Attribute(name=name)):
            return _is_quoting(name)
        case Made(func=Function(qualname=qualname)):
            return _is_quoting(qualname)
        case Made():
            return _is_quoting(gap.value.name)
        case Items(items=items):
            return all(not from_parameter(item) for item in items)
        case _:
            return _is_quoting(gap.source)


def _is_number(value: Value) -> bool:
    """Whether a value is a number, whatever number: `int(limit)`, `page * 10 - 1`."""
    match value:
        case Made():
            return value.name in _NUMBERS
        case Operation(op=op, operands=operands):
            return op in ("-", "/", "//", "**") or (op in ("+", "*") and any(_is_number(one) for one in operands))
        case Const(value=constant):
            return isinstance(constant, (int, float))
        case _:
            return False


def _says_safe(source: str) -> bool:
    """Whether the name of a value, or of the function that makes it, says that it has been taken care of."""
    called, bracket, _ = source.partition("(")
    if bracket and _is_quoting(called):
        return True
    return any(word in called.lower() for word in ("quoted", "escaped", "validated", "sanitized", "safe_"))


def _is_quoting(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in ("quote", "escape", "ident", "sanitiz", "valid", "safe", "placeholder"))
