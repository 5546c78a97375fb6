"""Which ways out of a function leave what it has opened open."""

from __future__ import annotations

import pytest

from .following import followed, left_open

ENDED: dict[str, str] = {
    "finally": """
        def f(p):
            c = sqlite3.connect(p)
            try:
                c.execute("SELECT 1")
            finally:
                c.close()
    """,
    "closing": """
        def f(p):
            with closing(sqlite3.connect(p)) as c:
                c.execute("SELECT 1")
    """,
    "closing of what is there already": """
        def f(p):
            c = sqlite3.connect(p)
            with closing(c):
                c.execute("SELECT 1")
    """,
    "with of a session": """
        def f():
            with Factory() as s:
                s.execute(select(Order))
    """,
    "with of begin": """
        def f():
            with engine.begin() as c:
                c.execute(text("SELECT 1"))
    """,
    "both handlers and the end": """
        def f(p):
            c = sqlite3.connect(p)
            try:
                row = c.execute("SELECT 1").fetchone()
            except BaseException:
                c.close()
                raise
            else:
                c.close()
            return row
    """,
    "finally around an early return": """
        def f(p):
            c = sqlite3.connect(p)
            try:
                if c.execute("SELECT 1").fetchone() is None:
                    return None
                return c.execute("SELECT 2").fetchone()
            finally:
                c.close()
    """,
    "finally around break and continue": """
        def f(paths):
            for p in paths:
                c = sqlite3.connect(p)
                try:
                    if p == "a":
                        continue
                    if p == "b":
                        break
                    c.execute("SELECT 1")
                finally:
                    c.close()
    """,
    "opened under a condition and closed under the same": """
        def f(p, c=None):
            own = c is None
            if own:
                c = sqlite3.connect(p)
            try:
                return c.execute("SELECT 1").fetchone()
            finally:
                if own:
                    c.close()
    """,
    "None until it is opened": """
        def f(p):
            c = None
            try:
                c = sqlite3.connect(p)
                return c.execute("SELECT 1").fetchone()
            finally:
                if c is not None:
                    c.close()
    """,
    "suppress": """
        def f(p):
            c = sqlite3.connect(p)
            with contextlib.suppress(sqlite3.Error):
                c.execute("SELECT 1")
            c.close()
    """,
    "a helper closes": """
        def end(c):
            c.close()

        def f(p):
            c = sqlite3.connect(p)
            try:
                c.execute("SELECT 1")
            finally:
                end(c)
    """,
    "a context manager of the project": """
        @contextmanager
        def opened(p):
            c = sqlite3.connect(p)
            try:
                yield c
            finally:
                c.close()

        def f(p):
            with opened(p) as c:
                c.execute("SELECT 1")
    """,
    "aiosqlite": """
        async def f(p):
            async with aiosqlite.connect(p) as c:
                await c.execute("SELECT 1")
    """,
    "an exit stack with closing": """
        def f(p):
            with ExitStack() as stack:
                c = stack.enter_context(closing(sqlite3.connect(p)))
                c.execute("SELECT 1")
    """,
    "an exit stack with a callback": """
        def f(p):
            with ExitStack() as stack:
                c = sqlite3.connect(p)
                stack.callback(c.close)
                c.execute("SELECT 1")
    """,
    "an exit stack in a loop": """
        def f(paths):
            with ExitStack() as stack:
                for p in paths:
                    c = stack.enter_context(closing(sqlite3.connect(p)))
                    c.execute("SELECT 1")
    """,
    "an asynchronous exit stack": """
        async def f(p):
            async with AsyncExitStack() as stack:
                c = await stack.enter_async_context(aiosqlite.connect(p))
                await c.execute("SELECT 1")
    """,
    "a stack of the object": """
        class A:
            def f(self, p):
                c = self.stack.enter_context(closing(sqlite3.connect(p)))
                c.execute("SELECT 1")
    """,
    "returned": """
        def f(p):
            c = sqlite3.connect(p)
            return c
    """,
    "kept in an attribute": """
        class A:
            def f(self, p):
                self.c = sqlite3.connect(p)
    """,
    "kept in a cache": """
        cache = {}

        def f(p):
            cache[p] = sqlite3.connect(p)
    """,
    "a closure has it": """
        def f(p):
            c = sqlite3.connect(p)

            def look():
                return c.execute("SELECT 1").fetchone()

            return look
    """,
    "its close is handed on": """
        import atexit

        def f(p):
            c = sqlite3.connect(p)
            atexit.register(c.close)
            c.execute("SELECT 1")
    """,
    "a match that closes in each case": """
        def f(p, how):
            c = sqlite3.connect(p)
            try:
                match how:
                    case "one":
                        return c.execute("SELECT 1").fetchone()
                    case _:
                        return c.execute("SELECT 2").fetchone()
            finally:
                c.close()
    """,
}


