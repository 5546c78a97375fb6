"""Each kind of statement and expression, lowered to the small program of `persistlint.facts.code`."""

from __future__ import annotations

import textwrap

import pytest

from persistlint.extract.python import extract_python
from persistlint.facts import code
from persistlint.facts.code import FileFacts


def facts(text: str) -> FileFacts:
    found = extract_python("a.py", textwrap.dedent(text))
    assert found.problem is None
    return found


def statement(text: str) -> code.Stmt:
    [only] = facts(text).body
    return only


def expression(text: str) -> code.Expr:
    only = statement(text)
    assert isinstance(only, code.Eval)
    return only.value


def shape(value: object) -> object:
    """A node without its places."""
    if isinstance(value, code.Node):
        fields = [
            name
            for name in value.__struct_fields__
            if name not in ("at", "end", "body")
            or (
                name == "body"
                and isinstance(
                    value,
                    code.If
                    | code.For
                    | code.While
                    | code.Try
                    | code.With
                    | code.ClassDef
                    | code.Case
                    | code.Handler
                    | code.Lambda
                    | code.IfExp,
                )
            )
        ]
        return (type(value).__name__, *(shape(getattr(value, name)) for name in fields))
    if isinstance(value, tuple):
        return tuple(shape(item) for item in value)
    return value


N = lambda name: ("Name", name)  # noqa: E731
L = lambda value: ("Lit", value)  # noqa: E731
S = lambda value, raw="": ("Str", value, raw)  # noqa: E731
A = lambda value, name=None, star=0: ("Arg", value, name, star)  # noqa: E731

EXPRESSIONS: dict[str, object] = {
    "a": N("a"),
    "None": L(None),
    "True": L(True),
    "1_000": L(1000),
    "0xff": L(255),
    "1.5e3": L(1500.0),
    "-5": L(-5),
    "-1.5": L(-1.5),
    "+5": ("Un", "+", L(5)),
    "-True": ("Un", "-", L(True)),
    "'x'": S("x"),
    "a.b.c": ("Attr", ("Attr", N("a"), "b"), "c"),
    "f()": ("Call", N("f"), ()),
    "f(a, *b, c=1, **d)": ("Call", N("f"), (A(N("a")), A(N("b"), None, 1), A(L(1), "c"), A(N("d"), None, 2))),
    "(a, b)": ("Seq", "tuple", (N("a"), N("b"))),
    "()": ("Seq", "tuple", ()),
    "[a, *b]": ("Seq", "list", (N("a"), ("Star", N("b")))),
    "{a, b}": ("Seq", "set", (N("a"), N("b"))),
    "{'k': a, **b}": ("Map", ((S("k"), N("a")), (None, N("b")))),
    "a + b - c": ("Bin", "-", ("Bin", "+", N("a"), N("b")), N("c")),
    "a + (b - c)": ("Bin", "+", N("a"), ("Bin", "-", N("b"), N("c"))),
    "a or b and c": ("Bin", "or", N("a"), ("Bin", "and", N("b"), N("c"))),
    "a | b ** c @ d": ("Bin", "|", N("a"), ("Bin", "@", ("Bin", "**", N("b"), N("c")), N("d"))),
    "not a": ("Un", "not", N("a")),
    "~a": ("Un", "~", N("a")),
    "a < b <= c": ("Cmp", N("a"), (("<", N("b")), ("<=", N("c")))),
    "a is not None": ("Cmp", N("a"), (("is not", L(None)),)),
    "a not in b": ("Cmp", N("a"), (("not in", N("b")),)),
    "a if b else c": ("IfExp", N("b"), N("a"), N("c")),
    "a[b]": ("Sub", N("a"), N("b")),
    "a[b, c]": ("Sub", N("a"), ("Seq", "tuple", (N("b"), N("c")))),
    "a[1:b:2]": ("Sub", N("a"), ("Slice", L(1), N("b"), L(2))),
    "a[:]": ("Sub", N("a"), ("Slice", None, None, None)),
    "a[:, 1]": ("Sub", N("a"), ("Seq", "tuple", (("Slice", None, None, None), L(1)))),
    "lambda a, *b, c=1, **d: a": (
        "Lambda",
        (("Param", "a", "a", None, None), ("Param", "b", "*", None, None), ("Param", "c", "k", None, L(1)),
         ("Param", "d", "**", None, None)),
        N("a"),
    ),
    "[a for b in c if d if e]": ("Comp", "list", N("a"), (("Gen", N("b"), N("c"), (N("d"), N("e")), False),), None),
    "{a: b for a, b in c}": ("Comp", "dict", N("b"), (("Gen", ("Seq", "tuple", (N("a"), N("b"))), N("c"), (), False),), N("a")),
    "{a for a in b}": ("Comp", "set", N("a"), (("Gen", N("a"), N("b"), (), False),), None),
    "f(a for b in c for d in e)": (
        "Call", N("f"),
        (A(("Comp", "generator", N("a"), (("Gen", N("b"), N("c"), (), False), ("Gen", N("d"), N("e"), (), False)), None)),),
    ),
    "(a := b)": ("Walrus", N("a"), N("b")),
    "b'x'": ("Opaque",),
    "1j": ("Opaque",),
    "99999999999999999999": ("Opaque",),
    "...": ("Opaque",),
}  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS, ids=str)
def test_an_expression_is_lowered(text: str) -> None:
    assert shape(expression(text + "\n")) == EXPRESSIONS[text]


