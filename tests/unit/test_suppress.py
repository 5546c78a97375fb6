from __future__ import annotations

from pathlib import Path

import pytest

from persistlint import registry
from persistlint.errors import SettingsError
from persistlint.settings import Settings
from persistlint.suppress import ignored_in

RULES = registry.assemble(())


def test_rules_and_families_are_ignored_by_pattern() -> None:
    table = (("tests/**", ("files",)), ("*_old.py", ("invalid-syntax",)))
    ignored = ignored_in(Settings(per_file_ignores=table), RULES)

    assert ignored("invalid-syntax", "tests/a/b.py")
    assert ignored("unreadable-file", "tests/a/b.py")
    assert ignored("invalid-syntax", "app/db_old.py")
    assert not ignored("unreadable-file", "app/db_old.py")
    assert not ignored("invalid-syntax", "app/db.py")


@pytest.mark.parametrize(("pattern", "name"), [("*", "invalid-sintax"), ("!", "files")])
def test_what_cannot_be_meant_is_an_error_with_its_place(pattern: str, name: str) -> None:
    settings = Settings(
        per_file_ignores=((pattern, (name,)),), origin=Path("persistlint.toml"), lines={"per-file-ignores": 3}
    )

    with pytest.raises(SettingsError) as caught:
        ignored_in(settings, RULES)

    assert (caught.value.path, caught.value.line) == ("persistlint.toml", 3)
