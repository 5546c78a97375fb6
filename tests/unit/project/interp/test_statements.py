"""Assignments, branches, loops, exceptions: what names are worth after them."""

from __future__ import annotations

import pytest

from persistlint.project.interp.values import known

from .evaluating import run


def after(source: str, name: str = "x") -> object:
    return run(source)[name]


def one_of(*options: object) -> dict[str, list[str]]:
    return {"one of": sorted(str(option) for option in options)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = y = 5", 5), ("x, y = 1, 2", 1), ("(y, x), z = (1, 2), 3", 2), ("[x, y] = ['a', 'b']", "a"), ("x: int = 3", 3),
        ("x = 1\nx += 2", 3), ("x = 'a'\nx += 'b'", "ab"), ("x = [1]\nx += [2]", [1, 2]), ("x = 2\nx *= 5\nx -= 3", 7),
        ("x = []\nx.append(1)\nx.extend([2, 3])", [1, 2, 3]), ("x = []\ny = x\ny.append(1)", [1]), ("x = [2]\nx.insert(0, 1)", [1, 2]),
        ("x = {}\nx['a'] = 1\nx.update({'b': 2})", {"a": 1, "b": 2}), ("x = {'a': 1, **{'b': 2}}", {"a": 1, "b": 2}),
        ("x = 1\ndel x", "unbound"), ("x = (y := 4) + y", 8), ("x = {'a': 1}['a']", 1), ("x = {1: 'a'}[1]", "a"),
        ("x = [1, 2, 3][-1]", 3), ("x = [1, 2, 3][1:]", [2, 3]), ("x = 'abc'[1]", "b"), ("x = 'abc'[:-1]", "ab"),
        ("x = (1, *[2, 3])", (1, 2, 3)), ("x = [*'ab']", ["a", "b"]), ("x = dict(a=1)", {"a": 1}), ("x = {'a': 1}.get('b', 2)", 2),
        ("x = list({'a': 1})", ["a"]), ("x = dict([('a', 1)])", {"a": 1}), ("x = [1] + [2]", [1, 2]), ("x = [0] * 3", [0, 0, 0]),
        ("x = sorted(['b', 'a'])", ["a", "b"]), ("x = list(reversed([1, 2]))", [2, 1]), ("x = len([1, 2])", 2), ("x = len('abc')", 3),
        ("x = list(range(1, 7, 2))", [1, 3, 5]), ("x = list(enumerate(['a'], 1))", [(1, "a")]), ("x = list(zip([1], ['a']))", [(1, "a")]),
        ("x = list(map(str, [1, 2]))", ["1", "2"]), ("x = list(map(lambda y: y + 1, [1]))", [2]), ("x = int('12')", 12), ("x = str(5)", "5"),
        ("x = bool('')", False), ("x = 7 // 2", 3), ("x = 7 / 2", 3.5), ("x = 2 ** 5", 32), ("x = 1 << 4 | 1", 17), ("x = -(-3)", 3),
        ("x = 1 if True else 2", 1), ("x = None or 'a'", "a"), ("x = 'b' and 'c'", "c"), ("x = not ''", True), ("x = 1 < 2", True),
        ("x = 'a' in ['a', 'b']", True), ("x = 'a' not in {'b': 1}", True), ("x = None is None", True), ("x = 'a' == 'b'", False),
        ("x = 'ab' < 'b'", True), ("x = {1, 2} | {3}", [1, 2, 3]), ("x = {'a': 1} | {'b': 2}", {"a": 1, "b": 2}), ("x = [].copy()", []),
        ("x = {1, 2, 3} & {2, 3, 4}", [2, 3]), ("x = {1, 2} - {2}", [1]), ("x = {1, 2} ^ {2, 3}", [1, 3]), ("x = {1} | {1, 2}", [1, 2]),
        ("x = {1, 2}.difference([2])", [1]), ("x = {1, 2}.intersection({2})", [2]), ("x = {1}.issubset({1, 2})", True),
        ("x = {1, 2} <= {1}", False), ("x = {1} < {1, 2}", True), ("x = {1} < {1}", False), ("x = {1, 2} == {2, 1}", True),
        ("x = [1, 2] == [1, 2]", True), ("x = [1, 2] == [1]", False), ("x = ['a'] != ['b']", True), ("x = (1,) == [1]", False),
        ("x = (3, 40) >= (3, 35, 0)", True), ("x = (3, 9) < (3, 35)", True), ("x = max({1: 'a', 3: 'b'})", 3), ("x = min(2, 1)", 1),
        ("x = max([], default=0)", 0), ("x = max(['a', 'ccc'], key=lambda one: 'z' + one)", "ccc"), ("x = sorted({3: 'a', 1: 'b'}.items())", [(1, "b"), (3, "a")]),
        ("x = sorted([2, 10, 1], reverse=True)", [10, 2, 1]), ("x = sorted(['10', '9'], key=int)", ["9", "10"]),
        ("from operator import itemgetter\nx = sorted([('b', 1), ('a', 2)], key=itemgetter(1))", [("b", 1), ("a", 2)]),
        ("x = [1, 2]\nx.pop(0)", [2]), ("y = [1, 2]\nx = y.pop()", 2), ("x = [1]\nx.clear()", []), ("x = [1, 2]\nx.reverse()", [2, 1]),
        ("x = tuple('a' for _ in range(2))", ("a", "a")), ("x = {'a': 1}.items()", [("a", 1)]), ("x = frozenset(['a'])", ["a"]),
        ("x = getattr(dict, 'nothing', 1)", "<builtins.dict.nothing>"), ("from typing import cast\nx = cast('int', 5)", 5),
    ],
)  # fmt: skip
def test_expressions_and_assignments(source: str, expected: object) -> None:
    assert after(source) == expected


