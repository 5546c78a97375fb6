"""The documentation builds by one command, its links lead somewhere, and what it names is there."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from persistlint import registry
from persistlint.cli import app
from persistlint.settings import setting_names

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GUIDES = sorted(DOCS.glob("*.md"))
SEARCH = os.pathsep.join(str(ROOT / part) for part in ("lint", "rules"))
RULES = registry.assemble(registry.load_pack(registry.BUILT_IN))


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_command_builds_a_page_for_each_guide_and_each_rule(tmp_path: Path) -> None:
    command = [sys.executable, str(DOCS / "build.py"), str(tmp_path / "site")]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": SEARCH}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    written = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").glob("**/*.html")}
    assert {f"{guide.stem}.html" for guide in GUIDES} <= written
    assert {f"rules/{rule.name}.html" for rule in RULES} <= written
    assert "settings.html" in written
    settings = (tmp_path / "site" / "settings.html").read_text()
    assert all(f"<code>{name}</code>" in settings for name in setting_names())
    commands = (tmp_path / "site" / "commands.html").read_text()
    assert all(f"Usage: persistlint {name}" in commands for name in app.commands())


def test_a_link_that_leads_nowhere_is_found(build: ModuleType) -> None:
    pages = {
        "a": build.rendered("a", "# A\n\n[b](b.md) [c](#c) [d](a.md#here) [e](https://x.example)\n\n## Here\n", {})
    }

    assert list(build.broken_links(pages)) == ["a: b.html", "a: #c"]


def test_links_of_the_readme_and_of_contributing_lead_to_files() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for link in re.findall(r"\]\((?![a-z]+:|#)([^)#]+)", (ROOT / name).read_text()):
            assert (ROOT / link).exists(), (name, link)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_what_a_guide_names_is_there(guide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = guide.read_text()
    known: dict[str, str] = {}
    for command in app.commands():
        app.run([command, "--help"])
        known[command] = capsys.readouterr().out

    for command, options in re.findall(r"persistlint ([a-z]+)((?: [^`\n]*)?)", text):
        if command in known:
            for option in re.findall(r"--[a-z-]+", options):
                assert option in known[command], (command, option)
    for block in re.findall(r"`persistlint ([a-z]+)", text):
        assert block in known, block
    for family in " ".join(re.findall(r"<!-- rules: ([a-z ]+) -->", text)).split():
        assert family in {*RULES.families, "transactions", "engines"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_code_of_a_guide_can_be_read(guide: Path) -> None:
    for language, code in re.findall(r"^```(py|toml)\n(.*?)^```", guide.read_text(), re.MULTILINE | re.DOTALL):
        if language == "py":
            compile(textwrap.dedent(code), guide.name, "exec")
        else:
            tomllib.loads(code)


def test_the_example_of_a_rule_is_the_one_that_runs() -> None:
    text = (DOCS / "writing-a-rule.md").read_text()
    pack = ROOT / "tests" / "packs" / "acme" / "acme_rules" / "naming"
    page = re.search(r"^````md\n(.*?)^````", text, re.MULTILINE | re.DOTALL)

    assert page is not None
    assert page[1] == (pack / "upper_case_table.md").read_text()
    body = (pack / "upper_case_table.py").read_text().partition("@rule")[2]
    assert f"@rule{body}" in text


@pytest.mark.parametrize("command", ["", *app.commands()])
def test_help_reads_well_at_80_columns(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "persistlint", *command.split(), "--help"],
        env={**os.environ, "PYTHONPATH": SEARCH, "COLUMNS": "80", "TERMINAL_WIDTH": "80"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()

    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("Usage: persistlint")
    assert not any(line.rstrip().endswith("...") for line in lines if not line.startswith("Usage"))
    # Every option says what it does, in a sentence.
    options = re.split(r"\n  (?=-)", done.stdout.partition("Options:\n")[2].partition("\n\n")[0])
    for option in options:
        told = re.sub(r"\s+", " ", option)
        assert re.search(r" [A-Z].*[.]$", told.strip()), told
