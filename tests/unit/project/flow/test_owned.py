"""What objects keep in an attribute, and whether the method that ends them ends it."""

from __future__ import annotations

import pytest

from .following import followed

CLASS = """
class A:
    def __init__(self, p):
        self.c = sqlite3.connect(p)

    def close(self):
        {close}
"""


def owned(text: str) -> list[tuple[str, str]]:
    return [(one.handle.name, one.method) for one in followed(text).owned]


def test_what_the_ending_method_leaves_open_is_told() -> None:
    assert owned(CLASS.format(close="self.c.commit()")) == [("self.c", "A.close")]


@pytest.mark.parametrize(
    "text",
    [
        CLASS.format(close="self.c.close()"),
        CLASS.format(close="self._end()\n\n    def _end(self):\n        self.c.close()"),
        CLASS.format(close="with closing(self.c):\n            pass"),
        CLASS.format(close="end(self.c)\n\ndef end(c):\n    c.close()"),
        CLASS.format(close="print('closed')").replace("def close", "def open"),
        CLASS.format(close="pass") + "\n    def run(self):\n        self.loop.call_soon(lambda: self.c.close())",
        CLASS.format(close="other.take(self.c)"),
        CLASS.format(close="pass").replace("(self, p)", "(self, p, c=None)").replace("= sqlite3", "= c or sqlite3"),
    ],
    ids=["closed", "by another method", "closing", "by a helper", "no ending method", "by a lambda", "handed on",
         "perhaps the caller's"],
)  # fmt: skip
def test_what_something_ends_or_may_end_is_not(text: str) -> None:
    assert owned(text) == []


def test_an_engine_is_not_ended_by_its_sessions() -> None:
    text = """
    class A:
        def __init__(self, p):
            self.engine = create_engine(p)
            self.sessions = sessionmaker(self.engine)

        def __exit__(self, *exc):
            self.sessions.close_all()

        def read(self):
            with self.sessions() as s:
                return s.get(Order, 1)
    """

    assert owned(text) == [("self.engine", "A.__exit__")]
