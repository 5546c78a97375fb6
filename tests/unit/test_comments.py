"""What a comment ignores: the statement that it ends or stands above, or one line of it."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from persistlint.annotate import annotated
from persistlint.comments import Ignore, ignores_in
from persistlint.source import Span


def read(text: str, path: str = "app.py") -> tuple[Ignore, ...]:
    return ignores_in(path, textwrap.dedent(text).lstrip("\n"))


def lines(text: str, path: str = "app.py") -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in read(text, path)]


class TestPython:
    def test_names_reason_and_place_are_read(self) -> None:
        [one] = read("x = 1  # noqa: E501  # persistlint: ignore[a-rule, b-rule] the reason  # fmt: skip\n")

        assert [name.text for name in one.names] == ["a-rule", "b-rule"]
        assert one.reason == "the reason"
        assert one.span == Span("app.py", 1, 22, 1, 70)
        assert one.names[1].span == Span("app.py", 1, 52, 1, 58)

    def test_behind_a_line_it_speaks_of_that_line(self) -> None:
        assert lines("x = 1\ny = 2  # persistlint: ignore[a]\nz = 3\n") == [(2, 2)]

    def test_at_the_ends_of_a_statement_it_speaks_of_all_of_it(self) -> None:
        assert lines("f(  # persistlint: ignore[a]\n    1,\n)\n") == [(1, 3)]
        assert lines("f(\n    1,\n)  # persistlint: ignore[a]\n") == [(1, 3)]

    def test_within_a_statement_it_speaks_of_its_line(self) -> None:
        assert lines("f(\n    1,  # persistlint: ignore[a]\n    2,\n)\n") == [(2, 2)]

    def test_behind_a_string_of_many_lines_it_speaks_of_them(self) -> None:
        assert lines('f(\n    """\n    SELECT 1\n    """,  # persistlint: ignore[a]\n    2,\n)\n') == [(2, 4)]

    def test_above_a_statement_it_speaks_of_it(self) -> None:
        assert lines("x = 1\n# persistlint: ignore[a]\n\n# more\nf(\n    1,\n)\ny = 2\n") == [(5, 7)]

    def test_above_a_block_it_speaks_of_its_head(self) -> None:
        assert lines("# persistlint: ignore[a]\nclass A(\n    B,\n):\n    x = 1\n") == [(2, 4)]
        assert lines("class A:\n    # persistlint: ignore[a]\n    x = 1\n    y = 2\n") == [(3, 3)]

    def test_above_a_decorator_it_speaks_of_what_is_decorated(self) -> None:
        assert lines("# persistlint: ignore[a]\n@b\n@c(\n    1,\n)\ndef f():\n    pass\n") == [(2, 6)]

    def test_on_its_own_line_within_a_statement_it_speaks_of_the_next(self) -> None:
        assert lines('f(\n    # persistlint: ignore[a]\n    """\n    x\n    """,\n    2,\n)\n') == [(3, 5)]

    def test_sql_in_a_string_has_comments_of_its_own(self) -> None:
        found = read(
            'f("""\n    SELECT a -- persistlint: ignore[a] why\n    -- persistlint: ignore[b]\n    FROM t\n""")\n'
        )

        assert [(one.first, one.last, one.reason, one.quoted) for one in found] == [
            (2, 2, "why", True),
            (3, 4, None, True),
        ]
        [joined] = read('f("SELECT 1 -- persistlint: ignore[a] why\\n" "FROM t")\n')
        assert joined.reason == "why"

    def test_a_string_is_no_comment(self) -> None:
        assert read("x = '# persistlint: ignore[a]'\n") == ()

    @pytest.mark.parametrize(
        "comment", ["ignore", "ignore[]", "ignore[a", "disable[a]", "disable=a", "noqa: a", "ignores[a]", "ignore a"]
    )
    def test_what_is_meant_and_says_nothing_is_told(self, comment: str) -> None:
        [one] = read(f"x = 1  # persistlint: {comment}\n")

        assert not one.readable

    @pytest.mark.parametrize("comment", ["a linter for stores", "", "see below", "https://x"])
    def test_prose_is_left_alone(self, comment: str) -> None:
        assert read(f"x = 1  # persistlint: {comment}\n") == ()


class TestSql:
    def test_behind_above_and_within(self) -> None:
        text = """
            CREATE TABLE a (x INT); -- persistlint: ignore[a]
            -- persistlint: ignore[b]
            CREATE TABLE b (
              x INT, -- persistlint: ignore[c]
              -- persistlint: ignore[d]
              y INT
            );
            /* persistlint: ignore[e] why */ SELECT '-- persistlint: ignore[no]';
        """

        assert lines(text, "a.sql") == [(1, 1), (3, 7), (4, 4), (6, 6), (8, 8)]
        assert read(text, "a.sql")[-1].reason == "why"


class TestMarkdown:
    def test_prose_rows_and_fences(self) -> None:
        text = """
            ## D01 Users <!-- persistlint: ignore[a] why -->

            | D01 | x <!-- persistlint: ignore[b] --> |

            <!-- persistlint: ignore[c] -->

            ```sql contract
            CREATE TABLE a (
              x INT -- persistlint: ignore[d]
            );
            ```

            ```toml contract
            # persistlint: ignore[e]
            [[store]]
            name = "a" # persistlint: ignore[f]
            ```

            ```py
            x = 1  # persistlint: ignore[no]
            ```
        """

        found = read(text, "a.md")
        assert [(one.names[0].text, one.first, one.last) for one in found] == [
            ("a", 1, 1), ("b", 3, 3), ("c", 5, 11), ("d", 9, 9), ("e", 14, 15), ("f", 16, 16),
        ]  # fmt: skip
        assert found[0].reason == "why"


PIECES = st.sampled_from(
    [
        "# persistlint: ignore[a]", "-- persistlint: ignore[b] c", "<!-- persistlint: ignore[d] -->", "/* persistlint:",
        "*/", '"""', "'", "(", ")", "\n", "\n", "    ", "x = 1", ";", "```sql", "```", "| a |", "@b", "def f():", "\\", "\r", "é",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["a.py", "a.sql", "a.md"]))
