"""An old code base: what is known stays quiet, what a change brings is told, and what is mended is told as well."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from persistlint.cli import app

MODELS = "import sqlite3\n\ndatabase = sqlite3.connect('x.db')\ndatabase.execute('CREATE TABLE tasks (id INTEGER, name TEXT)')\n"
OLD = "import sqlite3\n\n\ndef old():\n    return sqlite3.connect('x.db').execute('SELECT title FROM tasks')\n"
NEW = "\n\ndef new():\n    return sqlite3.connect('x.db').execute('SELECT colour FROM tasks')\n"

Check = Callable[..., tuple[int, str]]


def git(root: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *own, *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / ".gitignore").write_text(".persistlint_cache\n")
    (root / "models.py").write_text(MODELS)
    (root / "app.py").write_text(OLD)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*arguments: str) -> tuple[int, str]:
        status = app.run(["check", "--format", "concise", *arguments])
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def rules(text: str) -> list[str]:
    return [
        line.partition("[")[2].partition("]")[0] for line in text.splitlines() if "[" in line.partition(" ")[2][:12]
    ]


class TestComments:
    def test_a_finding_is_ignored_with_a_reason_and_kept_in_the_report(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(
            OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[unknown-column] old\n")
        )
        status, text = check()
        _, document = check("--format", "json")
        [suppressed] = json.loads(document)["suppressed"]

        assert (status, text) == (0, "no findings in 2 files; 1 suppressed\n")
        assert suppressed["rule"] == "unknown-column"
        assert suppressed["suppression"] == {"by": "ignore", "reason": "old"}

    def test_another_rule_is_not(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[unknown-table]\n"))

        assert rules(check()[1]) == ["unknown-column", "unused-ignore"]

    def test_a_family_may_be_named(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[queries]\n"))

        assert check()[0] == 0

    def test_unused_is_said_only_of_rules_that_ran(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[unknown-table]\n"))

        assert rules(check("--select", "unknown-column")[1]) == ["unknown-column"]
        assert check("--ignore", "unused-ignore,unknown-column")[0] == 0

    def test_per_file_ignores_hold_for_the_engines_own_findings(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[nothing]\n"))
        (project / "persistlint.toml").write_text("[per-file-ignores]\n'app.py' = ['unreadable-ignore', 'queries']\n")

        assert check()[0] == 0

    def test_a_cached_run_ignores_the_same(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[unknown-table]\n"))

        assert check() == check()

    def test_comments_are_added_for_all_that_is_reported_and_no_more(self, project: Path, check: Check) -> None:
        first = check("--add-ignores")
        text = (project / "app.py").read_text()
        second = check("--add-ignores")

        assert first == (0, "1 finding ignored\n")
        assert text == OLD.replace("tasks')\n", "tasks')  # persistlint: ignore[unknown-column]\n")
        assert second == (0, "0 findings ignored\n")
        assert (project / "app.py").read_text() == text
        assert check()[0] == 0


class TestBaseline:
    def test_what_it_knows_is_quiet_and_what_is_new_is_not(self, project: Path, check: Check) -> None:
        assert check("--write-baseline") == (0, "1 finding written to persistlint-baseline.json\n")
        assert check() == (0, "no findings in 2 files; 1 suppressed\n")
        (project / "app.py").write_text("# a line\n" * 7 + OLD + NEW)
        status, text = check()

        assert (status, rules(text)) == (1, ["unknown-column"])
        assert "`colour`" in text

    def test_renamed_lines_and_files_stay_known(self, project: Path, check: Check) -> None:
        check("--write-baseline")
        (project / "app.py").unlink()
        (project / "renamed.py").write_text(OLD.replace("def old", "def renamed"))

        assert check()[0] == 0

    def test_what_is_mended_is_told_until_it_is_taken_out(self, project: Path, check: Check) -> None:
        check("--write-baseline")
        (project / "app.py").write_text(OLD.replace("title", "name"))
        status, text = check()

        assert (status, rules(text)) == (1, ["stale-baseline"])
        assert text.startswith("persistlint-baseline.json:2:1: ")
        assert check("--write-baseline")[1] == "0 findings written to persistlint-baseline.json\n"
        assert check()[0] == 0

    def test_a_part_of_the_project_says_nothing_of_the_rest(self, project: Path, check: Check) -> None:
        (project / "other.py").write_text(OLD)
        check("--write-baseline")
        (project / "app.py").write_text(OLD.replace("title", "name"))
        (project / "other.py").write_text(OLD.replace("title", "name"))

        assert rules(check("other.py")[1]) == ["stale-baseline"]
        assert check("--select", "unknown-table")[0] == 0
        assert check("--write-baseline", "other.py")[1] == "1 finding written to persistlint-baseline.json\n"

    def test_a_setting_and_an_option_name_another_place(self, project: Path, check: Check) -> None:
        check("--write-baseline", "--baseline", "known.json")
        assert check()[0] == 1
        assert check("--baseline", "known.json")[0] == 0
        (project / "persistlint.toml").write_text("baseline = 'known.json'\n")
        assert check()[0] == 0
        (project / "known.json").unlink()
        status, text = check()

        assert status == 2
        assert text.endswith("persistlint.toml:1: `baseline` names no file of the project: `known.json`\n")


class TestDiff:
    def test_only_what_the_branch_brings_is_reported(self, project: Path, check: Check) -> None:
        git(project, "checkout", "-q", "-b", "side")
        (project / "app.py").write_text("\n\n" + OLD + NEW)
        status, text = check("--diff", "main")

        assert (status, rules(text)) == (1, ["unknown-column"])
        assert "`colour`" in text
        assert text.endswith("1 error in 2 files; 1 were there before\n")

    def test_a_change_elsewhere_that_breaks_old_code_is_reported(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("title", "name"))
        git(project, "commit", "-q", "-am", "clean")
        (project / "models.py").write_text(MODELS.replace("name TEXT", "label TEXT"))

        status, text = check("--diff", "HEAD")
        assert (status, text.partition(":")[0]) == (1, "app.py")

    def test_what_the_other_branch_mended_since_is_not_ours(self, project: Path, check: Check) -> None:
        git(project, "checkout", "-q", "-b", "side")
        git(project, "checkout", "-q", "main")
        (project / "app.py").write_text(OLD.replace("title", "name"))
        git(project, "commit", "-q", "-am", "mended")
        git(project, "checkout", "-q", "side")

        assert check("--diff", "main")[0] == 0

    def test_a_document_that_was_not_there_before_is_no_obstacle(self, project: Path, check: Check) -> None:
        (project / "contract.md").write_text(
            "## D01 Tasks\n\n```sql contract\nCREATE TABLE tasks (id INTEGER, name TEXT);\n```\n"
        )
        (project / "persistlint.toml").write_text("contracts = 'contract.md'\nselect = ['schema', 'queries']\n")

        assert check("--diff", "HEAD")[0] == 0

    def test_a_revision_that_git_does_not_know_is_the_users_error(self, project: Path, check: Check) -> None:
        assert check("--diff", "gone") == (2, "persistlint: git knows no revision `gone`\n")

    def test_before_the_first_commit_everything_is_new(
        self, tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = tmp_path / "fresh"
        root.mkdir()
        git(root, "init", "-q")
        (root / "app.py").write_text(MODELS + OLD)
        monkeypatch.chdir(root)

        assert check("--diff", "HEAD")[0] == 1


class TestStaged:
    def test_the_index_counts_and_not_the_work_tree(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text(OLD.replace("title", "name"))
        assert check("--staged")[0] == 1
        git(project, "add", ".")
        (project / "app.py").write_text(OLD)
        (project / "untracked.py").write_text(OLD)

        assert check("--staged") == (0, "no findings in 2 files\n")
        assert check()[0] == 1

    def test_a_file_that_is_deleted_on_disk_is_read_all_the_same(self, project: Path, check: Check) -> None:
        (project / "app.py").unlink()

        assert check("--staged")[1].startswith("app.py:5:")

    def test_snippets_show_what_is_staged(self, project: Path, check: Check) -> None:
        (project / "app.py").write_text("x = 1\n" * 5)

        assert "SELECT title" in check("--staged", "--format", "text")[1]

    def test_with_diff_only_what_the_commit_brings(self, project: Path, check: Check) -> None:
        assert check("--staged", "--diff", "HEAD")[0] == 0
        (project / "app.py").write_text(OLD + NEW)
        git(project, "add", ".")

        assert rules(check("--staged", "--diff", "HEAD")[1]) == ["unknown-column"]


class TestStdin:
    def given(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    def test_an_editors_text_takes_the_place_of_the_file(
        self, project: Path, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "other.py").write_text(OLD)
        self.given(monkeypatch, OLD.replace("title", "name") + NEW)
        status, text = check("--stdin-filename", "app.py")

        assert (status, rules(text)) == (1, ["unknown-column"])
        assert text.startswith("app.py:9:")

    def test_a_file_that_is_not_saved_yet_is_checked(
        self, project: Path, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.given(monkeypatch, OLD)

        assert check("--stdin-filename", "new/folder/app.py")[1].startswith("new/folder/app.py:5:")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--add-ignores", "--staged"),
        ("--write-baseline", "--staged"),
        ("--write-baseline", "--diff", "HEAD"),
        ("--staged", "--stdin-filename", "a.py"),
        ("--add-ignores", "--write-baseline"),
    ],
)
def test_what_does_not_go_together_is_the_users_error(project: Path, check: Check, arguments: tuple[str, ...]) -> None:
    status, text = check(*arguments)

    assert status == 2
    assert "do not go together" in text
