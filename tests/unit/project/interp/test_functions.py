"""Calls of the project's functions and methods: parameters, closures, classes, instances."""

from __future__ import annotations

import pytest

from .evaluating import run


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a, b='B'): return a + b\nx = f('A')", "AB"),
        ("def f(a, b='B'): return a + b\nx = f(b='C', a='A')", "AC"),
        ("def f(*a, **k): return (a, k)\nx = f(1, 2, b=3)", ((1, 2), {"b": 3})),
        ("def f(a, /, *, b): return (a, b)\nx = f(*[1], **{'b': 2})", (1, 2)),
        ("x = (lambda a, b=2: a + b)(1)", 3),
        ("def f(): pass\nx = f()", None),
        ("def f(n): return 1 if n == 0 else n * g(n - 1)\ng = f\nx = f(0)", 1),
        ("def outer(a):\n    def inner(b): return a + b\n    return inner\nx = outer('A')('B')", "AB"),
        ("def f():\n    return 'a', 'b'\ny, x = f()", "b"),
        ("def f(items):\n    items.append(1)\nx = []\nf(x)", [1]),
        ("def f():\n    yield 'a'\n    yield 'b'\nx = list(f())", ["a", "b", "…"]),
        ("async def f(): return 'a'\nasync def g(): return await f()\nx = g()", "a"),
        ("import functools\n@functools.lru_cache\ndef f(): return 'a'\nx = f()", "a"),
        ("import functools\n@functools.lru_cache(maxsize=None)\ndef f(): return 'a'\nx = f()", "a"),
    ],
)
def test_calls(source: str, expected: object) -> None:
    assert run(source)["x"] == expected


CLASSES = """
from dataclasses import dataclass
from typing import NamedTuple

class Base:
    KIND = "base"
    label = "class"
    def __init__(self, name, *, size=3):
        self.name = name
        self.size = size
        self.label = "instance"
    @property
    def upper(self):
        return self.name.upper()
    @classmethod
    def kind(cls):
        return cls.KIND
    @staticmethod
    def twice(a):
        return a + a
    def shown(self, sep="-"):
        return self.prefix() + sep + self.name
    def prefix(self):
        return "b"
    def __call__(self, a):
        return self.name + a

class Child(Base):
    KIND = "child"
    def __init__(self, name):
        super().__init__(name + "!", size=9)
        self.extra = [name]
    def prefix(self):
        return super().prefix() + "c"

class Mixin:
    KIND = "mixin"

class Both(Mixin, Child):
    pass

@dataclass
class Point:
    x: int
    y: int = 5
    z: str = "z"

class Pair(NamedTuple):
    left: str
    right: str = "r"

base = Base("n")
child = Child("n")
both = Both("n")
point = Point(1, z="w")
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("base.name", "n"), ("base.size", 3), ("base.label", "instance"), ("Base.label", "class"), ("base.upper", "N"),
        ("base.kind()", "base"), ("Child.kind()", "child"), ("both.kind()", "mixin"), ("Base.twice('a')", "aa"), ("base.shown()", "b-n"),
        ("child.shown(sep='+')", "bc+n!"), ("child.name", "n!"), ("child.size", 9), ("child.extra", ["n"]), ("base('x')", "nx"),
        ("both.name", "n!"), ("Both.KIND", "mixin"), ("point.x", 1), ("point.y", 5), ("point.z", "w"), ("Pair('l').right", "r"),
        ("Pair('l').left", "l"), ("Base.__name__", "Base"), ("type(child).KIND", "child"), ("child.__class__.KIND", "child"),
        ("getattr(base, 'na' + 'me')", "n"), ("Base", "class Base"), ("Base('q').upper.lower()", "q"),
    ],
)  # fmt: skip
def test_classes_and_instances(expression: str, expected: object) -> None:
    assert run(CLASSES + f"result = {expression}\n")["result"] == expected


def test_attributes_set_from_outside() -> None:
    ran = run(CLASSES + "base.new = 1\nsetattr(Base, 'later', 2)\na, b = base.new, base.later\n")

    assert (ran["a"], ran["b"]) == (1, 2)


def test_classes_made_by_type() -> None:
    ran = run("class A:\n    k = 1\nB = type('B', (A,), {'l': 2})\nx = (B.k, B.l, B.__name__)")

    assert ran["x"] == (1, 2, "B")


def test_classes_made_in_functions_are_apart() -> None:
    ran = run("def make(n):\n    class A:\n        name = n\n    return A\nx = make('a').name + make('b').name")

    assert ran["x"] == "ab"


def test_class_bodies_run_like_code() -> None:
    ran = run(
        """
        class A:
            a = 1
            b = a + 1
            c = [a for a in "xy"]
            if b > 1:
                d = "yes"
            for e in (1, 2):
                f = e
        x = (A.b, A.c, A.d, A.f)
        """
    )

    assert ran["x"] == (2, ["x", "y"], "yes", 2)


def test_functions_do_not_see_the_names_of_the_class_around_them() -> None:
    ran = run("a = 'global'\nclass A:\n    a = 'class'\n    def f(self): return a\nx = A().f()")

    assert ran["x"] == "global"


def test_the_order_of_bases_is_pythons() -> None:
    source = """
        class A: pass
        class B(A): n = "B"
        class C(A): n = "C"; m = "C"
        class D(B, C): pass
        class E(A): n = m = o = "E"
        class F(D, E): pass
        x = (D.n, D.m, F.n, F.m, F.o)
        """
    namespace: dict[str, object] = {}
    exec(__import__("textwrap").dedent(source), namespace)

    assert run(source)["x"] == namespace["x"]


ENUMS = """
import enum
from enum import Enum, IntEnum, StrEnum, auto
class Color(Enum):
    RED = "r"
    BLUE = "b"
    SAME = "r"
    def shown(self):
        return self.value + "!"
    @classmethod
    def first(cls):
        return cls.RED
