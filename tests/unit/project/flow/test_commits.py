"""Which writes end without a commit, and which transactions read, write and wait in which order."""

from __future__ import annotations

import pytest

from persistlint.facts.flow import Flow, Transaction

from .following import followed, lost

KEPT: dict[str, str] = {
    "commit": """
        def f():
            with Factory() as s:
                s.add(Order(note="a"))
                s.commit()
    """,
    "begin of the factory": """
        def f():
            with Factory.begin() as s:
                s.add(Order(note="a"))
    """,
    "begin of the session": """
        def f():
            with Factory() as s, s.begin():
                s.add(Order(note="a"))
    """,
    "the driver's own with": """
        def f(p):
            with closing(sqlite3.connect(p)) as c, c:
                c.execute("DELETE FROM orders")
    """,
    "a context manager of the project": """
        @contextmanager
        def scope():
            s = Factory()
            try:
                yield s
                s.commit()
            finally:
                s.close()

        def f():
            with scope() as s:
                s.add(Order(note="a"))
    """,
    "an exit stack": """
        def f():
            with ExitStack() as stack:
                s = stack.enter_context(Factory.begin())
                s.add(Order(note="a"))
    """,
    "a helper commits": """
        def save(s):
            s.commit()

        def f():
            with Factory() as s:
                s.add(Order(note="a"))
                save(s)
    """,
    "each statement commits itself": """
        def f(p):
            with closing(sqlite3.connect(p, isolation_level=None)) as c:
                c.execute("DELETE FROM orders")
    """,
    "nothing was changed": """
        def f(p):
            with closing(sqlite3.connect(p)) as c:
                changed = c.execute("DELETE FROM orders").rowcount
                if not changed:
                    return False
                c.commit()
                return True
    """,
    "nothing was deleted": """
        def f():
            with Factory() as s:
                if s.query(Order).filter(Order.id == 1).delete() == 0:
                    return
                s.commit()
    """,
    "a helper that wrote nothing says so": """
        def add(s, note):
            if not note:
                return None
            s.add(Order(note=note))
            s.flush()
            return note

        def f(note):
            with Factory() as s:
                found = add(s, note)
                if found:
                    s.commit()
    """,
    "an attribute that nobody flushes": """
        def f():
            with Factory() as s:
                order = s.get(Order, 1)
                order.note = "shown"
                return order
    """,
    "an exception that is raised again": """
        def f(p):
            with closing(sqlite3.connect(p)) as c:
                c.execute("DELETE FROM orders")
                if p == "a":
                    raise ValueError(p)
                c.commit()
    """,
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_is_committed_or_never_written_is_not_lost(text: str) -> None:
    assert lost(followed(text)) == set()


LOST: dict[str, tuple[str, set[str]]] = {
    "no commit": (
        """
        def f():
            with Factory() as s:
                s.add(Order(note="a"))
        """,
        {"s.add(…)"},
    ),
    "a flush": (
        """
        def f():
            with Factory() as s:
                s.add(Order(note="a"))
                s.flush()
        """,
        {"s.add(…)"},
    ),
    "a changed row that was flushed": (
        """
        def f():
            with Factory() as s:
                order = s.get(Order, 1)
                order.note = "a"
                s.flush()
        """,
        {"order.note = …"},
    ),
    "an early return": (
        """
        def f(p):
            with closing(sqlite3.connect(p)) as c:
                c.execute("DELETE FROM orders")
                if p == "a":
                    return
                c.commit()
        """,
        {"DELETE FROM orders"},
    ),
    "a write behind the commit": (
        """
        def f(p):
            with closing(sqlite3.connect(p)) as c:
                c.commit()
                c.execute("DELETE FROM orders")
        """,
        {"DELETE FROM orders"},
    ),
    "a nested transaction only": (
        """
        def f():
            with Factory() as s:
                with s.begin_nested():
                    s.add(Order(note="a"))
        """,
        {"s.add(…)"},
    ),
    "written by a helper": (
        """
        def add(s):
            s.add(Order(note="a"))
            s.flush()

        def f():
            with Factory() as s:
                add(s)
        """,
        {"add(…)"},
    ),
    "the other count": (
        """
        def f(p):
            with closing(sqlite3.connect(p)) as c:
                if c.execute("DELETE FROM orders").rowcount > 0:
                    return True
                c.commit()
        """,
        {"DELETE FROM orders"},
    ),
    "kept by an object that nobody commits": (
        """
        class A:
            def __init__(self, p):
                self.c = sqlite3.connect(p)

            def f(self):
                self.c.execute("DELETE FROM orders")
        """,
        {"DELETE FROM orders"},
    ),
}


@pytest.mark.parametrize(("text", "what"), LOST.values(), ids=LOST.keys())
def test_what_ends_without_a_commit_is_told(text: str, what: set[str]) -> None:
    assert lost(followed(text), "A.f" if "class A" in text else "f") == what


def transactions(flow: Flow) -> list[Transaction]:
    return [one for one in flow.transactions if one.handle.function == "f"]


def test_an_await_behind_a_write_is_told_with_both() -> None:
    flow = followed(
        """
        async def f(p, client):
            async with aiosqlite.connect(p) as c:
                await c.execute("DELETE FROM orders")
                await asyncio.sleep(1)
                await c.commit()
        """
    )

    [one] = [one for one in transactions(flow) if one.wait is not None]
    assert one.wait_after_write
    assert one.wait is not None
    assert one.wait.what == "await asyncio.sleep(1)"
    assert one.write is not None
    assert one.write.what == "DELETE FROM orders"


@pytest.mark.parametrize(
    "call",
    ["time.sleep(1)", "requests.post('https://example.org')", "httpx.get('https://example.org')",
     "subprocess.run(['true'])", "urllib.request.urlopen('https://example.org')"],
)  # fmt: skip
def test_calls_that_block_are_waits(call: str) -> None:
    text = f"""
    import subprocess
    import urllib.request

    import httpx
    import requests

    def f(p):
        with closing(sqlite3.connect(p)) as c, c:
            c.execute("DELETE FROM orders")
            {call}
    """

    assert [one.wait_after_write for one in transactions(followed(text)) if one.wait is not None] == [True]


def test_work_on_a_parameter_that_is_used_as_a_session_is_no_wait() -> None:
    flow = followed(
        """
        async def count(session):
            await session.execute(select(Order))
            return await session.get(Order, 1)

        async def f(session):
            session.add(Order(note="a"))
            await session.flush()
            await count(session)
            await session.commit()
        """
    )

    assert [one for one in flow.transactions if one.wait is not None] == []


def test_what_was_lent_is_not_certainly_written() -> None:
    flow = followed(
        """
        @asynccontextmanager
        async def f(p):
            c = await aiosqlite.connect(p)
            try:
                yield c
                await asyncio.sleep(0)
            finally:
                await c.close()
        """
    )

    assert not any(one.wait_after_write for one in flow.transactions)


READS: dict[str, tuple[str, bool]] = {
    "read, then write": ("c.execute('SELECT 1 FROM orders'); c.execute('DELETE FROM orders')", True),
    "write, then read": ("c.execute('DELETE FROM orders'); c.execute('SELECT 1 FROM orders')", False),
    "two transactions": (
        "c.execute('SELECT 1 FROM orders'); c.execute('COMMIT'); c.execute('BEGIN'); c.execute('DELETE FROM orders')",
        False,
    ),
}


@pytest.mark.parametrize(("statements", "read_first"), READS.values(), ids=READS.keys())
def test_the_order_of_reads_and_writes_is_kept(statements: str, read_first: bool) -> None:
    text = f"""
    def f(p):
        with closing(sqlite3.connect(p, isolation_level=None)) as c:
            c.execute("BEGIN")
            {statements}
            c.execute("COMMIT")
    """

    assert any(one.read_first and one.write for one in transactions(followed(text))) is read_first


def test_a_changed_row_is_written_by_the_commit() -> None:
    flow = followed(
        """
        def f():
            with Factory() as s:
                for order in s.scalars(select(Order)):
                    order.note += "!"
                s.commit()
        """
    )

    assert any(one.read_first and one.write and one.write.what == "order.note = …" for one in transactions(flow))


def test_a_query_behind_a_commit_opens_a_transaction_again() -> None:
    flow = followed(
        """
        def f():
            with Factory() as s:
                order = Order(note="a")
                s.add(order)
                s.commit()
                s.refresh(order)
                time.sleep(1)
        """
    )

    assert [one.reopened.what for one in transactions(flow) if one.reopened is not None and one.wait] == [
        "s.refresh(…)"
    ]


CHECKS: dict[str, tuple[str, list[str]]] = {
    "two sessions": (
        """
        def f():
            with Factory() as s:
                found = s.scalars(select(Order)).first()
            if found is None:
                with Factory.begin() as s:
                    s.add(Order(note="a"))
        """,
        ["s.add(…)"],
    ),
    "the row itself": (
        """
        def f():
            with Factory() as s:
                found = s.get(Order, 1)
            if found:
                with Factory.begin() as s:
                    s.delete(found)
        """,
        ["s.delete(…)"],
    ),
    "one session": (
        """
        def f():
            with Factory.begin() as s:
                if s.scalars(select(Order)).first() is None:
                    s.add(Order(note="a"))
        """,
        [],
    ),
    "another condition": (
        """
        def f(really):
            with Factory() as s:
                s.scalars(select(Order)).first()
            if really:
                with Factory.begin() as s:
                    s.add(Order(note="a"))
        """,
        [],
    ),
}


@pytest.mark.parametrize(("text", "acts"), CHECKS.values(), ids=CHECKS.keys())
def test_a_check_in_an_earlier_transaction_is_told(text: str, acts: list[str]) -> None:
    assert [one.act.what for one in followed(text).checks] == acts


SWALLOWED: dict[str, tuple[str, bool]] = {
    "passed over": ("except sqlite3.Error:\n            return False", True),
    "rolled back": ("except sqlite3.Error:\n            c.rollback()\n            return False", False),
    "raised again": ("except sqlite3.Error as error:\n            raise ValueError from error", False),
    "of another kind": ("except KeyError:\n            return False", False),
}


@pytest.mark.parametrize(("handler", "told"), SWALLOWED.values(), ids=SWALLOWED.keys())
def test_a_failure_that_is_passed_over_is_told(handler: str, told: bool) -> None:
    text = f"""
    def f(c: sqlite3.Connection):
        try:
            c.execute("DELETE FROM orders")
            c.commit()
        {handler}
        return True
    """

    assert bool(followed(text).swallowed) is told
