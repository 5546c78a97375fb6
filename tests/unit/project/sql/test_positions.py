"""Every character of an SQL text leads back to the character of the source that wrote it."""

from __future__ import annotations

import pytest

from persistlint.project.model import Statement

from ..reading import project_of, statement

TEXTS = {
    "one line": "db.execute('SELECT aa, bb FROM cc WHERE dd = 1')",
    "several lines": "db.execute('''\n    SELECT aa,\n      bb\n    FROM cc\n''')",
    "triple quotes and tabs": 'db.execute("""SELECT aa\n\tFROM cc""")',
    "concatenated": "db.execute('SELECT aa '\n           'FROM cc '\n           \"WHERE dd\")",
    "added": "db.execute('SELECT aa ' + 'FROM cc')",
    "augmented": "sql = 'SELECT aa'\nsql += ' FROM cc'\ndb.execute(sql)",
    "joined": "db.execute(' '.join(('SELECT aa', 'FROM cc')))",
    "raw": "db.execute(r'SELECT aa FROM cc')",
    "dedented": "import textwrap\ndb.execute(textwrap.dedent('''\n    SELECT aa\n      FROM cc\n    WHERE dd\n'''))",
    "stripped": "db.execute('''\n   SELECT aa FROM cc\n  '''.strip())",
    "formatted": "db.execute('SELECT aa FROM {} WHERE dd'.format('cc'))",
    "percent": "db.execute('SELECT aa FROM %s WHERE dd' % 'cc')",
    "f-string": "db.execute(f'SELECT aa FROM {unknown} WHERE dd = {unknown.a} AND ee')",
    "f-string over lines": "db.execute(f'''\n  SELECT aa\n  FROM {unknown}\n  WHERE dd\n''')",
    "other letters": "db.execute('SELECT aä, \"ß\" FROM cc WHERE dd')",
    "constant": "SQL = '  SELECT aa FROM cc'\n\n\ndb.execute(SQL)",
    "upper": "db.execute('SELECT aa FROM cc'.strip())",
    "sliced": "db.execute('-- SELECT aa FROM cc'[3:])",
    "replaced": "db.execute('SELECT aa FROM @t WHERE dd'.replace('@t', 'cc'))",
    "after unicode": "x = '😀'; db.execute('SELECT aa FROM cc')",
}
ESCAPES = {
    "newlines": "db.execute('SELECT aa\\nFROM cc\\n  WHERE dd')",
    "quotes": "db.execute('SELECT aa, \\'x\\' FROM cc WHERE dd = \\\"y\\\"')",
    "backslash newline": "db.execute('SELECT aa \\\nFROM cc')",
    "hexadecimal": "db.execute('SELECT \\x61a FROM \\u0063c WHERE dd')",
    "backslashes": "db.execute('SELECT aa FROM cc WHERE dd = \\'\\\\\\\\\\' AND ee')",
    "braces of an f-string": "db.execute(f'SELECT aa, \\'{{}}\\' FROM cc WHERE {unknown} AND dd')",
    "braces and escapes": "db.execute(f'SELECT aa\\n, {{ FROM cc\\n'.replace('{', 'x'))",
    "braces of a plain string": "db.execute('SELECT aa, \\'{{}}\\' FROM cc\\nWHERE dd')",
    "raw with carriage returns": "db.execute(r'''SELECT aa\r\nFROM cc\r\nWHERE dd''')",
}


def read(source: str) -> tuple[Statement, list[str]]:
    text = "from somewhere import db, unknown\n" + source + "\n"
    found = project_of_exactly(text)
    return found, text.replace("\r\n", "\n").split("\n")


def project_of_exactly(text: str) -> Statement:
    return statement(project_of({"app.py": text}))


def letters(found: Statement, lines: list[str]) -> list[tuple[str, str]]:
    """For each letter of the text that is not a stand-in: itself, and what stands in the source at its place."""
    holes = {index for gap in found.interpolated for index in range(gap.start, gap.end)}
    out: list[tuple[str, str]] = []
    for index, mark in enumerate(found.text):
        if mark.isalpha() and index not in holes:
            span = found.span_of(index, index + 1)
            out.append((mark, lines[span.line - 1][span.column - 1]))
    return out


@pytest.mark.parametrize("source", TEXTS.values(), ids=TEXTS.keys())
def test_each_letter_stands_where_it_was_written(source: str) -> None:
    found, lines = read(source)

    pairs = letters(found, lines)
    assert len(pairs) > 10
    assert [one for one in pairs if one[0] != one[1]] == []


@pytest.mark.parametrize("source", ESCAPES.values(), ids=ESCAPES.keys())
def test_escapes_do_not_shift_what_follows(source: str) -> None:
    found, lines = read(source)

    pairs = letters(found, lines)
    assert len(pairs) > 10
    assert [one for one in pairs if one[0] != one[1] and one[1] != "\\"] == []


@pytest.mark.parametrize("source", [*TEXTS.values(), *ESCAPES.values()], ids=[*TEXTS, *ESCAPES])
def test_columns_and_tables_are_found_at_their_names(source: str) -> None:
    found, lines = read(source)

    names = [(use.name, found.span_of(use.start, use.end)) for use in (*found.sql.tables, *found.sql.columns)]
    known = [(name, span) for name, span in names if "__hole" not in name and span.line == span.end_line]
    assert known
    for name, span in known:
        there = lines[span.line - 1][span.column - 1 : span.end_column - 1]
        assert there.strip('"') == name or "\\" in there


def test_the_place_of_an_unknown_part_is_its_expression() -> None:
    found, lines = read("db.execute(f'SELECT aa FROM {unknown.b} WHERE dd')")

    [gap] = found.interpolated
    span = found.span_of(gap.start, gap.end)
    assert lines[span.line - 1][span.column - 1 :].startswith("{unknown.b}")
    assert gap.source == "unknown.b"


def test_a_statement_spans_its_text_and_nothing_more() -> None:
    found, lines = read("db.execute('  SELECT aa FROM cc ;')")

    assert (
        lines[found.span.line - 1][found.span.column - 1 : found.span.end_column - 1].rstrip("; ")
        == "SELECT aa FROM cc"
    )


def test_a_text_from_elsewhere_leads_there() -> None:
    found = statement(
        project_of(
            {"app.py": "from sql import ALL\ndef f(db): db.execute(ALL)\n", "sql.py": "\n\nALL = 'SELECT aa FROM cc'\n"}
        )
    )

    assert (found.span.path, found.span.line, found.span.column) == ("sql.py", 3, 8)


def test_a_text_that_the_program_makes_itself_stands_at_its_call() -> None:
    found, _ = read("import re\ndb.execute(re.sub('x', 'a', 'SELECT xx FROM cc'))")

    assert found.text == "SELECT aa FROM cc"
    assert (found.span.line, found.span.column) == (3, 1)