def test_decided_branches_are_taken() -> None:
    assert after("if 1 > 2: x = 'a'\nelif 'b': x = 'b'\nelse: x = 'c'") == "b"


def test_undecided_branches_are_joined() -> None:
    assert after("import sys\nif sys.argv:\n    x = 'a'\nelse:\n    x = 'b'") == one_of("a", "b")
    assert after("import sys\nx = 'a'\nif sys.argv:\n    x = 'b'") == one_of("a", "b")
    assert after("import sys\nx = 'a' if sys.argv else 'b'") == one_of("a", "b")
    assert after("import sys\nx = sys.argv or 'b'") == one_of("<sys.argv>", "b")


def test_the_same_on_both_sides_is_no_choice() -> None:
    ran = run("import sys\nif sys.argv:\n    x = 'a'\n    y = 1\nelse:\n    x = 'a'\n    y = 1")

    assert (known(ran.value("x")), ran["y"]) == ("a", 1)


def test_what_an_undecided_branch_appends_may_be_there() -> None:
    assert after("import sys\nx = ['a']\nif sys.argv:\n    x.append('b')") == ["a", "b", "…"]


def test_a_branch_that_leaves_decides_for_the_rest() -> None:
    ran = run("def f(a):\n    if a:\n        return 'a'\n    return 'b'\nx = f(0)\ny = f(1)\nimport sys\nz = f(sys)")

    assert (ran["x"], ran["y"], ran["z"]) == ("b", "a", one_of("a", "b"))


def test_more_choices_than_can_be_followed_are_unknown() -> None:
    source = "import sys\nx = 0\n" + "".join(f"if sys.a{i}: x = {i}\n" for i in range(1, 20))

    assert "?" in str(after(source))


def test_loops_over_known_elements_run_for_each() -> None:
    assert after("x = []\nfor y in ['a', 'b']:\n    x.append(y + '!')") == ["a!", "b!"]
    assert after("x = 0\nfor i in range(5):\n    if i == 3: break\n    x += i") == 3
    assert after("x = []\nfor i in range(4):\n    if i % 2: continue\n    x.append(i)\nelse:\n    x.append('end')") == [
        0,
        2,
        "end",
    ]
    assert after("x = {}\nfor key, (a, b) in {'k': (1, 2)}.items():\n    x[key] = a + b") == {"k": 3}


