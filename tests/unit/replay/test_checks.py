"""CHECKs compared by what they let in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persistlint.facts.schema import CheckFact, ColumnFact
from persistlint.replay.boundaries import MOST_ROWS, all_rows, rows_around, values_of
from persistlint.replay.checks import columns_in, disagreements, same_condition, sql_words
from persistlint.source import Span

HERE = Span("app.py", 1, 1)


def column(name: str, type_: str | None, *, nullable: bool = False) -> ColumnFact:
    return ColumnFact(name, type_, nullable, HERE)


WHOLE = [column("n", "INTEGER")]
REAL = [column("n", "REAL")]
WORD = [column("n", "VARCHAR(20)", nullable=True)]
PAIR = [column("a", "INTEGER"), column("b", "INTEGER")]
TIMES = [column("a", "DATETIME"), column("b", "DATETIME")]


def checks(*expressions: str | None) -> list[CheckFact]:
    return [CheckFact(expression, HERE) for expression in expressions]


@pytest.mark.parametrize(
    ("columns", "ours", "theirs"),
    [
        (WHOLE, ["n BETWEEN 1 AND 5"], ["n >= 1 AND n <= 5"]),
        (WHOLE, ["n BETWEEN 1 AND 5"], ["n >= 1", "n <= 5"]),
        (WHOLE, ["n IN (1, 2, 3)"], ["n = 1 OR n = 2 OR n = 3"]),
        (WHOLE, ["n IN (1, 2, 3)"], ["n BETWEEN 1 AND 3"]),
        (WHOLE, ["n > 0"], ["n >= 1"]),
        (WHOLE, ["n > -1"], ["n >= 0"]),
        (WHOLE, ["n IS NOT NULL AND n > 0"], ["n > 0"]),
        (WHOLE, ["N>0"], ["( n > 0 )"]),
        (WHOLE, ["n > 0", "n > -5"], ["n > 0"]),
        (WHOLE, ["n <> 7 /* seven */"], ["NOT n = 7 -- it is\n"]),
        (WORD, ["n IN ('a', 'b')"], ["n = 'b' OR n = 'a'"]),
        (WORD, ["length(n) > 0"], ["n <> ''"]),
        (WORD, ["length(n) <= 99"], ["length(n) < 100"]),
        (WORD, ["n LIKE '%@%'"], ["instr(n, '@') > 0"]),
        ([column("n", "BOOLEAN")], ["n IN (0, 1)"], []),
        ([column("n", "NUMERIC(10, 2)")], ["n >= 0"], ["n >= 0.0"]),
        (PAIR, ["a < b"], ["b > a"]),
        (PAIR, ["a < b AND a >= 0"], ["a >= 0", "NOT (b <= a)"]),
        (TIMES, ["a < b"], ["NOT a >= b"]),
        ([column("n", None)], ["n > 1"], ["n >= 1.0000001 OR n > 1"]),
        (WHOLE, [], []),
        ([], ["1"], ["1 = 1"]),
    ],
)
def test_the_same_behavior_is_no_disagreement(columns: list[ColumnFact], ours: list[str], theirs: list[str]) -> None:
    assert disagreements(columns, checks(*ours), checks(*theirs)) == ()
    assert disagreements(columns, checks(*theirs), checks(*ours)) == ()


@pytest.mark.parametrize(
    ("columns", "ours", "theirs", "row"),
    [
        (WHOLE, ["n <= 6"], ["n <= 5"], {"n": "6"}),
        (WHOLE, [], ["n >= 1 AND n <= 5"], {"n": "0"}),
        (WHOLE, ["n > 1"], ["n >= 1"], {"n": "1"}),
        (WHOLE, ["n <> -3"], [], {"n": "-3"}),
        (WHOLE, ["n IN (1, 2)"], ["n IN (1, 2, 3)"], {"n": "3"}),
        (REAL, ["n > 0"], ["n > 1"], {"n": "1"}),
        (REAL, ["n > 0"], ["n >= 1"], {"n": "0.5"}),
        (WHOLE, ["typeof(n) = 'integer'"], [], {"n": "'integer'"}),
        (WORD, ["n IN ('a', 'b')"], ["lower(n) IN ('a', 'b')"], {"n": "'A'"}),
        (WORD, ["n <> ''"], [], {"n": "''"}),
        (WORD, ["n IS NOT NULL"], [], {"n": "NULL"}),
        (WORD, ["length(n) <= 99"], ["length(n) <= 100"], {"n": "'aaaaaaaa…' (100 characters)"}),
        (WORD, ["n GLOB '[0-5][0-9]'"], ["n GLOB '[0-9][0-9]'"], {"n": "'90'"}),
        (WORD, ["n LIKE '%@%.%'"], ["n LIKE '%@%'"], {"n": "'@'"}),
        (WORD, ["n <> 'O''Hara'"], [], {"n": "'O''Hara'"}),
        (PAIR, ["a < b"], ["a <= b"], {"a": "0", "b": "0"}),
        (PAIR, ["a < b", "b <= 10"], ["a < b", "b <= 11"], {"b": "11"}),
        (TIMES, ["a < b"], [], {"a": "'2001-02-03 04:05:06'", "b": "'2001-02-03 04:05:06'"}),
        ([column("n", "JSON")], ["json_valid(n)"], [], {"n": "''"}),
        ([column("n", "DATE")], ["n >= '2020-01-01'"], [], {"n": "'2020-01-0'"}),
    ],
)
def test_a_difference_is_shown_by_a_row(
    columns: list[ColumnFact], ours: list[str], theirs: list[str], row: dict[str, str]
) -> None:
    found = disagreements(columns, checks(*ours), checks(*theirs))

    assert [dict(one.row) for one in found] == [row]


def test_the_refusing_check_and_its_side_are_named() -> None:
    [looser] = disagreements(WHOLE, checks("n <= 6"), checks("n <= 5"))
    [stricter] = disagreements(WHOLE, checks("n <= 4"), checks("n <= 5"))

    assert (looser.check.expression, looser.here) == ("n <= 5", False)
    assert (stricter.check.expression, stricter.here) == ("n <= 4", True)


def test_differences_about_different_columns_are_told_apart() -> None:
    found = disagreements(PAIR, checks("a > 1", "b > 1"), checks("a > 0", "b > 0"))

    assert [one.row for one in found] == [(("a", "1"),), (("b", "1"),)]


def test_null_is_tried_only_where_the_column_takes_it() -> None:
    assert disagreements(WHOLE, checks("n IS NOT NULL"), ()) == ()


@pytest.mark.parametrize("unknown", [None, "valid(n)", "n REGEXP 'a'", "n >", "n > (SELECT 1 FROM t)"])
def test_what_cannot_be_evaluated_is_no_disagreement(unknown: str | None) -> None:
    assert disagreements(WHOLE, checks(unknown), checks("n > 0")) == ()
    assert disagreements(WHOLE, checks("n > 0"), checks(unknown)) == ()


def test_an_expression_that_fails_on_a_row_refuses_it() -> None:
    [one] = disagreements([column("n", "TEXT")], checks("json_type(n) IS NOT NULL"), ())

    assert one.here


def test_many_columns_are_tried_within_bounds() -> None:
    columns = [column(f"c{number}", "INTEGER") for number in range(12)]
    together = " + ".join(one.name for one in columns) + " > 5"
    each = [f"{one.name} >= 1" for one in columns]

    [one] = disagreements(columns, checks(together, *each, "c7 <= 10"), checks(together, *each, "c7 <= 11"))

    assert one.row == (("c7", "11"),)


def test_no_more_rows_are_made_than_promised() -> None:
    values = [tuple(range(40))] * 5
    first, complete = all_rows(values)
    rows = [row for batch in first for row in batch]
    around = [row for batch in rows_around(rows[:4], values) for row in batch]

    assert not complete
    assert len(rows) + len(around) <= MOST_ROWS


def test_conditions_are_the_same_where_the_same_rows_are_meant() -> None:
    assert same_condition(WHOLE, "n = 1 OR n = 2", "n IN (2, 1)")
    assert same_condition(WHOLE, "n = TRUE", "n = 1")
    assert not same_condition(WORD, "n > 'a'", "NOT n <= 'b'")
    # Unlike a CHECK, an index leaves out the rows for which its condition is NULL.
    assert not same_condition(WORD, "n <> 'a'", "n <> 'a' OR n IS NULL")
    assert not same_condition(WHOLE, "f(n)", "g(n)")


def test_words_do_not_depend_on_case_spaces_and_brackets() -> None:
    assert sql_words('( (a) >="B" )') == sql_words("(A) >= b")
    assert sql_words("a = 'x'") != sql_words("a = 'X'")
    assert sql_words("(a) OR (b)") != sql_words("a) OR (b")


def test_columns_are_found_as_words_not_inside_texts() -> None:
    assert columns_in("A > 1 AND note = 'b'", PAIR) == ("a",)
    assert columns_in('"b" > [a]', PAIR) == ("a", "b")


def test_values_stand_at_and_beside_each_literal() -> None:
    assert set(values_of(WHOLE[0], ["n BETWEEN -3 AND 10"], [])) >= {-4, -3, -2, 9, 10, 11}
    assert set(values_of(WORD[0], ["n IN ('Ab', '7')"], [])) >= {"Ab", "ab", "AB", "Abx", "A", "", "7", 7, None}
    assert values_of(column("n", "BOOLEAN"), ["n IN (0, 1)"], []) == (0, 1)


EXPRESSIONS = st.recursive(
    st.builds("{} {} {}".format, st.sampled_from("ab"), st.sampled_from(["<", "<=", "=", "<>"]), st.integers(-9, 9)),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_never_disagrees_with_itself_in_other_words(expression: str) -> None:
    assert disagreements(PAIR, checks(f"NOT NOT ({expression})"), checks(expression)) == ()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_compared_without_an_error(expression: str, type_: str) -> None:
    columns = [column("n", type_, nullable=True)]

    assert disagreements(columns, checks(expression), checks(expression)) == ()
    disagreements(columns, checks(expression), checks("n > 1"))
    same_condition(columns, expression, "n > 1")
