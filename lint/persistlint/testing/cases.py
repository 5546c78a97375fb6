"""Markdown pages to cases: a heading with files is one case, marks in the files say where findings are expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from persistlint.contracts import DEFAULTS
from persistlint.facts.contract import Role

HEADINGS = ("What it does", "Why it matters", "Example", "Use instead", "Limits")
"""What every rule's page has, in this order; further headings may follow or stand between."""

_NAMES = {
    "py": "app.py",
    "python": "app.py",
    "sql": "schema.sql",
    "toml": "persistlint.toml",
    "md": DEFAULTS[Role.CONTRACTS],
    "markdown": DEFAULTS[Role.CONTRACTS],
}
"""What a block without a path is called, by language. Blocks of other languages are prose."""
_PATH = re.compile(r"`([^`]+)`:")
_MARK = re.compile(r"(?:#|--|<!--)\s*error\b(?P<rules>:(?:\s*\[[a-z0-9-]+\])+)?\s*(?:-->)?\s*(?=$|\"\"\"|'''|[\"'])")
_RULE = re.compile(r"\[([a-z0-9-]+)\]")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """`marks` are the expected findings: line (from 1) and rule, None for the page's own."""

    path: str
    text: str
    marks: frozenset[tuple[int, str | None]]


@dataclass(frozen=True, slots=True)
class Case:
    """Files that stand under one heading of a page; `rule` is the page's own."""

    page: Path
    line: int
    rule: str
    title: str
    files: tuple[CaseFile, ...]

    def __str__(self) -> str:
        return f"{self.rule}-{self.title}"

    @property
    def fires(self) -> bool:
        """Whether it expects any finding."""
        return any(file.marks for file in self.files)


def read_cases(page: Path, rule: str) -> tuple[Case, ...]:
    """The cases of a page. Raises ValueError for a page that cannot be meant."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    cases: list[Case] = []
    title, line = rule, 1
    files: dict[str, CaseFile] = {}

    def close() -> None:
        if files:
            cases.append(Case(page, line, rule, title, tuple(files.values())))

    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            close()
            title, files, line = tokens[index + 1].content, {}, _line(token)
        elif token.type == "fence" and token.level == 0:
            path = _path_before(tokens, index) or _default_name(token)
            if path is None:
                continue
            if path in files:
                raise ValueError(f"{page}:{_line(token)}: a second file `{path}` under `{title}`: give it a path")
            files[path] = CaseFile(path, token.content, marks_of(token.content))
    close()
    return tuple(cases)


def headings_of(page: Path) -> tuple[str, ...]:
    """The texts of its second-level headings."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    return tuple(
        tokens[index + 1].content
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    )


def marks_of(text: str) -> frozenset[tuple[int, str | None]]:
    """`# error`, `-- error` and `<!-- error -->` at the end of a line, each with `: [rule] [rule]` for others."""
    marks: set[tuple[int, str | None]] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        match = _MARK.search(line)
        if match:
            rules: list[str] = _RULE.findall(match["rules"] or "")
            marks.update((number, rule) for rule in rules)
            if not rules:
                marks.add((number, None))
    return frozenset(marks)


def _path_before(tokens: list[Token], index: int) -> str | None:
    if index < 3 or tokens[index - 1].type != "paragraph_close":
        return None
    match = _PATH.fullmatch(tokens[index - 2].content.strip())
    return match[1] if match else None


def _default_name(token: Token) -> str | None:
    language = token.info.split()[0] if token.info.split() else ""
    return _NAMES.get(language)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
