from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from persistlint.discovery import Discovered, discover, find_root
from persistlint.errors import UserError


def lay(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(root: Path, *files: str) -> Path:
    return lay(root, dict.fromkeys(files, ""))


def found(root: Path, *paths: Path, exclude: tuple[str, ...] = ()) -> Discovered:
    return discover(root, paths or (root,), exclude)


def test_python_and_sql_files_come_sorted_by_their_path(tmp_path: Path) -> None:
    names(tmp_path, "b.py", "a/z.sql", "a/b.py", "a.py", "notes.txt", "a/data.json", "a-b.py", "stub.pyi")

    assert found(tmp_path).files == ("a-b.py", "a.py", "a/b.py", "a/z.sql", "b.py")


def test_folders_that_hold_no_code_of_the_project_are_skipped(tmp_path: Path) -> None:
    names(tmp_path, "app.py", ".venv/x.py", "build/x.py", "a/__pycache__/x.py", "a/node_modules/x.py", "my-env/x.py")
    (tmp_path / "my-env" / "pyvenv.cfg").touch()

    assert found(tmp_path).files == ("app.py",)


def test_a_project_inside_a_skipped_folder_is_read_all_the_same(tmp_path: Path) -> None:
    root = names(tmp_path / ".cache" / "site-packages" / "build", "app.py", "build/x.py")

    assert found(root).files == ("app.py",)


def test_exclude_leaves_out_and_takes_back(tmp_path: Path) -> None:
    names(tmp_path, "app.py", "app_test.py", "build/x.py", "dist/x.py", "old/a.py", "old/b/c.py")

    assert found(tmp_path, exclude=("*_test.py", "/old", "!build/")).files == ("app.py", "build/x.py")


class TestGitignore:
    def test_the_nearest_file_decides(self, tmp_path: Path) -> None:
        names(tmp_path, "a.py", "gen_a.py", "sub/gen_b.py", "sub/gen_c.py", "sub/deep/gen_b.py", "sub/d.py")
        lay(tmp_path, {".gitignore": "gen_*.py\n# comment\n\n", "sub/.gitignore": "!gen_b.py\n/d.py\n"})

        assert found(tmp_path).files == ("a.py", "sub/deep/gen_b.py", "sub/gen_b.py")

    def test_an_ignored_folder_is_not_entered(self, tmp_path: Path) -> None:
        names(tmp_path, "a.py", "out/b.py", "src/out/c.py")
        lay(tmp_path, {".gitignore": "/out/\n", "out/.gitignore": "!b.py\n"})

        assert found(tmp_path).files == ("a.py", "src/out/c.py")

    def test_files_above_the_root_count_up_to_the_repository(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        root = names(tmp_path / "service", "a.py", "local.py", "x/b.py")
        lay(tmp_path, {".gitignore": "local.py\n/service/x\n"})

        assert found(root).files == ("a.py",)

    def test_a_folder_that_is_ignored_itself_is_read_when_it_is_named(self, tmp_path: Path) -> None:
        names(tmp_path, "a.py", "vendor/b.py", "vendor/gen.py", "vendor/x/c.py")
        lay(tmp_path, {".gitignore": "vendor/\n*.py\n", "vendor/.gitignore": "gen.py\n"})

        assert found(tmp_path, tmp_path / "vendor").files == ("vendor/b.py", "vendor/x/c.py")

    def test_a_root_that_its_repository_ignores_is_read(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        root = names(tmp_path / "corpus" / "project", "a.py")
        lay(tmp_path, {".gitignore": "*\n"})

        assert found(root).files == ("a.py",)

    def test_the_repositorys_own_excludes_count(self, tmp_path: Path) -> None:
        names(tmp_path, "a.py", "scratch.py")
        lay(tmp_path, {".git/info/exclude": "scratch.py\n"})

        assert found(tmp_path).files == ("a.py",)

    def test_a_broken_line_does_not_switch_off_the_others(self, tmp_path: Path) -> None:
        names(tmp_path, "a.py", "gen.py")
        lay(tmp_path, {".gitignore": "!\n/\ngen.py\n"})

        assert found(tmp_path).files == ("a.py",)


class TestExplicitFiles:
    def test_they_are_read_whatever_ignores_them(self, tmp_path: Path) -> None:
        names(tmp_path, "build/gen.py", "notes.txt")
        lay(tmp_path, {".gitignore": "gen.py\n"})

        result = found(tmp_path, tmp_path / "build" / "gen.py", tmp_path / "notes.txt")

        assert result.explicit == {"build/gen.py", "notes.txt"}
        assert set(result.files) == {"build/gen.py", "notes.txt"}

    def test_their_project_is_read_with_them_but_only_they_are_reported(self, tmp_path: Path) -> None:
        names(tmp_path, "app/db.py", "app/models.py")

        result = found(tmp_path, tmp_path / "app" / "db.py")

        assert result.files == ("app/db.py", "app/models.py")
        assert result.reported == {"app/db.py"}

    def test_beside_a_folder_everything_in_it_is_reported(self, tmp_path: Path) -> None:
        names(tmp_path, "app/db.py", "lib/a.py", "other/b.py")

        result = found(tmp_path, tmp_path / "app" / "db.py", tmp_path / "lib")

        assert result.files == ("app/db.py", "lib/a.py")
        assert result.reported == {"app/db.py", "lib/a.py"}

    def test_one_that_does_not_exist_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"gone\.py` does not exist"):
            found(tmp_path, tmp_path / "gone.py")


class TestLinks:
    def test_one_that_leaves_the_project_is_refused_with_a_notice(self, tmp_path: Path) -> None:
        names(tmp_path / "outside", "secret.py")
        root = names(tmp_path / "project", "a.py")
        (root / "out").symlink_to(tmp_path / "outside")
        (root / "b.py").symlink_to(tmp_path / "outside" / "secret.py")

        result = found(root)

        assert result.files == ("a.py",)
        assert [notice.path for notice in result.notices] == ["b.py", "out"]
        assert all("leaves the project" in notice.message for notice in result.notices)

    def test_loops_are_refused_with_a_notice(self, tmp_path: Path) -> None:
        names(tmp_path, "a/b/c.py")
        (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
        (tmp_path / "self").symlink_to(tmp_path / "self")

        result = found(tmp_path)

        assert result.files == ("a/b/c.py",)
        assert {notice.path: notice.message for notice in result.notices} == {
            "a/b/up": "this link leads back to a folder that holds it: not followed",
            "self": "this link leads nowhere",
        }

    def test_one_to_another_place_in_the_project_leads_there_under_its_real_name(self, tmp_path: Path) -> None:
        names(tmp_path, "a/x.py", "b/y.py", "build/gen.py")
        (tmp_path / "a" / "gen").symlink_to(tmp_path / "build")
        (tmp_path / "a" / "b").symlink_to(tmp_path / "b")

        result = found(tmp_path)

        assert result.files == ("a/x.py", "b/y.py", "build/gen.py")
        assert result.notices == ()

    def test_a_project_that_is_named_by_a_link_is_read(self, tmp_path: Path) -> None:
        names(tmp_path / "real", "a.py")
        (tmp_path / "link").symlink_to(tmp_path / "real")

        assert found(tmp_path / "link").files == ("a.py",)


def test_a_folder_that_cannot_be_listed_is_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    names(tmp_path, "a.py", "closed/b.py")
    scandir = os.scandir

    def refusing(path: Path | str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    # The tests may run as root, whom no permission stops.
    monkeypatch.setattr(os, "scandir", refusing)
    result = found(tmp_path)

    assert result.files == ("a.py",)
    assert [notice.message for notice in result.notices] == ["this folder cannot be listed: Permission denied"]


def test_a_name_that_is_no_text_is_a_notice(tmp_path: Path) -> None:
    names(tmp_path, "a.py")
    try:
        (tmp_path / "caf\udce9.py").touch()
    except OSError:
        pytest.skip("this file system has text for names")

    result = found(tmp_path)

    assert result.files == ("a.py",)
    assert [notice.message for notice in result.notices] == ["the name of this file is no text: not read"]


class TestRoot:
    def test_settings_of_ours_win_over_a_nearer_project(self, tmp_path: Path) -> None:
        lay(tmp_path, {"pyproject.toml": "[tool.persistlint]\n", "service/pyproject.toml": "", "service/app/a.py": ""})

        assert find_root([tmp_path / "service" / "app"]) == tmp_path

    def test_else_the_nearest_project_is_the_root(self, tmp_path: Path) -> None:
        lay(tmp_path, {"pyproject.toml": "", "service/pyproject.toml": "", "service/app/a.py": ""})

        assert find_root([tmp_path / "service" / "app" / "a.py"]) == tmp_path / "service"

    def test_a_repositorys_border_is_not_crossed(self, tmp_path: Path) -> None:
        lay(tmp_path, {"persistlint.toml": "", "repository/.git/HEAD": "", "repository/app/a.py": ""})

        assert find_root([tmp_path / "repository" / "app"]) == tmp_path / "repository"

    def test_the_home_folder_is_no_project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lay(tmp_path, {".git/HEAD": "", "work/a.py": ""})
        monkeypatch.setenv("HOME", str(tmp_path))

        assert find_root([tmp_path / "work"]) == tmp_path / "work"

    def test_without_any_mark_it_is_the_folder_that_was_named(self, tmp_path: Path) -> None:
        names(tmp_path, "a/b/c.py", "a/d.py")

        assert find_root([tmp_path / "a" / "b", tmp_path / "a" / "d.py"]) == tmp_path / "a"
