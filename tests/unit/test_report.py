from __future__ import annotations

from itertools import permutations

from persistlint.report import diagnose
from persistlint.rule import Finding, Severity
from persistlint.source import Span


def finding(line: int, message: str = "m", path: str = "a.py") -> Finding:
    return Finding(message, Span(path, line, 1), data={"table": "t"})


def test_diagnostics_are_sorted_by_place_then_rule_whatever_the_order() -> None:
    items = [
        ("b", Severity.ERROR, finding(2)),
        ("a", Severity.ERROR, finding(2)),
        ("z", Severity.ADVICE, finding(1)),
        ("a", Severity.ERROR, finding(9, path="A.py")),
    ]

    reports = [diagnose(order) for order in permutations(items)]

    assert all(report == reports[0] for report in reports)
    assert [(item.finding.at.path, item.finding.at.line, item.rule) for item in reports[0]] == [
        ("A.py", 9, "a"),
        ("a.py", 1, "z"),
        ("a.py", 2, "a"),
        ("a.py", 2, "b"),
    ]


def test_an_exact_repetition_is_reported_once() -> None:
    assert len(diagnose([("a", Severity.ERROR, finding(2)), ("a", Severity.ERROR, finding(2))])) == 1


def test_fingerprints_stay_when_lines_move_and_differ_between_occurrences() -> None:
    before = diagnose([("a", Severity.ERROR, finding(2)), ("a", Severity.ERROR, finding(5))])
    after = diagnose([("a", Severity.ERROR, finding(20)), ("a", Severity.ERROR, finding(50))])

    assert [item.fingerprint for item in before] == [item.fingerprint for item in after]
    assert len({item.fingerprint for item in before}) == 2


def test_fingerprints_tell_rules_files_and_messages_apart() -> None:
    items = [
        ("a", Severity.ERROR, finding(1)),
        ("b", Severity.ERROR, finding(1)),
        ("a", Severity.ERROR, finding(1, "other")),
        ("a", Severity.ERROR, finding(1, path="b.py")),
    ]

    assert len({item.fingerprint for item in diagnose(items)}) == 4
