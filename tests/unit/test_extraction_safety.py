"""Whatever a file holds, phase one answers with facts or a problem; it is never a defect."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from persistlint.crash import Crash
from persistlint.encoding import UndecodableError, decode_python
from persistlint.workers import extract

_TEXT = """
import sqlite3
from sqlalchemy import Column
class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
    x = Column(String(20), ForeignKey("b.id"), default=lambda: 1)
def f(conn, *a, b=1, **c):
    yield await conn.execute(f"SELECT {a!r:>{c}} FROM t WHERE x = ?" % b, (1,))
with a as b, c: pass
try: raise X from y
except* (A, B) as e: ...
match x:
    case {"a": [1, *_], **rest} if y: pass
lambda x, /, *, y: (z := x)
x[1:2, ::3] @ -y ** ~z if not a < b <= c is not d else {**e, 'k': v for k in o if p}
async for i in g: continue
global a; nonlocal b; del c[0]; assert d, 'e'
type X[T: int] = list[T]
'''text \\N{DASH} \\ud800 \\x00''' rb'\\xff' 1_000.5e-3j 0xff ... \\
"""
code = st.lists(
    st.sampled_from([*_TEXT.split(" "), "\n", "\n    ", "\t", " ", "(", ")", "{", '"""', "'", "#", "\r\n", "\f", "\0"])
)
texts = st.text(max_size=200) | code.map(" ".join) | code.map("".join)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_has_facts_or_a_problem(text: str) -> None:
    path, result = extract(("a.py", text))

    assert path == "a.py"
    assert not isinstance(result, Crash), result.trace


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_have_facts_or_a_problem(data: bytes) -> None:
    try:
        text = decode_python(data)
    except UndecodableError:
        return

    assert not isinstance(extract(("a.py", text))[1], Crash)
