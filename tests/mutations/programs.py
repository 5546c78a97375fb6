"""Pages with a small clean program each, and ways to break it: a heading, the rules that must say so, a diff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .bench import Project

FOLDER = Path(__file__).parent / "programs"
_FILE = re.compile(r"`([^`]+)`:")
_OWNERS = re.compile(r"By (`[a-z-]+`(?:, `[a-z-]+`)*)\.")


def programs() -> Iterator[Project]:
    """The project of each page, named after it."""
    for page in sorted(FOLDER.glob("*.md")):
        yield _read(page)


def _read(page: Path) -> Project:
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    files: dict[str, str] = {}
    project = Project(page.stem, files)
    for title, part in _sections(tokens):
        words = [token.content for token in part if token.type == "inline"]
        fences = [token for token in part if token.type == "fence"]
        if not project.broken and not any(token.info.startswith("diff ") for token in fences):
            paths = [match[1] for text in words if (match := _FILE.fullmatch(text))]
            files.update(zip(paths, (token.content for token in fences), strict=True))
            continue
        edits = [edit for token in fences for edit in _edits(token)]
        assert edits, f"{page.name}: `{title}` breaks nothing"
        project.breaks(title, *edits, by=_owners(words))
    return project


def _sections(tokens: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    starts = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tokens[start + 1].content, tokens[start + 3 : end]


def _owners(words: list[str]) -> tuple[str, ...]:
    """`By …` names them. A section without that line breaks no promise, and says why."""
    found = [match for text in words if (match := _OWNERS.search(text))]
    assert words, "neither an owner nor a reason why there is none"
    return tuple(re.findall(r"`([a-z-]+)`", found[0][1])) if found else ()


def _edits(token: Token) -> Iterator[tuple[str, str, str]]:
    """Each hunk of a `diff path`, parted by `@@`: what it takes away, and what it puts there."""
    language, _, path = token.info.partition(" ")
    assert language == "diff", token.info
    for hunk in re.split(r"^@@.*\n", token.content, flags=re.MULTILINE):
        lines = [line or " " for line in hunk.splitlines()]
        if lines:
            old = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
            new = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
            yield path, old, new
