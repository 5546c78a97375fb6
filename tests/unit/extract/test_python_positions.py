"""Names and calls stand where Python's own parser says they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistlint.extract.python import extract_python
from persistlint.facts import code
from persistlint.source import LineIndex

ROOT = Path(__file__).parents[3]
OWN_FILES = sorted([*ROOT.glob("lint/**/*.py"), *ROOT.glob("rules/**/*.py"), *ROOT.glob("examples/**/*.py")])
SOURCES = {
    "brackets": "x = (a)(b)[(c)](((d)))\ny = [[a], [(b), c], {d: {e}}]\n(f or g)(h).i(j).k\n",
    "names that repeat": "a = a(a, a=a)[a].a + a\na.a.a(a).a = a\n",
    "keywords in strings": "a = 'b c d'\nb = \"c(d)\"\nc = d('c', b)\n",
    "comments": "a = b(  # c(d) [\n    c,  # e\n)  # f\nd(e)\n# g(h)\ni(j)\n",
    "several lines": "a = b(\n    c,\n    *d,\n    e=f(\n        g\n    ),\n)\\\n.h(i)\n",
    "carriage returns": "a = b(c)\r\nif d:\r\n    e(f)\r\n",
    "tabs and form feeds": "if a:\n\tb(c)\n\f\nd(e)\n",
    "other letters": "größe = naïve(café, 'ünï', b)\nπ(größe)\n",
    "unicode in strings": "a('😀', b)\nc = '😀' + d(e)\n",
    "line separators in strings": "a('x\u2028y', b)\nc(d)\n",
    "decorators": "@a\n@b.c(d)\ndef e(f: g = h, *i: j, k=l, **m) -> n:\n    return o(f)\n",
    "lambdas": "a = lambda b, c=d: e(b, c)\nf(lambda: g, lambda *h: h)\n",
    "comprehensions": "[a(b) for b in c(d) if e(b)]\n{a: b for a, b in c}\nf(x for x in y)\n",
    "matches": "match a(b):\n    case c.D(e=1, f='x') if g(e):\n        h(e)\n    case {'k': i, **j}:\n        k(i, j)\n    case [1, l, *m]:\n        n(l)\n    case o | p:\n        q(o)\n",
    "walrus": "if (a := b(c)) and a(d): e(a)\n",
    "async": "async def a():\n    await b(c)\n    async with d(e) as f, g: h(f)\n    async for i in j(k): yield l(i)\n",
    "star expressions": "a, *b = c\nd(*e, **f)\n[*g, *h(i)]\nprint(*j(k), sep=l)\n",
    "statements": "global a\nfor b in c(d): e(b)\nelse: f(g)\nwhile h(i): j\nwith k(l) as m, n: o\nassert p(q)\ndel r, s[t]\nraise u(v) from w\n",
    "exceptions": "try: a(b)\nexcept (C, D) as e: f(e)\nexcept G: h\nelse: i(j)\nfinally: k(l)\n",
    "subscripts": "a[b(c):d, ::e][f](g)\na[...](h)\na[(i, j)]\n",
    "numbers next to names": "1 if a else b(c)\n0xabc, abc(1_0j), 1e5, e5(x)\n",
    "strings next to names": "a = 'x'if b else'y'\nf(b'c', rb'\\d', R'e')\n",
    "slices of strings": "a = 'b'[c:]\nd('e' 'f', g)\n",
    "ellipsis": "def a(b): ...\nc(..., d)\ne[..., f]\n",
    "imports": "import a.b as c, d\nfrom e.f import (g, h as i)\nfrom . import j\nc(d, g, i, j)\n",
    "semicolons": "a(b); c(d); e = f(g)\n",
    "backslashes": "a = b \\\n    + c(d) \\\n    + e\n",
    "empty strings": "a('', \"\", '''''', b)\n",
    "strings with quotes": "a('\"', \"'\", '\\'', b)\nc('''it's \"x\"''', d)\n",
}


def pairs(text: str) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """What Python's parser and what persistlint says of the names and calls of a text, f-strings left aside."""
    lines = text.replace("\r\n", "\n").splitlines(keepends=True) if not {"\x0c", "\u2028"} & set(text) else _lines(text)
    tree = ast.parse(text)
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.JoinedStr) for n in ast.walk(f)}
    skipped = {id(n) for a in ast.walk(tree) if isinstance(a, ast.Assert) and a.msg for n in ast.walk(a.msg)}
    skipped |= {id(n) for c in ast.walk(tree) if isinstance(c, ast.match_case) for n in ast.walk(c.pattern)}
    theirs: set[tuple[object, ...]] = set()
    for node in ast.walk(tree):
        if id(node) in inside or id(node) in skipped:
            continue
        if isinstance(node, ast.Name):
            theirs.add(("name", node.id, _place(lines, node.lineno, node.col_offset)))
        elif isinstance(node, ast.Call):
            end = _place(lines, node.end_lineno or 0, node.end_col_offset or 0)
            theirs.add(("call", _place(lines, node.lineno, node.col_offset), end))
    facts = extract_python("a.py", text)
    assert facts.problem is None, facts.problem
    index = LineIndex.of(text)
    ours: set[tuple[object, ...]] = set()
    for node in _nodes(facts):
        if isinstance(node, code.Name):
            ours.add(("name", node.id, index.position(node.at)))
        elif isinstance(node, code.Call):
            ours.add(("call", index.position(node.at), index.position(node.end)))
    return theirs, ours


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")]


