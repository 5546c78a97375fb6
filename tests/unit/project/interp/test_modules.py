"""Which file an import names, and what it binds."""

from __future__ import annotations

import pytest

from .evaluating import run


def test_a_name_comes_from_another_module() -> None:
    ran = run(
        {"main.py": "from const import SIZE as size\nimport const\nsame = const.SIZE\n", "const.py": "SIZE = 5\n"}
    )

    assert (ran["size"], ran["same"]) == (5, 5)


def test_relative_imports() -> None:
    ran = run(
        {
            "a/__init__.py": "TOP = 'top'\n",
            "a/b/__init__.py": "",
            "a/b/main.py": "from . import here\nfrom .here import X\nfrom .. import TOP\nfrom ..other import Y\nz = here.X\n",
            "a/b/here.py": "X = 1\n",
            "a/other.py": "Y = 2\n",
        },
        "a/b/main.py",
    )

    assert [ran[name] for name in ("X", "TOP", "Y", "z")] == [1, "top", 2, 1]


def test_a_package_hands_on_what_its_modules_define() -> None:
    ran = run(
        {
            "main.py": "from shop import Item, LIMIT, models\nfrom shop.models import Item as Same\n",
            "shop/__init__.py": "from .models import *\nfrom .limits import MAX as LIMIT\n",
            "shop/models.py": "class Item: pass\n",
            "shop/limits.py": "MAX = 9\n",
        }
    )

    assert (ran["Item"], ran["LIMIT"], ran["models"]) == ("class Item", 9, "module shop.models")
    assert ran.value("Item") is ran.value("Same")


def test_import_star_takes_what_all_lists_or_what_is_public() -> None:
    ran = run(
        {
            "main.py": "from listed import *\nfrom public import *\n",
            "listed.py": "__all__ = ['a', '_b']\na, _b, c = 1, 2, 3\n",
            "public.py": "d, _e = 4, 5\n",
        }
    )

    assert [ran[name] for name in ("a", "_b", "c", "d", "_e")] == [1, 2, "unbound", 4, "unbound"]


def test_all_may_be_put_together() -> None:
    ran = run(
        {
            "main.py": "from parts import *\n",
            "parts.py": "from first import *\nfrom first import __all__ as more\nb = 2\nc = 3\n__all__ = ['b'] + more\n",
            "first.py": "__all__ = ['a']\na = 1\n",
        }
    )

    assert [ran[name] for name in ("a", "b", "c")] == [1, 2, "unbound"]


def test_cycles_of_imports_end() -> None:
    ran = run(
        {
            "main.py": "from other import OTHER\nMAIN = 1\nlater = OTHER + 1\n",
            "other.py": "import main\nfrom main import MAIN\nOTHER = 5\nuse = main.MAIN\n",
        }
    )

    assert (ran["OTHER"], ran["later"]) == (5, 6)


def test_modules_that_import_each_others_names_forever_end() -> None:
    ran = run({"main.py": "from other import x\ny = x\n", "other.py": "from main import x\n"})

    assert ran["y"] == "?"


@pytest.mark.parametrize("root", ["src/", "lib/", "backend/", ""])
def test_absolute_imports_from_any_source_root(root: str) -> None:
    ran = run(
        {
            f"{root}app/__init__.py": "",
            f"{root}app/main.py": "from app.db.base import NAME\nimport app.db.base as base\nagain = base.NAME\n",
            f"{root}app/db/__init__.py": "",
            f"{root}app/db/base.py": "NAME = 'x'\n",
        },
        f"{root}app/main.py",
    )

    assert (ran["NAME"], ran["again"]) == ("x", "x")


def test_tests_import_the_package_below_src() -> None:
    ran = run({"tests/test_a.py": "from app import X\n", "src/app/__init__.py": "X = 1\n"}, "tests/test_a.py")

    assert ran["X"] == 1


def test_folders_without_init_are_packages_too() -> None:
    ran = run(
        {
            "proj/main.py": "from proj.sub.const import X\nimport proj.sub.const\ny = proj.sub.const.X\n",
            "proj/sub/const.py": "X = 3\n",
        },
        "proj/main.py",
    )

    assert (ran["X"], ran["y"]) == (3, 3)


def test_of_several_modules_of_a_name_the_nearest_is_meant() -> None:
    files = {
        "one/main.py": "from settings import X\n", "one/settings.py": "X = 1\n",
        "two/main.py": "from settings import X\n", "two/settings.py": "X = 2\n",
    }  # fmt: skip

    assert (run(files, "one/main.py")["X"], run(files, "two/main.py")["X"]) == (1, 2)


@pytest.mark.parametrize("library", ["sqlalchemy", "sqlite3", "enum", "pydantic"])
def test_a_module_named_like_a_library_does_not_capture_its_import(library: str) -> None:
    ran = run(
        {
            "jobs/main.py": f"import {library}\nfrom {library} import Thing\nmade = {library}.Other\n",
            f"jobs/{library}.py": "Thing = Other = 'ours'\n",
            f"other/{library}/__init__.py": "Thing = Other = 'ours'\n",
        },
        "jobs/main.py",
    )

    assert [ran[library], ran["Thing"], ran["made"]] == [f"<{library}>", f"<{library}.Thing>", f"<{library}.Other>"]


def test_a_module_of_that_name_is_reached_through_its_package() -> None:
    ran = run(
        {
            "jobs/__init__.py": "",
            "jobs/main.py": "from .sqlite3 import X\nfrom jobs.sqlite3 import X as Y\n",
            "jobs/sqlite3.py": "X = 1\n",
        },
        "jobs/main.py",
    )

    assert (ran["X"], ran["Y"]) == (1, 1)


def test_a_module_that_imports_its_own_name_means_the_library() -> None:
    ran = run({"redis.py": "import redis\nclient = redis.Redis\n"}, "redis.py")

    assert ran["client"] == "<redis.Redis>"


def test_what_is_outside_the_project_keeps_its_dotted_name() -> None:
    ran = run(
        "import numpy.linalg as la\nimport os.path\nfrom flask import Flask as App\na, b, c = la.norm, os.path.join, App\n"
    )

    assert [ran[name] for name in "abc"] == ["<numpy.linalg.norm>", "<os.path.join>", "<flask.Flask>"]


def test_import_star_of_a_library_gives_its_names() -> None:
    assert run("from sqlalchemy import *\nx = Column\n")["x"] == "<sqlalchemy.Column>"


def test_a_library_that_may_be_missing() -> None:
    ran = run(
        """
        try:
            import fastjson as json
        except ImportError:
            import json
        try:
            from missing import Base
        except ImportError:
            Base = object
        """
    )

    assert (ran["json"], ran["Base"]) == ("<fastjson>", "<missing.Base>")


def test_names_for_type_checkers_are_known() -> None:
    ran = run(
        {
            "main.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from other import Thing\n",
            "other.py": "class Thing: ...\n",
        }
    )

    assert ran["Thing"] == "class Thing"


def test_imports_inside_functions() -> None:
    ran = run({"main.py": "def f():\n    from other import X\n    return X\ny = f()\n", "other.py": "X = 7\n"})

    assert ran["y"] == 7


def test_a_missing_name_of_a_module_is_unknown() -> None:
    ran = run({"main.py": "from other import nothing\nx = nothing\n", "other.py": "a = 1\n"})

    assert ran["x"] == "?"
