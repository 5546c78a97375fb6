"""Any text at all is a contract document: never an exception, and every place lies in the text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persistlint.extract.contract import extract_contract
from persistlint.extract.sql import parse
from persistlint.facts.contract import ContractFacts, Role
from persistlint.source import Span, line_starts

SPECS = Path(__file__).parents[3] / "examples" / "feature_board" / ".planning" / "specs"
DOCUMENTS = [path.read_text(encoding="utf-8") for path in sorted(SPECS.rglob("*.md"))]
ALL = frozenset(Role)

WORDS = (
    """``` ```` ~~~ [[store]] [[ ]] | \\| > <!-- --> ` `` # = ''' [ { } ( ) ; --- === 1. :: D99 a.b.c= : __hole0001__"""
)
FRAGMENTS = st.sampled_from(
    [
        *WORDS.split(),
        *("\n", "\r", "\r\n", "\n\n", "  ", "\t", "\0", "\x0b", "\x0c", "\x85", "\u2028", "\ufeff", "é", "\U0001f5c4"),
        *("\n```sql contract\n", "\n```sql baseline\n", "\n```toml contract\n", "\n## D01 ", "\n### ", "\n- [ ] "),
        *("CREATE TABLE ", "name = 'x'\n", ": `x`", "## Acceptance Checks\n\n"),
        *("| Unit | Source artifact | Persistence objects |\n|---|---|---|\n", "| Artifact | Path |\n|---|---|\n"),
    ]
)


def spans(value: object) -> Iterator[Span]:
    if isinstance(value, Span):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from spans(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from spans(item)


def read(text: str) -> ContractFacts:
    """The facts, after a look at each of their places."""
    facts = extract_contract("d.md", text, ALL, parse)
    lines = [text[start:end].rstrip("\r\n") for start, end in pairwise((*line_starts(text), len(text)))] or [""]
    for span in spans(facts):
        assert span.path == "d.md"
        assert 1 <= span.line <= span.end_line <= len(lines) + 1
        assert 1 <= span.column <= len(lines[min(span.line, len(lines)) - 1]) + 1
        assert (span.line, span.column) < (span.end_line, span.end_column)
    return facts


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=30).map("".join))
def test_any_text(text: str) -> None:
    read(text)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DOCUMENTS), st.data())
def test_a_document_that_was_cut_and_spoiled(document: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(document) - 1))
    text = document[start : start + data.draw(st.integers(1, 3000))]
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(FRAGMENTS) + text[at + data.draw(st.integers(0, 20)) :]

    read(text)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DOCUMENTS), st.randoms(use_true_random=False))
def test_a_document_whose_lines_were_shuffled(document: str, random: Random) -> None:
    lines = document.splitlines(keepends=True)
    random.shuffle(lines)

    read("".join(lines))


@pytest.mark.parametrize("document", DOCUMENTS, ids=["inventory", "contracts", "matrix"])
@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_the_kind_of_newline_changes_nothing(document: str, newline: str) -> None:
    assert read(document.replace("\n", newline)) == read(document)


@pytest.mark.parametrize(
    "text",
    [
        "> " * 5000 + "```sql contract",
        "- " * 5000 + "x",
        "`" * 20000,
        "[" * 20000,
        "|" * 20000 + "\n" + "|-" * 20000,
        "| Unit |\n|---|\n" + "| D01 |\n" * 3000,
        "## D01\n" * 3000,
        "```sql contract\n" * 2000,
        "<!--" * 5000,
        "## Acceptance Checks\n" + "- [ ] " + "`a`, " * 3000,
        "## Acceptance Checks\n- [ ] D01: " + "x: `a` " * 3000,
        "| Unit | Source artifact |\n|---|---|\n| D01 | " + "ART-0001 a/b.py; " * 3000 + "|",
        "## Acceptance Checks\n- [ ] D01: x: `a`" + " ," * 3000 + " x",
        "## Acceptance Checks\n- [ ] " + "A-1" * 5000,
        "## D01\n" + "`" * 5000,
        "## D01\n" + "`a" * 5001,
        "## D01\n" + "``a` " * 5001,
        "## D01\n" + "no contract " * 5001,
        "## D" + "1" * 20000,
        "```toml contract\na = '" + "\\'" * 9999 + "\n```",
        "```toml contract\n" + "a." * 9999 + "b = 1\n```",
        "```toml contract\n" + "[[store]]\nname = 'x'\n" * 1500 + "```",
        "| Unit | Persistence objects |\n|---|---|\n| D01 | " + "`a" * 5000 + "|",
    ],
    ids=lambda text: str(text)[:20],
)
def test_a_text_without_measure_is_read_in_a_moment(text: str) -> None:
    read(text)
