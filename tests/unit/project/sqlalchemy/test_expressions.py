"""Conditions written in Python mean, as the SQL text that is read from them, what SQLAlchemy's own text means."""

from __future__ import annotations

import itertools
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from ..reading import module, table

SOURCE = """
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, and_, between, case, cast, func, literal, not_, null, or_, text, true
metadata = sa.MetaData()
a, b, s = Column("a", Integer), Column("b", Integer), Column("s", String)
t = sa.Table("t", metadata, a, b, s, sa.CheckConstraint(CONDITION, name="tested"))
"""
VALUES = (None, -1, 0, 1, 3, 7)
TEXTS = (None, "", "x", "X", "abc")
CONDITIONS = [
    "a > 1", "a >= b", "a + b > 3", "(a + b) * 2 > 7", "a - b - 1 != 0", "a - (b - 1) > 0", "a % 2 == 1", "-a < 2",
    "a == None", "a != None", "a.is_(None)", "a.is_not(None)", "a.isnot(None)", "s != 'x'", "s == \"it's\"",
    "a.in_([1, 3])", "a.not_in((1, 3))", "~a.in_([1, 3])", "s.in_(['x', 'abc'])", "a.between(1, 5)", "between(a, 1, b)",
    "and_(a > 1, b > 1)", "or_(a > 1, b > 1)", "and_(or_(a > 1, b > 1), s == 'x')", "or_(and_(a > 1, b > 1), s == 'x')",
    "(a > 1) & (b > 1)", "((a > 1) | (b > 1)) & (s == 'x')", "(a > 1) | (b > 1) & (s == 'x')", "~(a == 1)", "~(a > 1)",
    "not_(a > 1)", "not_(and_(a > 1, b > 1))", "~((a > 1) | (b > 1))", "~and_(a > 1, s == 'x')", "not_(a.is_(None))",
    "func.length(s) > 1", "func.lower(s) == s", "func.coalesce(a, 0) > 0", "func.abs(a) > 1", "a * b >= 0",
    "text('a > 1 OR b > 1')", "and_(text('a > 1 OR b > 1'), s == 'x')", "s.like('a%')", "s.ilike('X')", "a == true()",
    "or_(a.is_(None), b.is_(None), s.is_(None))", "a.is_distinct_from(b)", "a.is_not_distinct_from(b)",
    "s.startswith('a')", "s.contains('b')",
    "a != 1", "and_(a > 1)", "func.length(func.trim(s)) > 0", "literal(1) == 1",
    "a.notin_([1])", "s.notlike('a%')", "a / 2 > 1", "a <= sa.literal(3)",
]  # fmt: skip
UNKNOWN = [
    "s + 'x' == 'xx'", "a.op('&')(1) == 1", "case((a > 1, 1), else_=0) == 1", "cast(a, String) == '1'",
    "a.bool_op('>')(1)", "a // 2 == 1",
]  # fmt: skip


def results(condition: str) -> list[object]:
    rows = itertools.product(VALUES, VALUES, TEXTS)
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b INTEGER, s VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        found = [
            bool(row[0]) if row[0] is not None else None for row in connection.execute(f"SELECT ({condition}) FROM t")
        ]
    connection.close()
    return found


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_means_the_same(condition: str) -> None:
    source = SOURCE.replace("CONDITION", condition)
    namespace: dict[str, sa.Table] = {}
    exec(source, namespace)
    [constraint] = [one for one in namespace["t"].constraints if isinstance(one, sa.CheckConstraint)]
    real = str(constraint.sqltext.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))

    [check] = table(module(source), "t").checks

    assert check.name == "tested"
    assert check.expression is not None
    assert results(check.expression) == results(real.replace("t.", "")), (check.expression, real)


@pytest.mark.parametrize("condition", UNKNOWN)
def test_what_cannot_be_written_for_certain_stays_unknown(condition: str) -> None:
    [check] = table(module(SOURCE.replace("CONDITION", condition)), "t").checks

    assert (check.name, check.expression) == ("tested", None)