def test_loops_over_unknown_elements_may_run() -> None:
    ran = run("import sys\nx = ['a']\nfor y in sys.argv:\n    x.append('b')\n    z = y")

    assert ran["x"] == ["a", "b", "…"]


def test_while_loops() -> None:
    assert after("import sys\nx = 'a'\nwhile sys.argv:\n    x = 'b'") == one_of("a", "b")
    assert after("x = 'a'\nwhile False:\n    x = 'b'\nelse:\n    x = 'c'") == "c"
    assert after("x = 'a'\nwhile True:\n    x = 'b'\n    break") == "b"


def test_comprehensions() -> None:
    assert after("x = [a + b for a in 'ab' for b in 'cd' if a + b != 'ad']") == ["ac", "bc", "bd"]
    assert after("x = {a: len(a) for a in ['b', 'cc']}") == {"b": 1, "cc": 2}
    assert after("import sys\nx = [a for a in sys.argv]") == ["?", "…"]
    assert after("import sys\nx = ['a' for _ in ['b'] if sys.argv]") == ["a", "…"]


def test_a_comprehensions_names_stay_inside() -> None:
    assert after("y = 1\nz = [y for y in 'ab']\nx = y") == 1


def test_exceptions() -> None:
    ran = run(
        "try:\n    x = 'a'\nexcept ValueError:\n    x = 'b'\n    y = 'c'\nelse:\n    z = 'd'\nfinally:\n    w = 'e'"
    )

    assert [ran[name] for name in "xyzw"] == ["a", "c", "d", "e"]


def test_a_raise_that_is_caught_does_not_end_the_module() -> None:
    assert after("try:\n    raise ImportError\nexcept ImportError:\n    x = 'caught'\ny = 1", "y") == 1
    assert after("try:\n    raise ImportError\nexcept ImportError:\n    x = 'caught'") == "caught"


def test_with_binds_what_a_context_manager_yields() -> None:
    source = """
        from contextlib import contextmanager
        @contextmanager
        def opened(name):
            yield name + "!"
        with opened("a") as x:
            pass
        with open("f") as y:
            pass
        """

    assert (run(source)["x"], run(source)["y"]) == ("a!", "<builtins.open>(f)")


def test_matches() -> None:
    ran = run("import sys\nx = 'a'\nmatch sys.argv:\n    case []: x = 'b'\n    case [y]: x = 'c'")

    assert ran["x"] == one_of("a", "b", "c")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("1", "b"), ("3", "b"), ("'c'", "d"), ("None", "e"), ("7", "rest 7"), ("sys.argv", ["b", "d", "e", "rest {y}"])],
)
def test_matches_of_constants(subject: str, expected: object) -> None:
    cases = "    case 1 | 3: x = 'b'\n    case 'c': x = 'd'\n    case None: x = 'e'\n    case y: x = f'rest {y}'\n"

    found = after(f"import sys\nx = 'a'\nmatch {subject}:\n{cases}")

    assert found == (one_of(*expected) if isinstance(expected, list) else expected)


def test_a_guard_decides_over_a_match() -> None:
    assert after("match 1:\n    case 1 if 2 < 1: x = 'a'\n    case _ if 1: x = 'b'\n    case _: x = 'c'") == "b"


def test_very_long_elif_chains_are_followed() -> None:
    source = "import sys\nif sys.a == 0: x = 'a'\n" + "".join(f"elif sys.a == {i}: x = 'b'\n" for i in range(300))

    assert after(source) == one_of("a", "b")


def test_globals_set_by_a_called_function() -> None:
    assert after("x = None\ndef f():\n    global x\n    x = 'a'\nf()") == one_of(None, "a")
