"""What the README shows is what the program does."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from persistlint import registry
from persistlint.cli import app
from persistlint.cli.rules import markdown
from persistlint.engine import Request, run
from persistlint.reporters import Format, render
from persistlint.settings import described, load, setting_names

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))
RULES = registry.assemble(registry.load_pack(registry.BUILT_IN))


def generated(marker: str, text: str) -> bool:
    """Whether the README has this text between the markers; with UPDATE_SNAPSHOTS=1 it gets it."""
    path = ROOT / "README.md"
    readme = path.read_text()
    wanted = re.sub(
        rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", lambda m: f"{m[1]}{text}{m[2]}", readme, flags=re.DOTALL
    )
    if UPDATE:
        path.write_text(wanted)
    return UPDATE or readme == wanted


def set_up_commands() -> list[str]:
    section = README.partition("## Set up")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)\n```", section, re.DOTALL)


def test_the_table_of_rules_is_fresh() -> None:
    assert generated("rules", markdown(RULES)), "run this test with UPDATE_SNAPSHOTS=1"


def settings_table() -> str:
    rows = [f"| `{one.name}` | {one.told} | {one.default} |" for one in described()]
    return "\n".join(["| key | value | default |", "|---|---|---|", *rows]) + "\n"


def test_the_table_of_settings_is_fresh() -> None:
    assert generated("settings", settings_table()), "run this test with UPDATE_SNAPSHOTS=1"


def test_the_finding_on_the_first_screen_is_a_real_one() -> None:
    folder = ROOT / "examples" / "legacy_board"
    report = run(Request(ROOT, [folder], load(ROOT), jobs=1, use_cache=False), RULES)
    finding = next(item for item in report.diagnostics if item.rule == "unknown-column")
    shown, _, _ = render(replace(report, diagnostics=(finding,)), Format.TEXT).rpartition("\n\n")

    assert generated("finding", f"```text\n{shown}\n```\n"), "run this test with UPDATE_SNAPSHOTS=1"


def test_there_are_two_set_up_commands_of_one_line_each() -> None:
    commands = set_up_commands()

    assert len(commands) == 2
    assert all("\n" not in command for command in commands)


def test_ci_runs_the_test_command_as_it_stands() -> None:
    assert set_up_commands()[1] in (ROOT / ".ci" / "run").read_text().splitlines()


def test_every_command_option_and_setting_is_known_to_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    for command in app.commands():
        app.run([command, "--help"])
    known = capsys.readouterr().out

    assert set(re.findall(r"\| `persistlint (\w+)", README)) == set(app.commands())
    assert set(re.findall(r"(--[a-z][a-z-]+)", README.partition("## Commands")[2])) <= set(
        re.findall(r"(--[a-z-]+)", known)
    )
    assert set(re.findall(r"^\| `([a-z-]+)` \|", README.partition("## Settings")[2], re.MULTILINE)) == set(
        setting_names()
    )
