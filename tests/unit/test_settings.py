from __future__ import annotations

from pathlib import Path

import pytest

from persistlint.errors import SettingsError
from persistlint.settings import DIALECTS, Settings, load


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()


def test_every_key_is_read_from_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        """
        [project]
        name = "x"
        [tool.persistlint]
        select = ["queries", "missing-table"]
        ignore = ["unknown-column"]
        exclude = ["old/"]
        dialect = "postgres"
        [tool.persistlint.per-file-ignores]
        "tests/**" = ["queries"]
        """
    )

    assert load(tmp_path) == Settings(
        select=("queries", "missing-table"),
        ignore=("unknown-column",),
        exclude=("old/",),
        per_file_ignores=(("tests/**", ("queries",)),),
        dialect="postgres",
        origin=tmp_path / "pyproject.toml",
    )


def test_persistlint_toml_has_its_keys_at_the_top(tmp_path: Path) -> None:
    (tmp_path / "persistlint.toml").write_text('select = ["all"]\n')
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "persistlint-user"\n')

    assert load(tmp_path).select == ("all",)


def test_both_files_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "persistlint.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.persistlint]\n")

    with pytest.raises(SettingsError, match="keep one of the two"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\n\nselct = []\n", 3, "unknown setting `selct`; did you mean `select`?"),
        ("zzz = 1\n", 1, "unknown setting `zzz`"),
        ("\nselect = 'all'\n", 2, "`select` must be a list of strings, not a string"),
        ("ignore = [1]\n", 1, "`ignore` must be a list of strings, and holds a number"),
        ("dialect = true\n", 1, "`dialect` must be a string, not true or false"),
        ("# x\ndialect = 'sqlight'\n", 2, "`dialect` names no known dialect: `sqlight`; did you mean `sqlite`?"),
        ("per-file-ignores = []\n", 1, "`per-file-ignores` must be a table from patterns to lists of rules, not"),
        ("[per-file-ignores]\n'*' = 1\n", 1, "`per-file-ignores` must be a list of strings, not a number"),
        ("dialect = 2026-01-01\n", 1, "`dialect` must be a string, not a date or time"),
        ("select = [\n", 1, "not valid TOML: "),
        ("a = 1\na = 2\n", 2, "not valid TOML: Cannot overwrite a value"),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, message: str, nested: bool) -> None:
    file = tmp_path / ("pyproject.toml" if nested else "persistlint.toml")
    if nested:
        text = "[project]\nselct = 1\n[tool.persistlint]\n" + text.replace("[per-file", "[tool.persistlint.per-file")
    file.write_text(text)

    with pytest.raises(SettingsError) as caught:
        load(tmp_path)

    assert caught.value.message.startswith(message)
    assert caught.value.path == str(file)
    if "select = [\n" not in text:
        assert caught.value.line == line + (3 if nested else 0)


def test_a_table_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\npersistlint = 3\n")

    with pytest.raises(SettingsError, match="must be a table"):
        load(tmp_path)


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "persistlint.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path)


def test_another_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "persistlint.toml").write_text("broken")
    other = tmp_path / "ci.toml"
    other.write_text('ignore = ["queries"]')

    assert load(tmp_path, other).ignore == ("queries",)
    with pytest.raises(SettingsError, match="does not exist"):
        load(tmp_path, tmp_path / "gone.toml")


def test_sqlglot_knows_every_dialect() -> None:
    from sqlglot.dialects.dialect import Dialect

    assert all(Dialect.get(name) is not None for name in DIALECTS)
