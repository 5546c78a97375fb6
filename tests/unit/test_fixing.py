"""Fixes on files: what they keep, and when they are not carried out."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from persistlint import fixing
from persistlint.report import Diagnostic, Report, diagnose
from persistlint.rule import Edit, Finding, Fix, Severity
from persistlint.source import Span


def report(root: Path, *fixes: Fix, text: str | None = None) -> Report:
    """A report with a finding for each fix; `text` is what was read of every file, by default what is there."""
    findings = [
        (f"rule-{number}", Severity.ERROR, Finding("wrong", fix.edits[0].span, fix=fix))
        for number, fix in enumerate(fixes)
    ]

    def source(path: str) -> str:
        return text if text is not None else (root / path).read_bytes().decode("utf-8-sig")

    return Report(root, diagnose(findings), source=source)


def insertion(line: int, column: int, text: str, *, safe: bool = True, path: str = "a.py") -> Fix:
    return Fix("put", (Edit(Span(path, line, column, line, column), text),), safe)


def once(first: Report) -> Callable[[], Report]:
    """A check that finds what it finds once: afterwards all is well."""
    left = [first]
    return lambda: left.pop() if left else Report(first.root)


def fixed(root: Path, data: bytes, *fixes: Fix, unsafe: bool = False) -> bytes:
    (root / "a.py").write_bytes(data)
    fixing.fix(once(report(root, *fixes)), unsafe=unsafe)
    return (root / "a.py").read_bytes()


def test_a_fix_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    assert fixed(tmp_path, b"f(a=1)\ng( )\n", insertion(1, 3, "b=2, ")) == b"f(b=2, a=1)\ng( )\n"


def test_newlines_stay_as_they_are(tmp_path: Path) -> None:
    assert fixed(tmp_path, b"f(\r\n  a=1)\r\n", insertion(2, 3, "b=2,\n  ")) == b"f(\r\n  b=2,\r\n  a=1)\r\n"


def test_the_byte_order_mark_stays(tmp_path: Path) -> None:
    assert fixed(tmp_path, codecs.BOM_UTF8 + b"f(a=1)", insertion(1, 3, "b=2, ")) == codecs.BOM_UTF8 + b"f(b=2, a=1)"


def test_the_encoding_of_the_cookie_stays(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("# coding: latin-1\nf(a='é')\n".encode("latin-1"))
    read = "# coding: latin-1\nf(a='é')\n"

    fixing.fix(once(report(tmp_path, insertion(2, 3, "b=2, "), text=read)), unsafe=False)

    assert (tmp_path / "a.py").read_bytes() == "# coding: latin-1\nf(b=2, a='é')\n".encode("latin-1")


def test_what_the_encoding_lacks_is_not_written(tmp_path: Path) -> None:
    data = b"# coding: ascii\nf(a=1)\n"

    assert fixed(tmp_path, data, insertion(2, 3, "b='é', ")) == data


def test_insertions_at_one_place_follow_each_other(tmp_path: Path) -> None:
    got = fixed(tmp_path, b"f(a=1)\n", insertion(1, 3, "b=2, "), insertion(1, 3, "c=3, "))

    assert got == b"f(b=2, c=3, a=1)\n"


def test_of_two_fixes_for_one_place_the_first_counts(tmp_path: Path) -> None:
    spans = Span("a.py", 1, 1, 1, 4), Span("a.py", 1, 3, 1, 6)
    fixes = [Fix("put", (Edit(span, text),)) for span, text in zip(spans, ("XXX", "YYY"), strict=True)]

    assert fixed(tmp_path, b"abcdef\n", *fixes) == b"XXXdef\n"


def test_unsafe_fixes_are_asked_for(tmp_path: Path) -> None:
    fix = insertion(1, 3, "b=2, ", safe=False)

    assert fixed(tmp_path, b"f(a=1)\n", fix) == b"f(a=1)\n"
    assert fixed(tmp_path, b"f(a=1)\n", fix, unsafe=True) == b"f(b=2, a=1)\n"


def test_a_file_that_has_changed_since_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("f(a=2)\n")

    outcome = fixing.fix(once(report(tmp_path, insertion(1, 3, "b=2, "), text="f(a=1)\n")), unsafe=False)

    assert (tmp_path / "a.py").read_text() == "f(a=2)\n"
    assert outcome.refused == {"a.py": "it has changed since it was read"}


def test_a_fix_that_would_break_the_program_is_not_carried_out(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("f(a=1)\n")

    outcome = fixing.fix(once(report(tmp_path, insertion(1, 3, "(("))), unsafe=False)

    assert (tmp_path / "a.py").read_text() == "f(a=1)\n"
    assert outcome.refused["a.py"].startswith("the fix would break it in line 1")


def test_a_fix_of_two_files_is_carried_out_in_both_or_in_none(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("f(a=1)\n")
    both = Fix("put", (*insertion(1, 3, "b=2, ").edits, *insertion(1, 3, "((", path="b.py").edits))

    fixing.fix(once(report(tmp_path, both)), unsafe=False)

    assert [(tmp_path / name).read_text() for name in ("a.py", "b.py")] == ["f(a=1)\n"] * 2


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("f(a=1)\n")
    (tmp_path / "a.py").chmod(0o755)

    fixing.fix(once(report(tmp_path, insertion(1, 3, "b=2, "))), unsafe=False)

    assert (tmp_path / "a.py").read_text() == "f(b=2, a=1)\n"
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o755
    assert os.listdir(tmp_path) == ["a.py"]  # noqa: PTH208


@pytest.mark.parametrize("place", ["project/real.py", "elsewhere.py"])
def test_nothing_is_written_through_a_link(tmp_path: Path, place: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / place).write_text("f(a=1)\n")
    (root / "a.py").symlink_to(tmp_path / place)

    outcome = fixing.fix(once(report(root, insertion(1, 3, "b=2, "))), unsafe=False)

    assert (root / "a.py").is_symlink()
    assert (tmp_path / place).read_text() == "f(a=1)\n"
    assert outcome.refused == {"a.py": f"a link leads from it to `{tmp_path / place}`; fix that one"}


def test_nothing_is_written_through_a_folder_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.py").write_text("f(a=1)\n")
    (tmp_path / "project" / "app").symlink_to(tmp_path / "other")

    fixing.fix(once(report(tmp_path / "project", insertion(1, 3, "b=2, ", path="app/a.py"))), unsafe=False)

    assert (tmp_path / "other" / "a.py").read_text() == "f(a=1)\n"


def test_a_path_that_climbs_out_of_the_project_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "a.py").write_text("f(a=1)\n")

    outcome = fixing.fix(once(report(tmp_path / "project", insertion(1, 3, "b=2, ", path="../a.py"))), unsafe=False)

    assert (tmp_path / "a.py").read_text() == "f(a=1)\n"
    assert outcome.refused.keys() == {"../a.py"}


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_text("f(a=1)\n")
    (tmp_path / "project").symlink_to(tmp_path / "real")

    fixing.fix(once(report(tmp_path / "project", insertion(1, 3, "b=2, "))), unsafe=False)

    assert (tmp_path / "real" / "a.py").read_text() == "f(b=2, a=1)\n"


def test_a_write_that_fails_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self), None, str(target))

    (tmp_path / "a.py").write_text("f(a=1)\n")
    monkeypatch.setattr(Path, "replace", refuse)

    outcome = fixing.fix(once(report(tmp_path, insertion(1, 3, "b=2, "))), unsafe=False)

    assert (outcome.fixed, outcome.refused) == (0, {"a.py": "No space left on device"})
    assert (tmp_path / "a.py").read_text() == "f(a=1)\n"
    assert os.listdir(tmp_path) == ["a.py"]  # noqa: PTH208


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("f(a=1)")

    shown = fixing.preview(report(tmp_path, insertion(1, 3, "b=2, ")), unsafe=False)

    assert (tmp_path / "a.py").read_text() == "f(a=1)"
    assert shown.splitlines()[-4:] == [
        "-f(a=1)",
        "\\ No newline at end of file",
        "+f(b=2, a=1)",
        "\\ No newline at end of file",
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_reported_is_what_is_left(tmp_path: Path, number: int) -> None:
    (tmp_path / "a.py").write_text("f(a=1)\n")
    diagnostics = report(tmp_path, *(insertion(1, 3, f"b{index}=2, ") for index in range(number))).diagnostics
    left = diagnose([("other", Severity.ERROR, Finding("wrong", Span("a.py", 1, 1)))])
    reports = [Report(tmp_path, left), Report(tmp_path, diagnostics, source=lambda _: "f(a=1)\n")]

    outcome = fixing.fix(reports.pop, unsafe=False)

    assert outcome.fixed == number
    assert isinstance(outcome.report.diagnostics[0], Diagnostic)
    assert [one.rule for one in outcome.report.diagnostics] == ["other"]
