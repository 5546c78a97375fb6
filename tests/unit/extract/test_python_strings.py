"""String literals: their values, and the place of each of their parts."""

from __future__ import annotations

import ast

import msgspec
import pytest

from persistlint.extract.python import extract_python
from persistlint.facts import code
from persistlint.facts.code import FileFacts


def expression(text: str) -> code.Expr:
    found = extract_python("a.py", f"x = {text}\n")
    assert found.problem is None, found.problem
    [only] = found.body
    assert isinstance(only, code.Assign)
    return only.value


PLAIN = [
    "'x'", '"x"', "''", "'''x'''", '"""x\ny"""', r"'a\nb'", r"'a\tb\\c\'d\"e'", r"'\x41\u00e9\U0001F600\N{EN DASH}\101'",
    r"r'a\nb'", r"R'\d'", "u'x'", "'a\\\nb'", "'''it's \"so\"'''", r'"\""', r"'''\''''", "'a{{b}}c'", "'%s {} \\n'",
    r"'\d'", "'é😀'", "'# no comment'", "'\t'", "'\\\\'", "'\\\\\\\\n'", r"'\0'",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", PLAIN)
def test_a_string_has_the_value_that_python_gives_it(text: str) -> None:
    found = expression(text)

    assert isinstance(found, code.Str)
    assert found.value == ast.literal_eval(text)
    source = f"x = {text}"
    assert source[found.at : found.end] == text
    body = source[found.body : found.body + len(found.raw or found.value)]
    assert body == (found.raw or found.value)
    assert text.endswith((body + text[-1], body + text[-3:]))


@pytest.mark.parametrize("text", ["'a\\\r\nb'", "'''a\r\nb'''", "'''a\rb'''", "r'''a\r\n\\n'''"])
def test_carriage_returns_are_newlines_in_the_value_and_themselves_in_the_source(text: str) -> None:
    found = expression(text)

    assert isinstance(found, code.Str)
    assert found.value == ast.literal_eval(text)
    assert found.raw == text.strip("r'")


def parts(text: str) -> list[str]:
    found = expression(text)
    assert isinstance(found, code.Join)
    source = f"x = {text}\n"
    assert source[found.at : found.end] == text
    return [f"{{{source[part.at : part.end]}}}" if isinstance(part, code.Fmt) else part.value for part in found.parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a' 'b'", ["a", "b"]),
        ("('a'\n    'b'  # c 'd'\n    'e')".strip("()"), ["a", "b", "e"]),
        ("f'a{b}c'", ["a", "{{b}}", "c"]),
        ("f'{a}'", ["{{a}}"]),
        ("F'''a\n{b}\n'''", ["a\n", "{{b}}", "\n"]),
        ("rf'\\d{a}\\n'", ["\\d", "{{a}}", "\\n"]),
        ("f'\\n{a}\\t'", ["\n", "{{a}}", "\t"]),
        ("f'a' 'b' f'{c}' r'\\d'", ["a", "b", "{{c}}", "\\d"]),
        ("f'{{a}} {b} }}{{'", ["{a} ", "{{b}}", " }{"]),
        ("f'{a!r}{b:>10}{c!s:{d}}{e=}'", ["{{a!r}}", "{{b:>10}}", "{{c!s:{d}}}", "{{e=}}"]),
        ("f'{a[\"k\"]}{b(c, d)}'", ['{{a["k"]}}', "{{b(c, d)}}"]),
        ("f'{ {1: 2}[1] }'", ["{{ {1: 2}[1] }}"]),
        ("f'{(lambda x: x)(1)}{[y for y in z]}'", ["{{(lambda x: x)(1)}}", "{{[y for y in z]}}"]),
        ("f'{a:%H:%M}{b:\\'>5}'", ["{{a:%H:%M}}", "{{b:\\'>5}}"]),
        ("f'{f\"{a}\"}b'", ['{{f"{a}"}}', "b"]),
        ("f'é{a}😀{b}'", ["é", "{{a}}", "😀", "{{b}}"]),
    ],
)
def test_f_strings_and_concatenations_are_flattened(text: str, expected: list[str]) -> None:
    source = f"({text})" if "\n" in text and "'''" not in text else text
    if source != text:
        found = expression(source)
        assert isinstance(found, code.Join)
        assert [part.value for part in found.parts if isinstance(part, code.Str)] == expected
        return

    assert parts(text) == expected


