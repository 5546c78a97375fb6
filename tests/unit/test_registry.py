from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from persistlint import registry
from persistlint.errors import RulePackError, SettingsError, UserError
from persistlint.registry import RuleSet
from persistlint.rule import Severity
from persistlint.settings import Settings

RULE = '''
from collections.abc import Iterator
from persistlint.sdk import Finding, Project, Severity, rule

@rule(severity=Severity.{severity}, since="0.1"{more})
def check(project: Project) -> Iterator[Finding]:
    """{summary}"""
    yield from ()
'''


def source(severity: str = "ERROR", summary: str = "Says what is.", more: str = "") -> str:
    return RULE.format(severity=severity, summary=summary, more=more)


_NUMBERS = itertools.count()


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packs:
    return Packs(tmp_path, monkeypatch)


class Packs:
    """Writes packs that can be imported, each under a name of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        monkeypatch.setattr(sys, "path", [str(folder), *sys.path])

    def __call__(self, files: Mapping[str, str]) -> RuleSet:
        name = f"pack_{next(_NUMBERS)}"
        defaults = {"__init__.py": ""} | {f"{Path(file).parent}/__init__.py": "" for file in files if "/" in file}
        for file, text in (defaults | dict(files)).items():
            path = self._folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        try:
            return registry.assemble(registry.load_pack(name))
        finally:
            for module in [module for module in sys.modules if module.split(".")[0] == name]:
                del sys.modules[module]


def test_name_family_and_page_come_from_where_a_rule_stands(pack: Packs) -> None:
    rules = pack(
        {
            "raw_queries/unknown_table.py": source(summary="A table.\n\n    More."),
            "raw_queries/unknown_table.md": "",
        }
    )

    rule = rules.get("unknown-table")

    assert (rule.family, rule.severity, rule.summary) == ("raw-queries", Severity.ERROR, "A table.")
    assert rule.page.name == "unknown_table.md"


def test_what_begins_with_an_underscore_is_no_rule(pack: Packs) -> None:
    rules = pack(
        {
            "_shared/names.py": "",
            "queries/_helper.py": "",
            "queries/a_rule.py": source(),
            "queries/a_rule.md": "",
        }
    )

    assert [rule.name for rule in rules if rule.family == "queries"] == ["a-rule"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"queries/a.py": "", "queries/a.md": ""}, "holds exactly one rule, this one holds 0"),
        ({"queries/a.py": source() + source().replace("def check", "def x"), "queries/a.md": ""}, "this one holds 2"),
        ({"queries/a.py": source()}, "this rule has no page `a.md` beside it"),
        ({"queries/a.py": source(summary=""), "queries/a.md": ""}, "no docstring"),
        ({"a.py": source(), "a.md": ""}, "is out of place"),
        ({"queries/deeper/a.py": source(), "queries/deeper/a.md": "", "queries/__init__.py": ""}, "is out of place"),
        ({"queries/lost.md": "", "queries/__init__.py": ""}, "this belongs to no rule"),
        (
            {"x/a.py": source(), "x/a.md": "", "y/a.py": source(), "y/a.md": ""},
            "two rules are called `a`",
        ),
        ({"x/y.py": source(), "x/y.md": "", "y/z.py": source(), "y/z.md": ""}, "called like a family"),
        ({"x/invalid_syntax.py": source(), "x/invalid_syntax.md": ""}, "two rules are called `invalid-syntax`"),
    ],
)
def test_a_pack_that_is_not_whole_is_an_error(pack: Packs, files: Mapping[str, str], message: str) -> None:
    with pytest.raises(RulePackError) as caught:
        pack(files)

    assert message in str(caught.value)


def test_a_family_without_init_is_an_error(pack: Packs, tmp_path: Path) -> None:
    folder = tmp_path / "half_a_pack" / "queries"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "a.py").write_text(source())

    with pytest.raises(RulePackError, match="a family is a folder with"):
        registry.load_pack("half_a_pack")


def test_a_missing_pack_and_a_pack_that_misses_something_are_told_apart(pack: Packs) -> None:
    with pytest.raises(RulePackError, match="`no_such_pack` is not installed"):
        registry.load_pack("no_such_pack")
    with pytest.raises(RulePackError, match="needs `no_such_library`"):
        pack({"__init__.py": "import no_such_library"})


class TestSelection:
    @pytest.fixture
    def rules(self, pack: Packs) -> RuleSet:
        return pack(
            {
                "x/bad.py": source(),
                "x/bad.md": "",
                "x/odd.py": source("WARNING"),
                "x/odd.md": "",
                "x/hint.py": source("ADVICE"),
                "x/hint.md": "",
                "y/risky.py": source(more=", default=False"),
                "y/risky.md": "",
                "y/sure.py": source(),
                "y/sure.md": "",
            }
        )

    @pytest.mark.parametrize(
        ("settings", "names"),
        [
            (Settings(), {"bad", "odd", "sure"}),
            (Settings(select=("x",)), {"bad", "odd"}),
            (Settings(select=("x", "hint")), {"bad", "odd", "hint"}),
            (Settings(select=("risky",)), {"risky"}),
            (Settings(select=("all",)), {"bad", "odd", "hint", "risky", "sure"}),
            (Settings(select=("all",), ignore=("x",)), {"risky", "sure"}),
            (Settings(ignore=("bad", "y")), {"odd"}),
            (Settings(select=()), set[str]()),
        ],
    )
    def test_select_without_ignore(self, rules: RuleSet, settings: Settings, names: set[str]) -> None:
        selected = {rule.name for rule in rules.selected(settings)}

        assert selected == names | {rule.name for rule in registry.assemble(())}

    def test_what_the_engine_finds_can_only_be_ignored(self, rules: RuleSet) -> None:
        selected = rules.selected(Settings(select=("x",), ignore=("files", "ignores")))

        assert {rule.family for rule in selected} == {"x"}

    def test_an_unknown_name_is_an_error_at_its_place(self, rules: RuleSet, tmp_path: Path) -> None:
        settings = Settings(select=("bat",), origin=tmp_path / "persistlint.toml", lines={"select": 4})

        with pytest.raises(SettingsError) as caught:
            rules.selected(settings)

        assert str(caught.value) == (
            f"{tmp_path}/persistlint.toml:4: `select` names no rule or family: `bat`; did you mean `bad`?"
        )

    def test_a_rule_is_got_by_name(self, rules: RuleSet) -> None:
        assert rules.get("odd").severity is Severity.WARNING
        with pytest.raises(UserError, match="no rule is called `od`; did you mean `odd`"):
            rules.get("od")


def test_the_built_in_pack_is_whole() -> None:
    assert registry.load().families