@example('"""\n-- persistlint: ignore[a]', "a.py")
def test_any_text_has_comments_in_places_that_it_has(text: str, path: str) -> None:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    for one in ignores_in(path, text):
        line = rows[one.span.line - 1]
        assert "persistlint:" in line[one.span.column - 1 : one.span.end_column - 1]
        assert one.first >= 1
        for named in one.names:
            assert line[named.span.column - 1 : named.span.end_column - 1] == named.text


class TestWriting:
    def added(self, text: str, *wanted: tuple[int, str], path: str = "app.py") -> str | None:
        data = annotated(path, text.encode(), wanted)
        return None if data is None else data.decode()

    def test_a_comment_goes_to_the_line_of_the_finding(self) -> None:
        assert self.added("f(\n    1,\n)\n", (2, "a"), (2, "b"), (2, "a")) == (
            "f(\n    1,  # persistlint: ignore[a, b]\n)\n"
        )

    def test_a_string_of_many_lines_has_it_behind_its_statement(self) -> None:
        text = 'f("""\n  SELECT 1\n""")\n'

        assert self.added(text, (2, "a")) == 'f("""\n  SELECT 1\n""")  # persistlint: ignore[a]\n'

    def test_a_line_that_goes_on_has_it_behind_its_statement(self) -> None:
        assert self.added("x = 1 + \\\n    2\n", (1, "a")) == "x = 1 + \\\n    2  # persistlint: ignore[a]\n"

    def test_a_comment_that_is_there_gets_another_name(self) -> None:
        text = "x = 1  # persistlint: ignore[a] why\n"

        assert self.added(text, (1, "b")) == "x = 1  # persistlint: ignore[a, b] why\n"

    def test_newlines_and_foreign_bytes_stay(self) -> None:
        data = "# -*- coding: latin-1 -*-\r\nx = 'é'\r\n".encode("latin-1")

        assert annotated("a.py", data, [(2, "a")]) == (
            "# -*- coding: latin-1 -*-\r\nx = 'é'  # persistlint: ignore[a]\r\n".encode("latin-1")
        )

    def test_sql_and_documents(self) -> None:
        assert self.added("SELECT 'a\nb';\n", (1, "a"), path="a.sql") == "SELECT 'a\nb'; -- persistlint: ignore[a]\n"
        text = "# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sql contract\nSELECT 1;\n```\n"
        assert self.added(text, (1, "a"), (5, "b"), (8, "c"), path="a.md") == (
            "# T <!-- persistlint: ignore[a] -->\n\n| a | b |\n|---|---|\n| 1 | 2 <!-- persistlint: ignore[b] --> |\n\n"
            "```sql contract\nSELECT 1; -- persistlint: ignore[c]\n```\n"
        )

    @given(st.lists(PIECES, max_size=25).map("".join), st.lists(st.integers(1, 12), min_size=1, max_size=4))
    def test_the_program_stays_what_it_is(self, text: str, rows: list[int]) -> None:
        rows = [row for row in rows if row <= text.count("\n") + 1]
        try:
            before = ast.dump(ast.parse(text))
        except (SyntaxError, ValueError):
            return
        result = annotated("a.py", text.encode(), [(row, "some-rule") for row in rows])

        if result is not None:
            assert ast.dump(ast.parse(result.decode())) == before