def test_the_named_character_of_an_f_string_is_no_field() -> None:
    found = expression("f'\\N{EM DASH}{a}'")

    assert isinstance(found, code.Join)
    first, second = found.parts
    assert isinstance(first, code.Str)
    assert isinstance(second, code.Fmt)
    assert (first.value, first.raw) == ("\N{EM DASH}", "\\N{EM DASH}")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("f'{a['k']}b'", ["b"]),
        ("f'{d[\"it's\"]}' + c('x')", []),
        ('f"{f"{f"{a}"}"}z"', ["z"]),
        ("f'{\n    a\n}b'", ["b"]),
        ("f'{a # why\n}b'", ["b"]),
        ("f'{'\\n'.join(a)}b'", ["b"]),
    ],
)
def test_quotes_within_quotes_as_in_python_3_12(text: str, values: list[str]) -> None:
    source = f"x = {text}\nafter(1)\n"
    found = extract_python("a.py", source)
    assert found.problem is None
    first, second = found.body

    joins = [node for node in walk(first) if isinstance(node, code.Join)]
    assert [part.value for part in joins[0].parts if isinstance(part, code.Str)] == values
    assert isinstance(second, code.Eval)
    assert isinstance(second.value, code.Call)
    assert source[second.value.at : second.value.end] == "after(1)"
    strings = [node for node in walk(first) if isinstance(node, code.Str) and node.value == "x"]
    assert all(source[node.at : node.end] == "'x'" for node in strings)


def walk(node: object) -> list[code.Node]:
    out: list[code.Node] = []
    stack = [node]
    while stack:
        one = stack.pop(0)
        if isinstance(one, tuple):
            stack = [*one, *stack]
        elif isinstance(one, code.Node):
            out.append(one)
            stack = [*(getattr(one, name) for name in one.__struct_fields__), *stack]
    return out


def test_the_parts_of_an_f_string_know_conversion_and_format() -> None:
    found = expression("f'{a!r:>10}{b:{w}d}{c}'")

    assert isinstance(found, code.Join)
    assert [(part.conversion, part.spec) for part in found.parts if isinstance(part, code.Fmt)] == [
        ("r", ">10"),
        (None, "{}d"),
        (None, None),
    ]


def test_an_f_string_without_fields_is_a_plain_string() -> None:
    found = expression("f'{{a}}'")

    assert isinstance(found, code.Str)
    assert (found.value, found.raw, found.at, found.end, found.body) == ("{a}", "{{a}}", 4, 12, 6)


@pytest.mark.parametrize("text", ["'a' b'b'", "b'a' b'b'", "b''"])
def test_bytes_are_opaque(text: str) -> None:
    if text == "'a' b'b'":
        assert extract_python("a.py", f"x = {text}\n") is not None
        return

    assert isinstance(expression(text), code.Opaque)


def test_a_lone_surrogate_is_kept_as_it_is_written() -> None:
    found = extract_python("a.py", "x = 'a\\ud800b'\n")
    [only] = found.body

    assert isinstance(only, code.Assign)
    assert isinstance(only.value, code.Str)
    assert only.value.value == "a\\ud800b"
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=FileFacts) == found


def test_names_inside_fields_know_their_place() -> None:
    source = "x = f'{a}{b.c(d)}' + f'{ e }'\n"
    found = extract_python("a.py", source)

    names = [node for node in walk(found.body) if isinstance(node, code.Name)]
    assert {source[node.at : node.at + len(node.id)] == node.id for node in names} == {True}
    assert [node.id for node in names] == ["x", "a", "b", "d", "e"]
