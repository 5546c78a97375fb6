"""A linked project as bytes and back, for runs in which no file has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from persistlint.project.model import Project, Segment, Statement
from persistlint.rule import Finding


@dataclass(frozen=True, slots=True)
class Kept:
    """What phases one and two said about the same files before."""

    project: Project
    problems: tuple[tuple[str, Finding], ...]


_Source = tuple[str, tuple[Segment, ...]]
"""A text and its way back to the files: one for all of the statements in it, of which a script may have thousands."""
_Packed = tuple[Kept, tuple[_Source, ...], tuple[int, ...]]
_DECODER: msgspec.msgpack.Decoder[_Packed] = msgspec.msgpack.Decoder(_Packed)


def encode(project: Project, problems: tuple[tuple[str, Finding], ...]) -> bytes | None:
    """The bytes, None for a project that has none: names in code may hold lone surrogates."""
    sources: dict[tuple[str, int], int] = {}
    texts: list[_Source] = []
    numbers: list[int] = []
    bare: list[Statement] = []
    for statement in project.statements:
        # The statements of one text share their segments as one object.
        identity = (statement.text, id(statement.segments))
        if identity not in sources:
            sources[identity] = len(texts)
            texts.append((statement.text, statement.segments))
        numbers.append(sources[identity])
        bare.append(replace(statement, text="", segments=()))
    kept = Kept(replace(project, statements=tuple(bare)), problems)
    try:
        return msgspec.msgpack.encode((kept, texts, numbers))
    except UnicodeEncodeError:
        return None


def decode(data: bytes) -> Kept | None:
    """What was encoded, None for bytes that are anything else."""
    try:
        kept, texts, numbers = _DECODER.decode(data)
        statements = tuple(
            replace(statement, text=texts[number][0], segments=texts[number][1])
            for statement, number in zip(kept.project.statements, numbers, strict=True)
        )
    except (msgspec.MsgspecError, RecursionError, IndexError, ValueError):
        return None
    return replace(kept, project=replace(kept.project, statements=statements))
