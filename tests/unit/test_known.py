"""A finding is the same one when its line moves, its file is renamed, or the names in it are."""

from __future__ import annotations

from itertools import permutations

import pytest

from persistlint.baseline import read, written
from persistlint.errors import UserError
from persistlint.known import Known, known, match
from persistlint.report import Report, diagnose
from persistlint.rule import Finding, Severity
from persistlint.source import Span

SOURCE = "import db\n\ndef f():\n    db.run('SELECT x FROM t')\n\ndef g():\n    db.run('SELECT x FROM t')\n"


def finding(line: int, message: str = "`t` has no `x`", path: str = "a.py") -> Finding:
    return Finding(message, Span(path, line, 5), data={"table": "t"})


def remembered(*findings: Finding, rule: str = "r", **files: str) -> tuple[Known, ...]:
    sources = {f"{name}.py": text for name, text in files.items()}
    return known(diagnose((rule, Severity.ERROR, one) for one in findings), sources.get)


BEFORE = remembered(finding(4), finding(7), a=SOURCE)


def test_lines_above_do_not_matter() -> None:
    now = remembered(finding(14), finding(17), a="# new\n" * 10 + SOURCE)

    assert match(BEFORE, now) == {0: 0, 1: 1}


def test_a_renamed_file_is_the_same() -> None:
    assert match(BEFORE, remembered(finding(4, path="b.py"), finding(7, path="b.py"), b=SOURCE)) == {0: 0, 1: 1}


def test_a_renamed_table_in_another_file_leaves_the_line() -> None:
    assert match(BEFORE, remembered(finding(4, "`u` has no `x`"), a=SOURCE)) == {0: 0}


def test_a_renamed_name_in_the_line_leaves_the_lines_around_it() -> None:
    source = SOURCE.replace("db.run('SELECT x FROM t')\n\n", "db.run('SELECT x FROM u')\n\n")

    assert match(BEFORE, remembered(finding(4, "`u` has no `x`"), a=source)) == {0: 0}


def test_the_same_defect_once_more_is_a_new_one() -> None:
    source = SOURCE + "\ndef h():\n    db.run('SELECT x FROM t')\n"
    now = remembered(finding(4), finding(7), finding(10), a=source)

    assert len(match(BEFORE, now)) == 2


@pytest.mark.parametrize(
    "other",
    [
        remembered(finding(4), rule="other", a=SOURCE),
        remembered(finding(4, "`t` is missing"), a=SOURCE),
        remembered(finding(2, "`t` has no `y`", path="b.py"), b="import db\ndb.run('SELECT y FROM t')\nx = 1\n"),
    ],
)
def test_another_defect_is_another_one(other: tuple[Known, ...]) -> None:
    assert match(BEFORE, other) == {}


def test_the_order_of_files_does_not_matter() -> None:
    items = [finding(4), finding(7), finding(4, path="b.py")]

    results = {remembered(*order, a=SOURCE, b=SOURCE) for order in permutations(items)}

    assert len(results) == 1
    [result] = results
    assert len({one.keys[0] for one in result}) == 3


def report(*findings: Finding) -> Report:
    from pathlib import Path

    return Report(Path(), diagnose(("r", Severity.ERROR, one) for one in findings), source={"a.py": SOURCE}.get)


def test_a_baseline_reads_back_and_has_one_line_a_finding() -> None:
    text = written(report(finding(4), finding(7)))

    assert set(read(text, "b.json")) == set(BEFORE)
    assert len(text.splitlines()) == 4
    assert text == written(report(finding(7), finding(4)))
    assert read(written(report()), "b.json") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "b.json:1: this baseline is not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "this is no baseline of this version"),
        ('{"version": 2, "findings": []}', "this is no baseline of this version"),
        ('{"version": 1, "findings": {}}', "this is no baseline of this version"),
        ('{"version": 1, "findings": [1]}', "an entry that cannot be read"),
        ('{"version": 1, "findings": [{"rule": "a", "path": "b", "message": "c", "keys": [1]}]}', "cannot be read"),
    ],
)
def test_what_is_no_baseline_is_the_users_error(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read(text, "b.json")

    assert message in str(caught.value)