STATEMENTS: dict[str, object] = {
    "a = b = 1": ("Assign", (N("a"), N("b")), L(1)),
    "a, b = c": ("Assign", (("Seq", "tuple", (N("a"), N("b"))),), N("c")),
    "a.b[c] = 1": ("Assign", (("Sub", ("Attr", N("a"), "b"), N("c")),), L(1)),
    "a: int": ("AnnAssign", N("a"), N("int"), None),
    "a: 'B' = 1": ("AnnAssign", N("a"), S("B"), L(1)),
    "a += 1": ("AugAssign", N("a"), "+", L(1)),
    "a //= 2": ("AugAssign", N("a"), "//", L(2)),
    "type A[T] = list[T]": ("Assign", (N("A"),), ("Sub", N("list"), N("T"))),
    "return": ("Return", None),
    "raise": ("Raise", None, None),
    "raise a from b": ("Raise", N("a"), N("b")),
    "assert a, 'b'": ("Assert", N("a")),
    "del a, b.c": ("Del", (N("a"), ("Attr", N("b"), "c"))),
    "global a, b": ("Scope", ("a", "b"), True),
    "nonlocal a": ("Scope", ("a",), False),
    "import a.b": ("Import", (("Alias", "a.b", "a"),)),
    "import a.b as c, d": ("Import", (("Alias", "a.b", "c"), ("Alias", "d", "d"))),
    "from a.b import c, d as e": ("ImportFrom", "a.b", 0, (("Alias", "c", "c"), ("Alias", "d", "e"))),
    "from ..a import *": ("ImportFrom", "a", 2, (("Alias", "*", "*"),)),
    "from . import a": ("ImportFrom", "", 1, (("Alias", "a", "a"),)),
    "pass": ("Jump", "pass"),
    "break": ("Jump", "break"),
    "continue": ("Jump", "continue"),
    "yield": ("Eval", ("Yield", None, False)),
    "yield from a": ("Eval", ("Yield", N("a"), True)),
    "await a": ("Eval", ("Await", N("a"))),
    "if a: b\nelif c: d\nelse: e": (
        "If", N("a"), (("Eval", N("b")),), (("If", N("c"), (("Eval", N("d")),), (("Eval", N("e")),)),)),
    "for a in b: c\nelse: d": ("For", N("a"), N("b"), (("Eval", N("c")),), (("Eval", N("d")),), False),
    "while a: b\nelse: c": ("While", N("a"), (("Eval", N("b")),), (("Eval", N("c")),)),
    "try: a\nexcept (B, C) as d: e\nexcept: f\nelse: g\nfinally: h": (
        "Try", (("Eval", N("a")),),
        (("Handler", ("Seq", "tuple", (N("B"), N("C"))), "d", (("Eval", N("e")),)), ("Handler", None, None, (("Eval", N("f")),))),
        (("Eval", N("g")),), (("Eval", N("h")),),
    ),
    "try: a\nexcept* B: c": ("Try", (("Eval", N("a")),), (("Handler", N("B"), None, (("Eval", N("c")),)),), (), ()),
    "with a as b, c: d": ("With", ((N("a"), N("b")), (N("c"), None)), (("Eval", N("d")),), False),
    "async with a: b": ("With", ((N("a"), None),), (("Eval", N("b")),), True),
    "async for a in b: c": ("For", N("a"), N("b"), (("Eval", N("c")),), (), True),
    "match a:\n  case {'x': [y, *z], **w} if v: b\n  case c: d\n  case _: e": (
        "Match", N("a"),
        (("Case", ("w", "y", "z"), N("v"), (("Eval", N("b")),), None), ("Case", ("c",), None, (("Eval", N("d")),), ()),
         ("Case", (), None, (("Eval", N("e")),), ())),
    ),
    "match a:\n  case 1 | -2 | None: b\n  case 'c' if d: e\n  case F.g: h": (
        "Match", N("a"),
        (("Case", (), None, (("Eval", N("b")),), (L(1), L(-2), L(None))),
         ("Case", (), N("d"), (("Eval", N("e")),), (("Str", "c", ""),)),
         ("Case", (), None, (("Eval", N("h")),), (("Attr", N("F"), "g"),))),
    ),
    "class A(B, m=C): pass": ("ClassDef", "A", (A(N("B")), A(N("C"), "m")), (("Jump", "pass"),), ()),
    "@a.b(1)\nclass A[T]: x = 1": (
        "ClassDef", "A", (), (("Assign", (N("x"),), L(1)),), (("Call", ("Attr", N("a"), "b"), (A(L(1)),)),)),
}  # fmt: skip


