"""Strings put together in every way, with each known character's way back to its literal."""

from __future__ import annotations

import textwrap

import pytest

from persistlint.project.interp.values import Chunk, Text

from .evaluating import run


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'a' + 'b' * 3", "abbb"), ("'a' 'b' f'{1}c'", "ab1c"), ("f'{u}x{5}{\"s\"}'", "{u}x5s"), ("'%s-%d' % ('a', 5)", "a-5"), ("'%s' % 'a'", "a"),
        ("'%(k)s%%' % {'k': 'v'}", "v%"), ("'a%sb' % u", "a{u}b"), ("'{} {}'.format('a', 1)", "a 1"),
        ("'{0}{1}{0}'.format('a', 'b')", "aba"), ("'{k}{{}}'.format(k='v')", "v{}"), ("'{k}'.format(**{'k': 'v'})", "v"), ("'{a.b}'.format(a=u)", "{a.b}"),
        ("', '.join(['a', 'b'])", "a, b"), ("', '.join(x + '=?' for x in ['a', 'b'])", "a=?, b=?"), ("'-'.join(())", ""),
        ("' a '.strip() + 'b\\n'.rstrip() + ' c'.lstrip()", "abc"), ("'abc'.replace('b', 'X')", "aXc"), ("'aBc'.upper() + 'D'.lower()", "ABCd"),
        ("'a b c'.split()", ["a", "b", "c"]), ("'a,b'.split(',')[1]", "b"), ("'a\\nb'.splitlines()", ["a", "b"]), ("'prefix_a'.removeprefix('prefix_')", "a"),
        ("'abc'.startswith('a')", True), ("textwrap.dedent('''\n    a\n      b\n''')", "\na\n  b\n"), ("inspect.cleandoc('a\\n    b')", "a\nb"),
        ("os.path.join('a', 'b')", "a/b"), ("re.sub('[0-9]+', '#', 'a12')", "a#"), ("str(1) + str('b')", "1b"), ("f'{1}{True}{None}'", "1True{None}"),
        ("f'{u!r}'", "{u}"), ("'a'.encode().decode()", "a"), ("'x' if 'a' in 'abc' else 'y'", "x"), ("'abc'[0:2]", "ab"),
        ("'%s' % len('abc')", "3"), ("'a' + str(u)", "a{u}"), ("'ab'.capitalize()", "Ab"), ("'a\\tb'.expandtabs()", "a\tb"),
    ],
)  # fmt: skip
def test_text_methods(expression: str, expected: object) -> None:
    source = f"import inspect, os, re, textwrap\nfrom somewhere import u\nx = {expression}\n"

    assert run(source)["x"] == expected


def origins(source: str) -> list[tuple[str, str]]:
    """For each known stretch of `x`: its text, and what stands in the source at its place."""
    ran = run(source)
    value = ran.value("x")
    assert isinstance(value, Text)
    out: list[tuple[str, str]] = []
    for part in value.parts:
        if isinstance(part, Chunk) and part.source is not None and part.text:
            start = part.source.body + part.start
            out.append((part.text, source[start : start + len(part.text)]))
    return out


@pytest.mark.parametrize(
    "expression",
    [
        "'SELECT ' + 'a'", "'SELECT %s FROM b' % 'a'", "'SELECT {} FROM b'.format('a')", "f'SELECT {u} FROM b'", "'  SELECT a  '.strip()", "'xSELECTx'.strip('x')",
        "', '.join(['a', 'b'])", "'SELECT a'.replace('a', 'b')", "'SELECT a FROM b'[7:]", "'a;b;c'.split(';')[1]", "('a' 'b')", "'Abc'.lower()",
        "'pre_abc'.removeprefix('pre_')", "'abc_post'.removesuffix('_post')", "'a' * 3", "(lambda y: y + '!')('abc')", "{'k': 'abc'}['k']", "'a b'.split()[1]",
    ],
)  # fmt: skip
def test_known_stretches_know_their_place(expression: str) -> None:
    found = origins(f"from somewhere import u\nx = {expression}\n")

    assert found
    assert [text.lower() for text, _ in found] == [there.lower() for _, there in found]


def test_dedented_lines_know_their_place() -> None:
    source = 'import textwrap\nx = textwrap.dedent("""\n    SELECT a\n      FROM b\n\n    WHERE c\n""")\n'
    value = run(source).value("x")

    assert isinstance(value, Text)
    assert value.known == "\nSELECT a\n  FROM b\n\nWHERE c\n"
    assert value.known == textwrap.dedent(source.split('"""')[1])
    assert [text for text, there in origins(source) if text != there] == []
    assert "".join(text for text, _ in origins(source)) == value.known


def test_a_text_from_another_module_knows_that_module() -> None:
    ran = run({"main.py": "from q import SQL\nx = SQL + ' b'\n", "q.py": "SQL = 'SELECT a'\n"})
    value = ran.value("x")

    assert isinstance(value, Text)
    assert [part.path for part in value.parts if isinstance(part, Chunk)] == ["q.py", "main.py"]


def test_an_unknown_part_keeps_its_source() -> None:
    assert run("from somewhere import u\nx = f'a{u.v(1)[2]}b' + u.w + 'c' % 1\n")["x"] == "a{u.v(1)[2]}b{u.w}c"
