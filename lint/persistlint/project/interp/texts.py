"""Strings with unknown stretches: joined, formatted and cut, with every known character's way back to its literal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from persistlint.project.interp.values import (
    MESSAGE,
    Chunk,
    Const,
    Gap,
    Items,
    Loc,
    Made,
    Mapping,
    Member,
    Text,
    Unknown,
    Value,
    known,
)

_PERCENT = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-+ #0]*)(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlL]?(?P<kind>[%a-zA-Z])"
)
_BRACE = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}:!]*)(?:![rsa])?(?::(?P<spec>[^{}]*))?\}")
_LONGEST = 400_000
_MOST_CHARACTERS = 4_000_000
_MOST_PARTS = 5_000
_EMPTY = Text((Chunk("", "", None),))


def concat(parts: Sequence[Text]) -> Text:
    """The texts, one behind the other; of too many parts only the first, and a gap for the rest."""
    out: list[Chunk | Gap] = []
    size = 0
    for text in parts:
        size += sum(len(part.text) for part in text.parts if isinstance(part, Chunk))
        if size > _MOST_CHARACTERS or len(out) + len(text.parts) > _MOST_PARTS:
            # It was doubled again and again.
            return Text((*out, Gap(Unknown("the rest of a long text"), Loc("", 0, 0))))
        out.extend(text.parts)
    return Text(tuple(out)) if out else _EMPTY


def gap(value: Value, loc: Loc, source: str) -> Text:
    """A wholly unknown text."""
    return Text((Gap(value, loc, source),))


def piece(value: Value, loc: Loc, source: str, *, number: bool = False) -> Text:
    """What `str(value)` puts into a string."""
    match value:
        case Text():
            return value
        case Const(value=None):
            # No name of a table or a file is meant to be "None": a default or a class attribute waits to be replaced.
            return Text((Gap(value, loc, source, number),))
        case Const(value=constant):
            return Text((Chunk(str(constant), loc.path, None),))
        case Made(attrs=attrs) if isinstance(attrs.get(MESSAGE), Text):
            said = attrs[MESSAGE]
            return said if isinstance(said, Text) else _EMPTY
        case Member() if known(value) is not None and value.cls.find("__str__") is None and _is_str_enum(value):
            return Text((Chunk(known(value) or "", loc.path, None),))
        case _:
            return Text((Gap(value, loc, source, number),))


def _is_str_enum(member: Member) -> bool:
    return any(getattr(base, "name", "") == "enum.StrEnum" for base in member.cls.mro())


def cut(text: Text, start: int, end: int) -> Text:
    """`text[start:end]` of a text without gaps."""
    out: list[Chunk | Gap] = []
    offset = 0
    for part in text.parts:
        if isinstance(part, Gap):
            continue
        low, high = max(start - offset, 0), min(end - offset, len(part.text))
        if low < high:
            out.append(Chunk(part.text[low:high], part.path, part.source, part.start + low))
        offset += len(part.text)
    return Text(tuple(out)) if out else _EMPTY


def lines_of(text: Text, change: Callable[[str], str]) -> Text | None:
    """A text whose lines are shortened at their start by `change` (dedent), places kept; None where gaps forbid it."""
    whole = skeleton(text)
    changed = change(whole)
    old = whole.split("\n")
    new = changed.split("\n")
    if len(old) != len(new) or not all(
        one.endswith(other) or not other.strip() for one, other in zip(old, new, strict=True)
    ):
        return None
    kept: list[tuple[int, int]] = []
    offset = 0
    for one, other in zip(old, new, strict=True):
        keep = other if one.endswith(other) else ""
        kept.append((offset + len(one) - len(keep), offset + len(one) + 1))
        offset += len(one) + 1
    return _keep(text, kept)


def strip(text: Text, change: Callable[[str], str]) -> Text:
    """A text shortened at its ends by `change` (`str.strip` and its kin)."""
    whole = skeleton(text)
    inner = change(whole)
    start = whole.find(inner) if inner else 0
    return _keep(text, [(start, start + len(inner))])


def mapped(text: Text, change: Callable[[str], str]) -> Text:
    """A text whose known stretches are changed one for one (`str.lower`)."""
    out: list[Chunk | Gap] = []
    for part in text.parts:
        if isinstance(part, Gap):
            out.append(part)
            continue
        new = change(part.text)
        out.append(Chunk(new, part.path, part.source if len(new) == len(part.text) else None, part.start))
    return Text(tuple(out))


_MARK = "\ufffc"


def skeleton(text: Text) -> str:
    """The text with one character for each gap."""
    return "".join(part.text if isinstance(part, Chunk) else _MARK for part in text.parts)


def _keep(text: Text, stretches: Sequence[tuple[int, int]]) -> Text:
    out: list[Chunk | Gap] = []
    offset = 0
    for part in text.parts:
        size = len(part.text) if isinstance(part, Chunk) else 1
        for start, end in stretches:
            low, high = max(start - offset, 0), min(end - offset, size)
            if low < high:
                if isinstance(part, Gap):
                    out.append(part)
                else:
                    out.append(Chunk(part.text[low:high], part.path, part.source, part.start + low))
        offset += size
    return Text(tuple(out)) if out else _EMPTY


def join(separator: Text, values: Items, loc: Loc, source: str) -> Text:
    """`separator.join(values)`; an open list ends in a gap."""
    parts: list[Text] = []
    for index, value in enumerate(values.items):
        if index:
            parts.append(separator)
        parts.append(piece(value, loc, source))
    if values.open:
        parts.append(Text((Gap(values, loc, source),)))
    return concat(parts)


def percent(template: Text, value: Value, loc: Loc, source: Callable[[Value], str]) -> Text:
    """`template % value`."""
    queue = list(value.items) if isinstance(value, Items) and value.kind == "tuple" else [value]
    return _fill(template, _PERCENT, lambda match: _percent_field(match, queue, value, loc, source))


def _percent_field(
    match: re.Match[str], queue: list[Value], value: Value, loc: Loc, source: Callable[[Value], str]
) -> Text:
    kind = match["kind"]
    if kind == "%":
        return Text((Chunk("%", "", None),))
    number = kind in "diufFeEgGxXo"
    if match["key"] is not None:
        found = value.get(match["key"]) if isinstance(value, Mapping) else None
        return piece(found, loc, match["key"]) if found is not None else Text((Gap(value, loc, match["key"], number),))
    if not queue:
        return Text((Gap(value, loc, source(value), number),))
    item = queue.pop(0)
    return piece(item, loc, source(item), number=number)


def braces(
    template: Text, args: Sequence[Value], kwargs: dict[str, Value], loc: Loc, source: Callable[[Value], str]
) -> Text:
    """`template.format(*args, **kwargs)`."""
    counter = iter(range(1000))

    def fill(match: re.Match[str]) -> Text:
        if match.group() in ("{{", "}}"):
            return Text((Chunk(match.group()[0], "", None),))
        name = (match["field"] or "").strip()
        number = (match["spec"] or "")[-1:] in tuple("dxXobeEfFgG%n")
        if name == "":
            name = str(next(counter))
        head = re.split(r"[.\[]", name, maxsplit=1)[0]
        if head.isdigit() and int(head) < len(args):
            value = args[int(head)]
        elif head in kwargs:
            value = kwargs[head]
        else:
            return Text((Gap(Const(None), loc, name, number),))
        if head != name:
            return Text((Gap(value, loc, name, number),))
        return piece(value, loc, source(value), number=number)

    return _fill(template, _BRACE, fill)


def _fill(template: Text, pattern: re.Pattern[str], fill: Callable[[re.Match[str]], Text]) -> Text:
    out: list[Text] = []
    for part in template.parts:
        if isinstance(part, Gap):
            out.append(Text((part,)))
            continue
        last = 0
        for match in pattern.finditer(part.text):
            if match.start() > last:
                out.append(Text((Chunk(part.text[last : match.start()], part.path, part.source, part.start + last),)))
            out.append(fill(match))
            last = match.end()
        if last < len(part.text):
            out.append(Text((Chunk(part.text[last:], part.path, part.source, part.start + last),)))
    return concat(out)


def replaced(text: Text, old: str, new: Text) -> Text:
    """`text.replace(old, new)` on the known stretches."""
    if not old:
        return text
    return _fill(text, re.compile(re.escape(old)), lambda _: new)


def split(text: Text, separator: str | None, limit: int = -1) -> list[Text] | None:
    """`text.split(separator)` of a known text; None for one with gaps."""
    whole = text.known
    if whole is None or len(whole) > _LONGEST:
        return None
    out: list[Text] = []
    offset = 0
    for word in whole.split(separator, limit):
        start = whole.find(word, offset) if word else offset
        out.append(cut(text, start, start + len(word)))
        offset = start + len(word) + (len(separator) if separator else 0)
    return out