@pytest.mark.parametrize("text", ENDED.values(), ids=ENDED.keys())
def test_what_ends_on_every_path_is_not_left_open(text: str) -> None:
    flow = followed(text)

    assert left_open(flow, "A.f" if "class A" in text else "f") == set()


OPEN: dict[str, tuple[str, set[str]]] = {
    "never closed": (
        """
        def f(p):
            c = sqlite3.connect(p)
            c.execute("SELECT 1")
        """,
        {"end", "exception"},
    ),
    "closed where nothing fails": (
        """
        def f(p):
            c = sqlite3.connect(p)
            c.execute("SELECT 1")
            c.close()
        """,
        {"exception"},
    ),
    "an early return": (
        """
        def f(p):
            c = sqlite3.connect(p)
            if p == "a":
                return None
            c.close()
        """,
        {"return"},
    ),
    "the driver's own with": (
        """
        def f(p):
            with sqlite3.connect(p) as c:
                c.execute("SELECT 1")
        """,
        {"end", "exception"},
    ),
    "a handler that forgets": (
        """
        def f(p):
            c = sqlite3.connect(p)
            try:
                c.execute("SELECT 1")
                c.close()
            except sqlite3.Error:
                return None
        """,
        {"return", "exception"},
    ),
    "closing of the cursor": (
        """
        def f(p):
            c = sqlite3.connect(p)
            with closing(c.cursor()) as cursor:
                cursor.execute("SELECT 1")
        """,
        {"end", "exception"},
    ),
    "an exit stack with the driver's own with": (
        """
        def f(p):
            with ExitStack() as stack:
                c = stack.enter_context(sqlite3.connect(p))
                c.execute("SELECT 1")
        """,
        {"end", "exception"},
    ),
    "an exit stack that is entered on one path": (
        """
        def f(p, q):
            with ExitStack() as stack:
                if q:
                    c = stack.enter_context(closing(sqlite3.connect(p)))
                else:
                    c = sqlite3.connect(q)
                c.execute("SELECT 1")
        """,
        {"end", "exception"},
    ),
    "a loop that is left": (
        """
        def f(paths):
            for p in paths:
                c = sqlite3.connect(p)
                if p == "a":
                    break
                c.close()
        """,
        {"end"},
    ),
    "a generator": (
        """
        def f():
            s = Factory()
            yield s
        """,
        {"end", "exception"},
    ),
    "a generator that closes behind its yield": (
        """
        @contextmanager
        def f():
            s = Factory()
            yield s
            s.close()
        """,
        {"exception"},
    ),
    "returned, unless it fails": (
        """
        def f(p):
            c = sqlite3.connect(p)
            c.execute("PRAGMA foreign_keys=ON")
            return c
        """,
        {"exception"},
    ),
    "a helper that may fail before it closes": (
        """
        def end(c):
            c.execute("PRAGMA optimize")
            c.close()

        def f(p):
            c = sqlite3.connect(p)
            end(c)
        """,
        {"exception"},
    ),
    "what a helper opens": (
        """
        def opened(p):
            return sqlite3.connect(p)

        def f(p):
            c = opened(p)
            c.execute("SELECT 1")
        """,
        {"end", "exception"},
    ),
    "a helper that closes on one path": (
        """
        def end(c, really):
            if really:
                c.close()

        def f(p, really):
            c = sqlite3.connect(p)
            end(c, really)
        """,
        {"end", "exception"},
    ),
}


@pytest.mark.parametrize(("text", "exits"), OPEN.values(), ids=OPEN.keys())
def test_each_way_out_that_leaves_it_open_is_told(text: str, exits: set[str]) -> None:
    assert left_open(followed(text)) == exits


def test_a_helper_of_another_module_is_followed() -> None:
    helper = "import sqlite3\ndef opened(p):\n    return sqlite3.connect(p)\ndef end(c):\n    c.close()\n"
    text = """
    from helper import end, opened

    def f(p):
        c = opened(p)
        c.execute("SELECT 1")

    def g(p):
        c = opened(p)
        try:
            c.execute("SELECT 1")
        finally:
            end(c)
    """
    flow = followed(text, helper=helper)

    assert left_open(flow, "f") == {"end", "exception"}
    assert left_open(flow, "g") == set()


def test_a_function_with_too_many_paths_says_nothing() -> None:
    branches = "\n".join(f"    if p[{n}]:\n        c{n} = sqlite3.connect(p[{n}])" for n in range(12))
    text = f"def f(p):\n{branches}\n    c0.execute('SELECT 1')\n"

    assert left_open(followed(text)) == set()
