from __future__ import annotations

import pytest

from persistlint.nesting import MAX_DEPTH, too_deep

MANY = 30_000
"""Each of these ends libcst's process with a segmentation fault, or keeps it busy for minutes."""
DEEP = {
    "brackets": "x = " + "(" * MANY + ")" * MANY,
    "lists that never end": "x = " + "[" * MANY,
    "a sum": "x = " + "1 + " * MANY + "1",
    "a sum over many lines": "x = (\n" + "1 +\n" * MANY + "1\n)",
    "a sum of calls": "x = " + "f(a, b) + " * MANY + "1",
    "negations": "x = " + "not " * MANY + "y",
    "signs": "x = " + "-" * MANY + "y",
    "attributes": "x = y" + ".z" * MANY,
    "a chain of calls": "x = y" + ".z(1, 2)" * MANY,
    "subscripts": "x = y" + "[0]" * MANY,
    "lambdas": "x = " + "lambda: " * MANY + "y",
    "lambdas with parameters": "x = " + "lambda a, b=1: " * MANY + "y",
    "conditions": "x = " + "a if b else " * MANY + "c",
    "awaits": "async def f():\n  " + "await " * MANY + "c",
    "elif": "if a: pass\n" + "elif b: pass\n" * MANY,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_what_would_overflow_the_parser_is_refused(text: str) -> None:
    assert too_deep(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = (((((1)))))\n",
        "x = [" + "1, " * MANY + "]\n",
        "x = {" + "'a': (1, 2), " * MANY + "}\n",
        "x = 1\n" * MANY,
        "x = a.b.c(d + e)\n" * MANY,
        "if not a:\n    pass\n" * MANY,
        "if a: pass\nelif b: pass\n" * (MAX_DEPTH + 1),
        "x = f('''\n" + "- + / ( not a list or a tuple\n" * MANY + "''')\n",
        "# " + "(" * MANY,
        "'" + "(((" * MANY + "'\n",
    ],
)
def test_long_is_not_deep(text: str) -> None:
    assert too_deep(text) is None


def test_unfinished_text_that_is_not_deep_is_left_to_the_parser() -> None:
    assert too_deep("x = ((1\n") is None
