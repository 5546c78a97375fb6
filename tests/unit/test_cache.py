from __future__ import annotations

from pathlib import Path

import pytest

from persistlint import cache as caching
from persistlint.cache import Cache, key, open_folder, program_salt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".persistlint_cache"


def test_what_is_put_is_there_in_the_next_run(folder: Path) -> None:
    first = Cache(folder, "facts")
    first.put(b"key", b"value")
    first.save()

    assert Cache(folder, "facts").get(b"key") == b"value"


def test_the_folder_tells_git_and_backups_to_leave_it_alone(folder: Path) -> None:
    cache = Cache(folder, "facts")
    cache.put(b"key", b"value")
    cache.save()

    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


@pytest.mark.parametrize("damage", ["empty", "cut", "altered", "foreign", "another version", "no map", "a folder"])
def test_a_damaged_file_is_an_empty_cache_and_is_replaced(folder: Path, damage: str) -> None:
    cache = Cache(folder, "facts")
    cache.put(b"key", b"value" * 100)
    cache.save()
    file = folder / "facts"
    data = file.read_bytes()
    if damage == "a folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(
            {
                "empty": b"",
                "cut": data[:-7],
                "altered": data[:-3] + b"XYZ",
                "foreign": b"\x80\x04\x95 a pickle",
                "another version": data.replace(b"cache 1", b"cache 0"),
                "no map": caching._pack([1, 2, 3]),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            }[damage]
        )

    again = Cache(folder, "facts")

    assert again.get(b"key") is None
    again.put(b"key", b"new")
    again.save()
    assert Cache(folder, "facts").get(b"key") == (None if damage == "a folder" else b"new")


def test_two_runs_at_once_keep_what_both_found(folder: Path) -> None:
    one, other = Cache(folder, "facts"), Cache(folder, "facts")
    one.put(b"one", b"1")
    other.put(b"other", b"2")
    one.save()
    other.save()

    cache = Cache(folder, "facts")
    assert (cache.get(b"one"), cache.get(b"other")) == (b"1", b"2")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    cache = Cache(blocked / "folder", "facts")
    cache.put(b"key", b"value")
    cache.save()

    assert cache.get(b"key") == b"value"


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cache = Cache(None, "facts")
    cache.put(b"key", b"value")
    cache.save()

    assert cache.get(b"key") == b"value"
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_finds_everything_does_not_write(folder: Path) -> None:
    cache = Cache(folder, "facts")
    cache.put(b"key", b"value")
    cache.save()
    before = (folder / "facts").stat().st_mtime_ns

    again = Cache(folder, "facts")
    again.get(b"key")
    again.save()

    assert (folder / "facts").stat().st_mtime_ns == before


def test_old_entries_go_when_they_outweigh_what_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_KEEP_AT_LEAST", 250)
    for second in range(5):
        monkeypatch.setattr("time.time", lambda now=second: 1_000_000 + now)
        cache = Cache(folder, "facts")
        cache.put(b"key %d" % second, b"x" * 100)
        cache.save()

    cache = Cache(folder, "facts")

    assert [cache.get(b"key %d" % second) is not None for second in range(5)] == [False, False, True, True, True]


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".persistlint_cache").symlink_to(tmp_path / "elsewhere")

    assert open_folder(tmp_path) is None


def test_keys_tell_parts_apart() -> None:
    keys = {key(b"salt", b"ab", b"c"), key(b"salt", b"a", b"bc"), key(b"salt", b"abc"), key(b"other", b"abc")}

    assert len(keys) == 4


def test_the_salt_changes_with_the_program(tmp_path: Path) -> None:
    source = tmp_path / "extract.py"
    source.write_text("old")
    old = program_salt([source], ["libcst"])
    source.write_text("new")

    assert program_salt([source], ["libcst"]) != old
    assert program_salt([source], ["libcst", "sqlglot", "msgspec"]) != program_salt([source], ["libcst"])
