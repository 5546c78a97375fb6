"""What CI services read: valid by their own rules, and nothing that linted code holds means anything in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from persistlint import registry
from persistlint.cli import app
from persistlint.crash import Crash
from persistlint.facts.schema import Unresolved
from persistlint.report import Notice, Report, Suppressed, diagnose
from persistlint.reporters import Format, render
from persistlint.reporters.paint import safe
from persistlint.reporters.statistics import statistics, statistics_json
from persistlint.rule import Edit, Finding, Fix, Label, Severity
from persistlint.source import Span

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "sarif-2.1.0.json").read_text())
SARIF: Any = jsonschema.Draft4Validator(SCHEMA)
RULES = tuple(registry.assemble(registry.load_pack(registry.BUILT_IN)))

FIX = Fix("add the column", (Edit(Span("models.py", 2, 1, 2, 1), "size INT"), Edit(Span("b.py", 1, 1, 1, 3), "")))
UNKNOWN = Finding(
    "`item` has no column `nme`",
    Span("app.py", 2, 13, 2, 16),
    (Label(Span("models.py", 1, 1, 1, 11), "`item` is defined here"),),
    "name one of its columns",
    FIX,
    {"table": "item", "column": "nme"},
)
OTHER = Finding("the file is odd", Span("a b#c.py", 3, 1, 5, 1))


def report(*findings: Finding, **more: Any) -> Report:
    diagnostics = diagnose(("unknown-column", Severity.ERROR, finding) for finding in findings)
    return Report(Path("/project"), diagnostics, files=2, rules=RULES, prefix="backend/", **more)


def suppressed(finding: Finding, by: str, reason: str | None) -> Suppressed:
    [diagnostic] = diagnose([("unknown-table", Severity.WARNING, finding)])
    return Suppressed(diagnostic, by, reason)


FULL = report(
    UNKNOWN,
    OTHER,
    suppressed=(suppressed(OTHER, "ignore", "it is read by hand"), suppressed(UNKNOWN, "baseline", None)),
    crashes=(Crash("rule x", "KeyError: 1", "trace"),),
    notices=(Notice("link", "not followed"),),
    unresolved=(Unresolved("a name that is computed", Span("app.py", 4, 2)),),
)


class TestSarif:
    def test_is_valid_by_the_official_schema(self) -> None:
        for one in (FULL, report(), report(OTHER)):
            SARIF.validate(json.loads(render(one, Format.SARIF)))

    def test_rules_have_their_help_and_results_point_at_them(self) -> None:
        run = json.loads(render(FULL, Format.SARIF))["runs"][0]

        rules = run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == ["unknown-column", "unknown-table"]
        assert rules[0]["help"]["markdown"].startswith("# unknown-column\n")
        assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])

    def test_a_result_has_both_sides_its_fingerprint_and_its_fix(self) -> None:
        [result] = json.loads(render(report(UNKNOWN), Format.SARIF))["runs"][0]["results"]

        assert result["message"]["text"] == "`item` has no column `nme`\nname one of its columns"
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "backend/app.py"
        assert place["region"] == {"startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 16}
        [related] = result["relatedLocations"]
        assert related["physicalLocation"]["artifactLocation"]["uri"] == "backend/models.py"
        assert result["partialFingerprints"] == {"persistlint/v1": diagnose_one(UNKNOWN).fingerprint}
        changes = result["fixes"][0]["artifactChanges"]
        assert [change["artifactLocation"]["uri"] for change in changes] == ["backend/models.py", "backend/b.py"]
        assert changes[0]["replacements"][0]["insertedContent"] == {"text": "size INT"}

    def test_what_is_suppressed_stays_with_its_reason(self) -> None:
        results = json.loads(render(FULL, Format.SARIF))["runs"][0]["results"]

        assert sorted((one["ruleId"], *(how["kind"] for how in one["suppressions"])) for one in results) == [
            ("unknown-column",),
            ("unknown-column",),
            ("unknown-table", "external"),
            ("unknown-table", "inSource"),
        ]
        reasons = [how.get("justification") for one in results for how in one["suppressions"]]
        assert set(reasons) == {"it is read by hand", None}

    def test_a_defect_is_no_success(self) -> None:
        [invocation] = json.loads(render(FULL, Format.SARIF))["runs"][0]["invocations"]

        assert invocation["executionSuccessful"] is False
        assert [one["level"] for one in invocation["toolExecutionNotifications"]] == ["error", "warning"]

    def test_names_that_mean_something_in_an_address_are_spelled(self) -> None:
        [result] = json.loads(render(report(OTHER), Format.SARIF))["runs"][0]["results"]

        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "backend/a%20b%23c.py"


def diagnose_one(finding: Finding) -> Any:
    return diagnose([("unknown-column", Severity.ERROR, finding)])[0]


def test_github_writes_one_annotation_a_finding() -> None:
    assert render(report(UNKNOWN, OTHER), Format.GITHUB).splitlines() == [
        "::error title=persistlint (unknown-column),file=backend/a b#c.py,line=3,endLine=5"
        "::a b#c.py:3:1: the file is odd",
        "::error title=persistlint (unknown-column),file=backend/app.py,line=2,endLine=2,col=13,endColumn=16"
        "::app.py:2:13: `item` has no column `nme`%0Amodels.py:1:1: `item` is defined here"
        "%0Ahelp: name one of its columns",
        "2 errors in 2 files",
    ]


def test_gitlab_has_what_its_documentation_demands() -> None:
    issues = json.loads(render(FULL, Format.GITLAB))

    assert [sorted(issue) for issue in issues] == [
        ["check_name", "description", "fingerprint", "location", "severity"]
    ] * 2
    assert issues[1]["location"] == {"path": "backend/app.py", "lines": {"begin": 2, "end": 2}}
    assert len({issue["fingerprint"] for issue in issues}) == 2
    assert json.loads(render(report(), Format.GITLAB)) == []


def test_junit_numbers_are_those_of_its_cases() -> None:
    suites = ET.fromstring(render(FULL, Format.JUNIT))

    [suite] = suites
    cases = suite.findall("testcase")
    assert [len(case) for case in cases] == [1] * 5
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "5",
        "2",
        "1",
        "2",
    )
    assert (len(suite.findall("*/failure")), len(suite.findall("*/error")), len(suite.findall("*/skipped"))) == (
        2,
        1,
        2,
    )


def test_junit_without_findings_holds_a_case_that_passed() -> None:
    [suite] = ET.fromstring(render(report(), Format.JUNIT))

    assert suite.get("tests") == "1"
    assert [len(case) for case in suite.findall("testcase")] == [0]


def test_markdown_is_a_table_that_reads_as_the_message_does() -> None:
    text = render(report(UNKNOWN, OTHER), Format.MARKDOWN)
    tokens = MarkdownIt().enable("table").parse(text)

    cells = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "td_open"]
    assert text.startswith("### persistlint: 2 errors in 2 files\n")
    assert len(cells) == 8
    assert cells[4:6] == ["error", "<code>unknown&#45;column</code>".replace("&#45;", "-")]
    assert cells[7].startswith("<code>item</code> has no column <code>nme</code><br><code>backend/models.py:1</code>")


def test_what_is_unresolved_is_in_every_format_when_it_fails_the_run() -> None:
    one = report(unresolved=(Unresolved("a name that is computed", Span("app.py", 4, 2)),) * 2)

    for wanted in Format:
        assert render(one, wanted, show_unresolved=True).count("a name that is computed") == 2, wanted
    issues = json.loads(render(one, Format.GITLAB, show_unresolved=True))
    assert len({issue["fingerprint"] for issue in issues}) == 2
    SARIF.validate(json.loads(render(one, Format.SARIF, show_unresolved=True)))
    [suite] = ET.fromstring(render(one, Format.JUNIT, show_unresolved=True))
    assert (suite.get("tests"), suite.get("failures"), len(suite.findall("testcase"))) == ("2", "2", 2)


def test_statistics_count_by_rule_and_most_come_first() -> None:
    counted = Report(
        Path("/project"),
        diagnose(
            [
                ("unknown-table", Severity.ERROR, OTHER),
                ("unknown-column", Severity.ERROR, OTHER),
                ("unknown-column", Severity.ERROR, UNKNOWN),
            ]
        ),
        files=2,
        rules=RULES,
    )

    lines = statistics(counted).splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [
        ["2", "error", "unknown-column"],
        ["1", "error", "unknown-table"],
    ]
    assert lines[2] == "3 errors in 2 files"
    assert [one["count"] for one in json.loads(statistics_json(counted))["statistics"]] == [2, 1]


NASTY = st.sampled_from(
    [
        "\x1b[31m", "\x1b]8;;https://x\x07", "\u202e", "\x9b", "\x00", "\ud800", "\ufffe", "\r", "\n", "\r\n", "\t",
        "::error::", "##[error]", "%0A", "|", "`", "``", "<b>", "</code>", "<!--", "-->", "<script>", "]]>", "&amp;",
        "&#10;", "[a](javascript:x)", "![a](http://x)", "**b**", "_c_", "~~d~~", "# e", "- f", "1. g", "$h$", "@i", "#1",
        "www.example.org", "https://example.org", ":smile:", "\\", "\"", "'", "{{j}}", "---", "\u2028", "\x85", "===", "k",
    ]
)  # fmt: skip
TEXT = st.lists(st.one_of(NASTY, st.text(max_size=4)), min_size=1, max_size=6).map("".join)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    path, message, label, told = draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT)
    fix = Fix(draw(TEXT), (Edit(Span(path, 1, 1), draw(TEXT)),))
    finding = Finding(message, Span(path, 1, 1), (Label(Span(path, 1, 1), label),), told, fix, {"table": draw(TEXT)})
    return report(
        finding,
        suppressed=(suppressed(finding, "ignore", draw(TEXT)),),
        unresolved=(Unresolved(draw(TEXT), Span(path, 1, 1)),),
        crashes=(Crash(draw(TEXT), draw(TEXT), ""),),
        notices=(Notice(path, draw(TEXT)),),
        source=dict.fromkeys([path], f"x = '{message}'\n{label}\n").get,
    )


FEW = settings(max_examples=40, deadline=None)


class TestNamesFromLintedCodeAreHarmless:
    @FEW
    @given(reports())
    def test_nothing_but_printable_lines_reaches_a_terminal(self, one: Report) -> None:
        for wanted in Format:
            text = render(one, wanted, show_unresolved=True)
            assert all(char.isprintable() or char == "\n" for char in text), wanted
            text.encode()

    @FEW
    @given(reports())
    def test_no_line_is_a_command_that_a_finding_did_not_ask_for(self, one: Report) -> None:
        for wanted in (Format.TEXT, Format.CONCISE, Format.MARKDOWN, Format.GITLAB, Format.SARIF, Format.JSON):
            assert not re.search(r"^\s*(::\w|##\[)", render(one, wanted, show_unresolved=True), re.MULTILINE), wanted
        lines = render(one, Format.GITHUB, show_unresolved=True).splitlines()
        assert len(lines) == 3
        for line in lines[:2]:
            command = re.fullmatch(r"::(?:error|notice) ([^:]*)::(.*)", line)
            assert command is not None
            names = [part.partition("=")[0] for part in command[1].split(",")]
            assert names == ["title", "file", "line", "endLine", "col", "endColumn"]

    @FEW
    @given(reports())
    def test_sarif_and_json_stay_valid(self, one: Report) -> None:
        SARIF.validate(json.loads(render(one, Format.SARIF, show_unresolved=True)))
        for wanted in (Format.JSON, Format.GITLAB):
            json.loads(render(one, wanted))
        results = json.loads(render(one, Format.SARIF))["runs"][0]["results"]
        assert not any("](" in result["message"]["text"] for result in results)

    @FEW
    @given(reports())
    def test_xml_has_no_elements_but_ours(self, one: Report) -> None:
        root = ET.fromstring(render(one, Format.JUNIT, show_unresolved=True))

        assert {element.tag for element in root.iter()} == {
            "testsuites", "testsuite", "testcase", "failure", "skipped", "error", "system-out",
        }  # fmt: skip
        failure = root.find(".//failure")
        assert failure is not None
        assert failure.get("message") == safe(one.diagnostics[0].finding.message)

    @FEW
    @given(reports())
    def test_markdown_has_no_markup_but_ours(self, one: Report) -> None:
        parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        tokens = parser.parse(render(one, Format.MARKDOWN, show_unresolved=True))

        blocks = {token.type for token in tokens if token.type != "inline"}
        assert blocks == {
            f"{name}_{end}"
            for name in ("heading", "table", "thead", "tbody", "tr", "th", "td")
            for end in ("open", "close")
        }
        assert sum(token.type == "tr_open" for token in tokens) == 4
        for token in tokens:
            for child in token.children or ():
                assert child.type in ("text", "html_inline"), (child.type, token.content)
                if child.type == "html_inline":
                    assert child.content in ("<code>", "</code>", "<br>")

    @given(TEXT)
    def test_markdown_shows_a_name_as_it_is(self, name: str) -> None:
        one = report(Finding(f"table `{name.replace('`', '')}x` is odd", Span("app.py", 1, 1)))
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(render(one, Format.MARKDOWN))

        cell = [tokens[n + 1] for n, token in enumerate(tokens) if token.type == "td_open"][3]
        shown = "".join(child.content for child in cell.children or () if child.type != "html_inline")
        assert shown.split() == safe(f"table {name.replace('`', '')}x is odd").split()


def test_the_command_line_offers_every_format() -> None:
    assert tuple(Format) == app.CHECK_FORMATS


@pytest.mark.parametrize("wanted", list(Format))
def test_every_format_ends_with_a_newline_and_is_the_same_twice(wanted: Format) -> None:
    assert render(FULL, wanted) == render(FULL, wanted)
    assert render(FULL, wanted).endswith("\n")
