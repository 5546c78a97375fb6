"""What git holds is read as it stands there, whatever the work tree says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from persistlint.discovery import discover
from persistlint.engine import Request, read
from persistlint.errors import UserError
from persistlint.settings import load
from persistlint.tree import Overlay
from persistlint.vcs import Repository

TABLE = "import sqlite3\n\nsqlite3.connect('x.db').execute('CREATE TABLE {} (a INTEGER)')\n"


def git(root: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *own, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    write(root, "app.py", TABLE.format("committed"))
    write(root, "sub/other.py", TABLE.format("other"))
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    write(root, "app.py", TABLE.format("staged"))
    git(root, "add", ".")
    write(root, "app.py", TABLE.format("unsaved"))
    write(root, "untracked.py", TABLE.format("untracked"))
    return root


def tables(request: Request) -> set[str]:
    return {table.name for table in read(request).project.tables}


def test_commit_index_and_disk_are_three_projects(repository: Path) -> None:
    git_ = Repository(repository)

    def of(**more: object) -> set[str]:
        return tables(Request(repository, [repository], jobs=1, use_cache=False, **more))  # type: ignore[arg-type]

    assert of(tree=git_.at("HEAD")) == {"committed", "other"}
    assert of(tree=git_.index()) == {"staged", "other"}
    assert of() == {"unsaved", "other", "untracked"}


def test_an_overlay_has_what_an_editor_has_not_saved(repository: Path) -> None:
    tree = Overlay(Repository(repository).index(), {"app.py": TABLE.format("typed").encode()})

    assert tables(Request(repository, [repository], jobs=1, use_cache=False, tree=tree)) == {"typed", "other"}


def test_a_root_below_the_top_sees_its_own_part(repository: Path) -> None:
    git_ = Repository(repository / "sub")

    assert git_.index().paths == git_.at("main").paths == ("other.py",)
    assert git_.index().read("other.py").startswith(b"import sqlite3")


def test_a_part_that_a_revision_lacks_is_empty(repository: Path) -> None:
    write(repository, "new/a.py", "")

    assert Repository(repository / "new").at("HEAD").paths == ()


def test_the_index_of_a_hook_counts(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / ".git" / "next").write_bytes((repository / ".git" / "index").read_bytes())
    git(repository, "rm", "-q", "--cached", "-f", "app.py")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next")

    assert Repository(repository).index().paths == ("app.py", "sub/other.py")
    assert Repository(repository / "sub").index().paths == ("other.py",)


def test_ignored_and_skipped_files_of_a_snapshot_are_left_out(repository: Path) -> None:
    for path in ("build/a.py", "gen_a.py", "env/pkg/a.py", "old/a.py", "a.txt", "kept/gen_b.py"):
        write(repository, path, "")
    write(repository, ".gitignore", "gen_*.py\n")
    write(repository, "kept/.gitignore", "!gen_b.py\n")
    git(repository, "add", "-f", ".")
    snapshot = Repository(repository).index()
    found = discover(repository, [repository], ["old"], (), snapshot)

    assert found.files == ("app.py", "env/pkg/a.py", "kept/gen_b.py", "sub/other.py", "untracked.py")
    assert discover(repository, [repository / "gen_a.py"], (), (), snapshot).reported == {"gen_a.py"}
    assert discover(repository, [repository / "sub"], (), (), snapshot).files == ("sub/other.py",)
    assert discover(repository, [repository / "gone"], (), (), snapshot).files == ()


def test_settings_are_those_of_the_snapshot(repository: Path) -> None:
    write(repository, "persistlint.toml", "exclude = ['staged']\n")
    git(repository, "add", "persistlint.toml")
    write(repository, "persistlint.toml", "exclude = ['disk']\n")

    assert load(repository, tree=Repository(repository).index()).exclude == ("staged",)
    assert load(repository, tree=Repository(repository).at("HEAD")).exclude == ()
    assert load(repository).exclude == ("disk",)


def test_links_and_odd_names_do_no_harm(repository: Path) -> None:
    (repository / "link.py").symlink_to("app.py")
    write(repository, "a\nb 'c'.py", "x = 1\n")
    git(repository, "add", ".")
    snapshot = Repository(repository).index()

    assert "link.py" not in snapshot.paths
    assert snapshot.read("a\nb 'c'.py") == b"x = 1\n"
    with pytest.raises(OSError, match="No such file"):
        snapshot.read("link.py")


def test_the_merge_base_is_where_the_branch_began(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "commit", "-q", "-m", "second")
    git(repository, "checkout", "-q", "-f", "-b", "side", first)
    write(repository, "side.py", "")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "third")

    assert Repository(repository).merge_base("main") == first


def test_a_repository_without_commits_has_no_merge_base(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    assert Repository(tmp_path).merge_base("HEAD") is None


@pytest.mark.parametrize("revision", ["gone", "--help", "HEAD:app.py", ""])
def test_a_revision_that_is_none_is_the_users_error(repository: Path, revision: str) -> None:
    with pytest.raises(UserError, match=f"git knows no revision `{revision}`"):
        Repository(repository).at(revision)


def test_a_conflict_in_the_index_is_the_users_error(repository: Path) -> None:
    git(repository, "commit", "-q", "-am", "second")
    git(repository, "checkout", "-q", "-b", "side", "HEAD~")
    write(repository, "app.py", "x = 1\n")
    git(repository, "commit", "-q", "-am", "third")
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "-q", "main")

    with pytest.raises(UserError, match=r"app\.py: the index holds a merge conflict"):
        Repository(repository).index()


def test_no_repository_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is in no git repository"):
        Repository(tmp_path)


def test_programs_that_a_repository_names_are_not_run(repository: Path) -> None:
    git(repository, "config", "core.fsmonitor", "touch ../ran; true")
    Repository(repository).index().read("app.py")

    assert not (repository.parent / "ran").exists()