def _place(lines: list[str], line: int, offset: int) -> tuple[int, int]:
    return line, len(lines[line - 1].encode()[:offset].decode()) + 1


def _nodes(facts: code.FileFacts) -> Iterator[code.Node]:
    stack: list[object] = [facts.body, *map(code.decode_body, facts.bodies)]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif isinstance(node, code.Node):
            yield node
            stack.extend(getattr(node, name) for name in node.__struct_fields__)


@pytest.mark.parametrize("text", SOURCES.values(), ids=SOURCES.keys())
def test_names_and_calls_stand_where_python_says(text: str) -> None:
    theirs, ours = pairs(text)

    assert theirs
    assert sorted(map(str, theirs - ours)) == []


def test_type_parameters_do_not_shift_what_follows() -> None:
    # Python 3.11 cannot parse this text itself, so the places are written down.
    text = "type A[B] = list[B]\nB = A\ndef c[D](d: D) -> D: d(D)\nclass E[F](G[F]): pass\nF(G)\n"
    facts = extract_python("a.py", text)

    names = sorted((node.at, node.id) for node in _nodes(facts) if isinstance(node, code.Name))
    assert facts.problem is None
    assert names == [
        (5, "A"), (12, "list"), (17, "B"), (20, "B"), (24, "A"), (38, "D"), (44, "D"), (47, "d"), (49, "D"),
        (63, "G"), (65, "F"), (75, "F"), (77, "G"),
    ]  # fmt: skip
    assert all(text[at : at + len(name)] == name for at, name in names)


def test_names_and_calls_of_our_own_files_stand_where_python_says() -> None:
    right = total = 0
    for path in OWN_FILES:
        theirs, ours = pairs(path.read_text())
        total += len(theirs)
        right += len(theirs & ours)

    assert total > 20_000
    assert right / total >= 0.999


def test_every_part_of_a_statement_knows_its_place() -> None:
    text = "rows = db.execute('SELECT 1', [a, b], key=-2)\n"
    [assignment] = extract_python("a.py", text).body

    assert isinstance(assignment, code.Assign)
    call = assignment.value
    assert isinstance(call, code.Call)
    assert text[call.at : call.end] == "db.execute('SELECT 1', [a, b], key=-2)"
    assert isinstance(call.func, code.Attr)
    assert text[call.func.at :].startswith("execute(")
    sql, items, number = (arg.value for arg in call.args)
    assert isinstance(sql, code.Str)
    assert isinstance(items, code.Seq)
    assert isinstance(number, code.Lit)
    assert text[sql.at : sql.end] == "'SELECT 1'"
    assert text[sql.body :].startswith("SELECT 1")
    assert text[items.at : items.end] == "[a, b]"
    assert text[number.at : number.end] == "2"


def test_function_and_class_names_know_their_place() -> None:
    text = "@d\nclass A(B):\n    def run(self, x: int = 1): ...\n"
    [cls] = extract_python("a.py", text).body

    assert isinstance(cls, code.ClassDef)
    [function] = cls.body
    assert isinstance(function, code.FuncDef)
    assert text[cls.at :].startswith("A(B)")
    assert text[function.at :].startswith("run(self")
    assert [text[one.at :][: len(one.name)] for one in function.params] == ["self", "x"]


def test_containers_span_their_brackets() -> None:
    text = "f([a], {b}, {c: d}, [e for e in g], {h for h in i}, {j: k for j in l}, m[n:o])\n"
    [only] = extract_python("a.py", text).body

    assert isinstance(only, code.Eval)
    assert isinstance(only.value, code.Call)
    spans = [
        text[arg.value.at : arg.value.end]
        for arg in only.value.args
        if isinstance(arg.value, code.Seq | code.Map | code.Comp | code.Sub)
    ]
    assert spans == ["[a]", "{b}", "{c: d}", "[e for e in g]", "{h for h in i}", "{j: k for j in l}", "m[n:o]"]
