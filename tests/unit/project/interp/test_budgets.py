"""Code that would run for ever, or grow without bound, is given up quickly."""

from __future__ import annotations

import time

import pytest

from ..reading import linkage_of
from .evaluating import run

ENDLESS = {
    "recursion": "def f(n): return f(n + 1)\nx = f(0)\n",
    "mutual recursion": "def f(n): return g(n + 1)\ndef g(n): return f(n + 1)\nx = f(0)\n",
    "branching recursion": "import sys\ndef f(n): return f(n + 1) + f(n + 2) if sys.argv else f(n + 3)\nx = f(0)\n",
    "many callers": "".join(f"def f{i}(a): return [f{i + 1}(a), f{i + 1}(a + 1), f{i + 1}(a + 2)]\n" for i in range(40))
    + "def f40(a): return a\nx = f0(0)\n",
    "nested loops": "x = 0\n"
    + "".join("  " * i + f"for a{i} in range(300):\n" for i in range(6))
    + "            x += 1\n",
    "a loop without end": "x = 0\nwhile True:\n    x += 1\n",
    "nested comprehensions": "x = [a for a in range(300) for b in range(300) for c in range(300) for d in range(300)]\n",
    "undecided branches": "import sys\nx = []\n" + "".join(f"if sys.a{i}: x = x + [{i}]\n" for i in range(300)),
    "doubled text": "x = 'a'\nfor i in range(300): x = x + x\n",
    "multiplied text": "x = 'ab'\nfor i in range(300): x = x * 900\n",
    "formatted text": "x = '%s'\nfor i in range(300): x = f'{x}{x}'\n",
    "replaced text": "x = 'a'\nfor i in range(300): x = x.replace('a', 'aa')\n",
    "doubled list": "x = [1]\nfor i in range(300): x = x + x\n",
    "extended list": "x = [1]\nfor i in range(300): x.extend(x)\n",
    "augmented list": "x = [1]\nfor i in range(300): x += x\n",
    "multiplied list": "x = [1, 2]\nfor i in range(300): x = x * 400\n",
    "a dict of itself": "x = {}\nfor i in range(300): x.update({i: x, **x})\n",
    "giant numbers": "x = 3\nfor i in range(300): x = x * x\n",
    "giant powers": "x = 9 ** 9 ** 9\n",
    "giant shifts": "x = 1 << 10 ** 9\n",
    "giant ranges": "x = list(range(10 ** 12))\n",
    "a choice of choices": "import sys\nx = 'a'\nfor i in range(300):\n    x = x + ('b' if sys.argv else 'c')\n",
    "a tuple of tuples": "x = ('?',)\nfor i in range(300): x = (x, x)\ny = ', '.join(x)\n",
    "classes": "x = object\nfor i in range(300):\n    class x(x): pass\n",
    "operations": "import sys\nx = sys.a\nfor i in range(300): x = x + x\n",
    "a regular expression": "import re\nx = re.sub('(a+)+$', '', 'a' * 90 + 'b')\n",
    "decorators": "def d(f): return d\n@d\ndef x(): pass\nfor i in range(300): x = d(x)\n",
    "properties": "class A:\n    @property\n    def p(self): return self.p\nx = A().p\n",
    "init": "class A:\n    def __init__(self): self.a = A()\nx = A().a.a.a.a\n",
    "seen before": "x = []\nfor a in range(300):\n  for b in range(300):\n    if (a * 300 + b) not in x: x.append(a * 300 + b)\n",
    "counted": "x = {}\nfor a in range(300):\n  for b in range(300):\n    x[f'{a} {b}'] = x.get(f'{b} {a}', 0)\n",
    "polynomial expressions": "import re\nx = re.sub('a*a*a*a*a*b', '', 'a' * 190)\n",
    "deep nesting": "x = " + "(" * 90 + "1" + ")" * 90 + "\n",
    "deep calls": "import a\nx = a" + ".b(1)" * 350 + "\n",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_it_ends_quickly(source: str) -> None:
    start = time.process_time()

    ran = run(source)

    assert ran.value("x") is not None
    assert time.process_time() - start < 2


def test_what_walks_down_a_tree_is_followed_twice() -> None:
    linkage = linkage_of(
        {
            "app.py": """
            def walk(node, note):
                note(node)
                walk(node.left, note), walk(node.middle, note), walk(node.right, note)
        """
        }
    )
    noted: list[str] = []
    linkage.machine.on_call = lambda event: noted.append(event.name) if event.name == "note" else None

    linkage.machine.run_root(linkage.machine.functions[0])

    assert len(noted) == 1 + 3