@pytest.mark.parametrize("text", STATEMENTS, ids=str)
def test_a_statement_is_lowered(text: str) -> None:
    inside = text.startswith(("return", "yield", "await", "nonlocal", "async", "break", "continue"))
    if not inside:
        assert shape(statement(text + "\n")) == STATEMENTS[text]
        return
    found = facts("async def f():\n" + textwrap.indent(text, "    ") + "\n")
    [only] = code.decode_body(found.bodies[0])

    assert shape(only) == STATEMENTS[text]


def test_a_function_keeps_its_head_and_encodes_its_body() -> None:
    found = facts("""
        @cached
        async def load[T](a, /, b: int = 1, *args: str, c, d=None, **kw) -> list[T]:
            return a
    """)

    [function] = found.body
    assert isinstance(function, code.FuncDef)
    assert (function.name, function.is_async, function.body) == ("load", True, 0)
    assert [(p.name, p.kind) for p in function.params] == [
        ("a", "p"), ("b", "a"), ("args", "*"), ("c", "k"), ("d", "k"), ("kw", "**"),
    ]  # fmt: skip
    assert shape(function.params[1]) == ("Param", "b", "a", N("int"), L(1))
    assert shape(function.decorators) == (N("cached"),)
    assert shape(function.returns) == ("Sub", N("list"), N("T"))
    assert shape(code.decode_body(found.bodies[0])) == (("Return", N("a")),)


def test_bodies_of_nested_functions_come_before_those_around_them() -> None:
    found = facts("""
        def outer():
            def inner():
                deepest
            return inner
    """)

    [outer] = found.body
    assert isinstance(outer, code.FuncDef)
    inner = code.decode_body(found.bodies[outer.body])[0]
    assert isinstance(inner, code.FuncDef)
    assert (outer.body, inner.body) == (1, 0)
    assert shape(code.decode_body(found.bodies[0])) == (("Eval", N("deepest")),)


def test_a_quoted_annotation_stays_a_string() -> None:
    found = statement("a: Mapped['Optional[int]'] = None\n")

    assert isinstance(found, code.AnnAssign)
    assert shape(found.annotation) == ("Sub", N("Mapped"), S("Optional[int]"))


def test_very_long_chains_do_not_nest_as_deep_as_they_are_long() -> None:
    plus = expression("a" + " + b" * 900 + "\n")
    other = expression("a" + " - b" * 900 + "\n")
    chain = statement("if a: x0\n" + "".join(f"elif a{i}: x{i}\n" for i in range(900)) + "else: last\n")

    assert depth(plus) < 200
    assert isinstance(other, code.Opaque)
    assert isinstance(chain, code.Match)
    assert [len(chain.cases), depth(chain) < 10] == [902, True]
    assert shape(chain.cases[-1]) == ("Case", (), None, (("Eval", N("last")),), ())
    assert shape(chain.cases[5]) == ("Case", (), N("a4"), (("Eval", N("x4")),), ())


def test_a_long_sum_keeps_its_order() -> None:
    names: list[str] = []
    stack: list[code.Expr] = [expression(" + ".join(f"a{i}" for i in range(900)) + "\n")]
    while stack:
        node = stack.pop()
        if isinstance(node, code.Bin):
            stack += [node.right, node.left]
        elif isinstance(node, code.Name):
            names.append(node.id)

    assert names == [f"a{i}" for i in range(900)]


def depth(value: object) -> int:
    deepest = 0
    stack = [(value, 0)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        if isinstance(node, code.Node):
            stack.extend((getattr(node, name), level + 1) for name in node.__struct_fields__)
        elif isinstance(node, tuple):
            stack.extend((item, level) for item in node)
    return deepest


def test_hints_say_what_a_body_holds() -> None:
    found = facts("""
        def quiet(): return 1
        def sql(): return "SELECT a FROM b"
        def executes(c): c.execute(x)
        def tables(): Table("a")
        def opens(): sqlite3.connect("x")
        def upgrade(): op.add_column("a")
        def outer():
            def inner(): return "DELETE FROM a"
    """)

    hints = {one.name: code.Hint(one.hints) for one in found.body if isinstance(one, code.FuncDef)}
    assert hints == {
        "quiet": code.Hint.NONE, "sql": code.Hint.SQL, "executes": code.Hint.EXECUTE, "tables": code.Hint.TABLES,
        "opens": code.Hint.RESOURCES, "upgrade": code.Hint.ALEMBIC, "outer": code.Hint.SQL,
    }  # fmt: skip
    assert code.Hint(found.hints) & code.Hint.SQL
