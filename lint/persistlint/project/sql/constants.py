"""Definitions in strings that nobody was seen to execute: still promises of what tables look like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from persistlint.facts import code
from persistlint.project.interp.modules import Module
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import Chunk, Gap, Loc, Text, Unknown
from persistlint.project.sql.sites import Site, Sites

_BLANK = r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*"
_DEFINES = re.compile(
    rf"{_BLANK}(?:(?:PRAGMA|BEGIN|DROP)\b[^;]*;{_BLANK})*"
    r"(?:CREATE\s+(?:TEMP\w*\s+)?(?:TABLE|VIEW|VIRTUAL\s+TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?[\w\"'`\[{]"
    r"|ALTER\s+TABLE\s+\S+\s+(?:ADD|RENAME)\s)",
    re.IGNORECASE | re.DOTALL,
)


def unexecuted(modules: Iterable[Module], sites: Sites) -> list[Site]:
    """A site for each string that creates a table, or gives it another column, and is part of no other site."""
    used = {
        (part.path, part.source.at)
        for site in sites.found.values()
        for part in site.text.parts
        if isinstance(part, Chunk) and part.source is not None
    }
    out: list[Site] = []
    for module in modules:
        if module.facts.hints & code.Hint.SQL:
            out.extend(site for site in _sites(module) if not _parts(site.text) & used)
    return out


def _parts(text: Text) -> set[tuple[str, int]]:
    return {(part.path, part.source.at) for part in text.parts if isinstance(part, Chunk) and part.source is not None}


def _sites(module: Module) -> Iterator[Site]:
    for node in _strings(module):
        text = _text(node, module.path)
        first = text.parts[0]
        if isinstance(first, Chunk) and _DEFINES.match(first.text):
            yield Site(text, "string", None, Loc(module.path, node.at, node.end), sure=False)


def _text(node: code.Str | code.Join, path: str) -> Text:
    if isinstance(node, code.Str):
        return Text((Chunk(node.value, path, node),))
    parts: list[Chunk | Gap] = []
    for part in node.parts:
        if isinstance(part, code.Str):
            parts.append(Chunk(part.value, path, part))
        else:
            parts.append(Gap(Unknown("not interpreted"), Loc(path, part.at, part.end), unparse(part.value)))
    return Text(tuple(parts))


def _strings(module: Module) -> Iterator[code.Str | code.Join]:
    stack: list[object] = [*module.facts.body]
    for body in module.facts.bodies:
        if any(word in body for word in (b"reate", b"REATE", b"lter", b"LTER")):
            stack.extend(code.decode_body(body))
    while stack:
        value = stack.pop()
        if isinstance(value, tuple):
            stack.extend(cast("tuple[object, ...]", value))
        elif isinstance(value, code.Str | code.Join):
            yield value
        elif isinstance(value, code.Eval) and isinstance(value.value, code.Str | code.Join):
            continue  # a docstring
        elif isinstance(value, code.Node):
            stack.extend(getattr(value, name) for name in value.__struct_fields__)
