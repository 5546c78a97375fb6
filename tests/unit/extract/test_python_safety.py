"""Whatever a text is, extraction answers: with facts that survive their encoding, or with a problem."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persistlint.extract.python import extract_python, matters
from persistlint.facts.code import FileFacts, decode_body

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "examples").glob("*/*/*.py"))


def checked(text: str) -> FileFacts:
    """The facts of a text, after a round trip through their encoding."""
    facts = extract_python("a.py", text)
    data = msgspec.msgpack.encode(facts)
    assert msgspec.msgpack.decode(data, type=FileFacts) == facts
    for body in facts.bodies:
        decode_body(body)
    return facts


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=80))
def test_arbitrary_text_never_raises(text: str) -> None:
    facts = checked(text)

    assert facts.problem is None or (facts.problem.message and facts.problem.line >= 1 and facts.problem.column >= 1)


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(st.integers(0, len(FILES) - 1), st.randoms(use_true_random=False))
def test_mutated_python_never_raises(index: int, chance: random.Random) -> None:
    lines = FILES[index].read_text().splitlines(keepends=True)
    start = chance.randrange(max(1, len(lines) - 30))
    text = "".join(lines[start : start + 30])
    for _ in range(chance.randrange(1, 6)):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        insert = chance.choice(
            ["", "(", ")", "'", '"""', "\n", "\t", "{", "f'{", ":", "\\", "\r\n", "\0", "é", "\ud800"]
        )
        text = text[:at] + insert + text[min(end, at + chance.randrange(9)) :]

    checked(text)


def test_our_examples_survive_their_encoding() -> None:
    assert len(FILES) > 10
    assert [path.name for path in FILES if checked(path.read_text()).problem is not None] == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = (\n", 1), ("def f(:\n  pass\n", 1), ("x = 1\nif:\n  y\n", 2), ("print 'python 2'\n", 1),
        ("exec 'x' in y\n", 1), ("  x = 1\n y = 2\n", 1), ("'unfinished\n", 1),
        ("if a:\n\tb\n        c\n", 1), ("\0", 1), ("a = '\ud800'\n", 1), ("class\n", 1), ("a b\n", 1),
    ],
)  # fmt: skip
def test_what_is_no_python_3_is_a_problem_with_its_place(text: str, line: int) -> None:
    facts = checked(text)

    assert facts.problem is not None
    assert facts.body == ()
    assert abs(facts.problem.line - line) <= 1


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "\f\n", "x = 1", "\ufeffx = 1\n", "x = 1\r"])
def test_odd_but_valid_files_have_no_problem(text: str) -> None:
    assert checked(text).problem is None


@pytest.mark.parametrize(
    "text",
    ["x = " + "(" * 5000 + ")" * 5000, "x = " + "[" * 5000, "x = " + "not " * 5000 + "y", "x = y" + ".z" * 5000,
     "if a: pass\n" + "elif b: pass\n" * 5000],
    ids=["brackets", "unfinished", "not", "attributes", "elif"],
)  # fmt: skip
def test_what_nests_too_deeply_is_a_problem(text: str) -> None:
    facts = checked(text)

    assert facts.problem is not None
    assert "deep" in facts.problem.message


@pytest.mark.parametrize(
    "text",
    ["x = " + "(" * 90 + "1" + ")" * 90 + "\n", "x = y" + ".z(1)" * 400 + "\n", "x = " + "'a' + " * 900 + "'b'\n",
     "x = ('a'\n" + "'b'\n" * 900 + ")\n", "x = " + "a if b else " * 300 + "c\n", "x = [" + "1, " * 20000 + "]\n"],
    ids=["brackets", "calls", "sum", "concatenation", "conditions", "list"],
)  # fmt: skip
def test_what_nests_deeply_is_read(text: str) -> None:
    assert checked(text).problem is None


def test_blocks_within_blocks_are_read_as_far_as_python_reads_them() -> None:
    deep = "".join("  " * level + "if a:\n" for level in range(90)) + "  " * 90 + "x\n"

    assert checked(deep).problem is None


@pytest.mark.parametrize(
    "data",
    [
        b"import sqlite3", b"from sqlalchemy import Column", b"import SQLModel", b"conn.execute(x)", b"cur.executemany(y)",
        b"x = 'create table a (b)'", b"CREATE UNIQUE INDEX i", b"db.Model", b"alter  table t", b"insert or ignore into t",
        b"delete from t", b"PRAGMA foreign_keys", b"name: Mapped[int] = mapped_column()", b"Column(Integer)",
        b"from alembic import op", b"CREATE TEMPORARY TABLE x", b"create virtual table x", b"import aiosqlite",
        b"session.commit()", b"    s.rollback()", b"row = session.get(Row, 1)",
    ],
)  # fmt: skip
def test_files_that_can_hold_persistence_code_matter(data: bytes) -> None:
    assert matters(b"# x\n" + data + b"\n")


@pytest.mark.parametrize(
    "data",
    [b"", b"import os\n", b"def create(table): ...", b"execution = 1", b"columns = []", b"x.update(y)", b"\xff\xfe\0"],
)
def test_other_files_do_not_matter(data: bytes) -> None:
    assert not matters(data)
