from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from persistlint.crash import Crash
from persistlint.facts.schema import Unresolved
from persistlint.report import Notice, Report, diagnose
from persistlint.reporters import Format, render
from persistlint.rule import Finding, Label, Severity
from persistlint.source import Span

SOURCES = {
    "app.py": 'db.execute(\n    "SELECT nme FROM item",\n)\n',
    "models.py": "class Item(Base):\n    name = Column(Text)\n    size = Column(Integer)\n\n\n\n\n\n\nx = 1\n",
}


def report(*findings: Finding, sources: Mapping[str, str] = SOURCES, unresolved: int = 0) -> Report:
    return Report(
        Path("/project"),
        diagnose(("unknown-column", Severity.ERROR, finding) for finding in findings),
        unresolved=tuple(
            Unresolved("a name that is computed", Span("app.py", line, 1)) for line in range(1, unresolved + 1)
        ),
        files=2,
        source=sources.get,
    )


UNKNOWN = Finding(
    "`item` has no column `nme`",
    Span("app.py", 2, 13, 2, 16),
    (Label(Span("models.py", 1, 1, 1, 11), "`item` is defined here"),),
    "name one of its columns",
    data={"table": "item", "column": "nme"},
)


def test_text_shows_both_sides_with_their_source() -> None:
    assert render(report(UNKNOWN, unresolved=1), Format.TEXT) == (
        "error[unknown-column]: `item` has no column `nme`\n"
        " --> app.py:2:13\n"
        "  |\n"
        '2 |     "SELECT nme FROM item",\n'
        "  |             ^^^\n"
        " ::: models.py:1:1: `item` is defined here\n"
        "  |\n"
        "1 | class Item(Base):\n"
        "  | ----------\n"
        "  = help: name one of its columns\n"
        "\n"
        "1 error in 2 files; 1 place could not be resolved\n"
    )


def test_a_span_of_many_lines_is_cut_and_numbers_are_aligned() -> None:
    text = render(report(Finding("m", Span("models.py", 1, 1, 10, 1))), Format.TEXT)

    assert text.splitlines()[2:-2] == [
        "  |",
        "1 | class Item(Base):",
        "  | ^^^^^^^^^^^^^^^^^",
        "2 |     name = Column(Text)",
        "  |     ^^^^^^^^^^^^^^^^^^^",
        "3 |     size = Column(Integer)",
        "  |     ^^^^^^^^^^^^^^^^^^^^^^",
        "4 |",
        "  | ...",
    ]


def test_numbers_of_different_width_stand_under_each_other() -> None:
    finding = Finding("m", Span("models.py", 10, 1, 10, 2), (Label(Span("models.py", 2, 5, 2, 9), "here"),))

    assert [line[:4] for line in render(report(finding), Format.TEXT).splitlines()[1:8]] == [
        "  --",
        "   |",
        "10 |",
        "   |",
        "  ::",
        "   |",
        " 2 |",
    ]


def test_marks_stand_under_wide_characters_and_behind_tabs() -> None:
    sources = {"app.py": "\tx = '日本é' + bad\n"}
    finding = Finding("m", Span("app.py", 1, 14, 1, 17))

    lines = render(report(finding, sources=sources), Format.TEXT).splitlines()

    assert lines[3:5] == [
        "1 |     x = '日本é' + bad",
        "  |                   ^^^",
    ]


def test_a_very_long_line_is_cut_around_the_mark() -> None:
    sources = {"app.py": "x" * 5_000 + "BAD" + "y" * 5_000}
    lines = render(report(Finding("m", Span("app.py", 1, 5_001, 1, 5_004)), sources=sources), Format.TEXT).splitlines()

    assert len(lines[3]) < 200
    assert lines[3][lines[4].index("^") : lines[4].rindex("^") + 1] == "BAD"


def test_a_file_that_is_gone_and_a_place_behind_its_end_have_no_snippet() -> None:
    gone = Finding("m", Span("gone.py", 3, 1))
    behind = Finding("m", Span("app.py", 99, 1))

    assert "|" not in render(report(gone, behind), Format.TEXT)


def test_linted_code_cannot_write_to_the_terminal() -> None:
    evil = "\x1b[31m\u202e\x07\x9b"
    sources = {"app.py": f"x = '{evil}'\n"}
    finding = Finding(f"m {evil}", Span("app.py", 1, 1), (Label(Span(f"{evil}.py", 1, 1), evil),), evil)

    for wanted in (Format.TEXT, Format.CONCISE):
        text = render(report(finding, sources=sources), wanted)
        assert all(char.isprintable() or char == "\n" for char in text)
        assert "\\x1b[31m\\u202e\\x07\\x9b" in text


def test_colour_is_there_when_it_is_asked_for() -> None:
    plain = render(report(UNKNOWN), Format.TEXT)
    colored = render(report(UNKNOWN), Format.TEXT, color=True)

    assert "\x1b[1;31m^^^\x1b[0m" in colored
    assert "\x1b" not in plain


def test_concise_is_one_line_a_finding() -> None:
    assert render(report(UNKNOWN), Format.CONCISE) == (
        "app.py:2:13: error[unknown-column] `item` has no column `nme`\n1 error in 2 files\n"
    )


def test_what_is_unresolved_is_listed_when_it_is_asked_for() -> None:
    listed = render(report(unresolved=2), Format.CONCISE, show_unresolved=True)

    assert listed == (
        "app.py:1:1: unresolved: a name that is computed\n"
        "app.py:2:1: unresolved: a name that is computed\n"
        "no findings in 2 files; 2 places could not be resolved\n"
    )


def test_json_has_its_public_shape() -> None:
    document = json.loads(render(report(UNKNOWN, unresolved=1), Format.JSON))

    fingerprint = document["findings"][0].pop("fingerprint")
    assert len(fingerprint) == 32
    assert document == {
        "version": 1,
        "findings": [
            {
                "rule": "unknown-column",
                "severity": "error",
                "message": "`item` has no column `nme`",
                "help": "name one of its columns",
                "path": "app.py",
                "line": 2,
                "column": 13,
                "end_line": 2,
                "end_column": 16,
                "related": [{"path": "models.py", "line": 1, "column": 1, "message": "`item` is defined here"}],
                "data": {"table": "item", "column": "nme"},
            }
        ],
        "suppressed": [],
        "unresolved": [{"path": "app.py", "line": 1, "reason": "a name that is computed"}],
        "notices": [],
        "crashes": [],
        "summary": {
            "findings": 1,
            "errors": 1,
            "warnings": 0,
            "advice": 0,
            "suppressed": 0,
            "unchanged": 0,
            "unresolved": 1,
            "crashes": 0,
            "files": 2,
        },
    }


def test_json_tells_notices_and_crashes() -> None:
    told = Report(
        Path("/project"), crashes=(Crash("rule x", "KeyError: 1", "trace"),), notices=(Notice("link", "not followed"),)
    )
    document = json.loads(render(told, Format.JSON))

    assert document["crashes"] == [{"part": "rule x", "error": "KeyError: 1"}]
    assert document["notices"] == [{"path": "link", "message": "not followed"}]


def test_json_is_ascii_whatever_the_code_holds() -> None:
    text = render(report(Finding("é \ud800 日", Span("app.py", 1, 1))), Format.JSON)

    assert text.isascii()
    assert json.loads(text)["findings"][0]["message"] == "é \ud800 日"