class Word(StrEnum):
    ONE = auto()
    TWO = "zwei"
class Number(IntEnum):
    A = 5
    B = auto()
class Named(Enum):
    def _generate_next_value_(name, start, count, last_values):
        return name.title()
    ALPHA = auto()
class Text(str, Enum):
    A = "a"
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Color.RED", "Color.RED"), ("Color.RED.value", "r"), ("Color.RED.name", "RED"), ("[c.name for c in Color]", ["RED", "BLUE"]),
        ("[c.value for c in Color]", ["r", "b"]), ("Color('b')", "Color.BLUE"), ("Color['RED']", "Color.RED"), ("len(list(Color))", 2),
        ("Color.RED.shown()", "r!"), ("Color.first().value", "r"), ("Word.ONE.value", "one"), ("f'{Word.TWO}'", "zwei"),
        ("Number.B.value", 6), ("Named.ALPHA.value", "Alpha"), ("Color.RED == Color.RED", True), ("Color.RED is Color.BLUE", False),
        ("Text.A.value + 'b'", "ab"), ("{Color.RED: 1}[Color.RED]", 1), ("Color.RED in (Color.BLUE,)", False),
    ],
)  # fmt: skip
def test_enumerations(expression: str, expected: object) -> None:
    assert run(ENUMS + f"result = {expression}\n")["result"] == expected


def test_parameters_of_functions_that_nobody_calls_are_unknown() -> None:
    ran = run("def f(a, b='x', *c):\n    return [a, b, c]\n")
    function = next(one for one in ran.machine.functions if one.qualname == "f")

    from .evaluating import shown

    assert shown(ran.machine.run_root(function)) == ["?", {"one of": ["?", "x"]}, ("…",)]


def test_self_is_an_instance_where_a_method_is_run_alone() -> None:
    ran = run("class A:\n    t = 'a'\n    def __init__(self): self.u = 'b'\n    def f(self): return self.t + self.u\n")
    function = next(one for one in ran.machine.functions if one.qualname == "A.f")

    from .evaluating import shown

    assert shown(ran.machine.run_root(function)) == "ab"
