"""What may be typed: every command with its options, and usage errors in one line.

argparse, not typer: typer brings pydantic into the environment of the linted project, where its version may matter,
and takes longer to import than a cached run takes to read a thousand files.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from persistlint import __version__
from persistlint.errors import UserError, did_you_mean
from persistlint.settings import DIALECTS

COMMANDS = ("check", "acceptance", "schema", "upgrades", "facts", "rules", "explain", "config")


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, instead of printing the usage and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UserError(message)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options. Raises UserError for what cannot be meant; `--help` prints and exits."""
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    if first is not None and first not in COMMANDS:
        raise UserError(f"there is no command `{first}`{did_you_mean(first, COMMANDS)}")
    return _parser().parse_args(arguments)


def help_text() -> str:
    """What `persistlint --help` shows."""
    return _parser().format_help()


def _parser() -> argparse.ArgumentParser:
    root = _Parser(
        prog="persistlint",
        description="Find the places where persistence code disagrees with itself.",
        allow_abbrev=False,
    )
    root.add_argument("-V", "--version", action="version", version=f"persistlint {__version__}")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)

    _check(command("check", "Check a project; exit 1 when there are findings."))
    acceptance = command("acceptance", "Decide the acceptance checks of the contract documents; exit 1 when one fails.")
    _format(acceptance, ("text", "json", "markdown"))
    _project(acceptance)
    _reading(acceptance)
    schema = command("schema", "Show the tables that the code defines: what a fresh install has.")
    _format(schema, ("sql", "json"))
    _project(schema)
    _reading(schema)
    _upgrades(command("upgrades", "Carry out the upgrades on SQLite, and show what a fresh install has and they do not."))
    facts = command("facts", "Show what is read out of one file, as JSON.")
    facts.add_argument("file", type=Path, metavar="FILE", help="a Python or SQL file")
    _dialect(facts)
    _format(command("rules", "List all rules."), ("text", "json", "markdown"))
    explain = command("explain", "Show what a rule reports, why, and what to do instead.")
    explain.add_argument("rule", metavar="RULE", help="the rule's name")
    _project(command("config", "Show the root and the settings that a check would use, as TOML."))
    return root


def _check(check: argparse.ArgumentParser) -> None:
    _format(check, ("text", "concise", "json"))
    check.add_argument(
        "--select",
        action="extend",
        type=_names,
        metavar="NAMES",
        help="run only these rules or families, separated by commas, or `all`",
    )
    check.add_argument(
        "--ignore",
        action="extend",
        type=_names,
        default=[],
        metavar="NAMES",
        help="leave out these rules or families as well",
    )
    check.add_argument(
        "--fail-on-unknown", action="store_true", help="list what cannot be known statically, and exit 1 for it"
    )
    check.add_argument("--exit-zero", action="store_true", help="exit 0 even when there are findings")
    _project(check)
    _reading(check)


def _upgrades(upgrades: argparse.ArgumentParser) -> None:
    _format(upgrades, ("text", "json"))
    upgrades.add_argument(
        "--baseline",
        metavar="FILE.sql|empty",
        help="begin with this schema; else with those of the contract, and with the one that the upgrades show",
    )
    _project(upgrades)
    _reading(upgrades)


def _project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path()],
        metavar="PATHS",
        help="files and folders of the project; the current folder by default",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="read settings from this file only")


def _reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-j", "--jobs", type=_count, default=0, metavar="N", help="worker processes; 0, the default, is one a processor"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither read nor write `.persistlint_cache`")
    _dialect(parser)


def _dialect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dialect", type=_one_of("dialect", DIALECTS), metavar="NAME", help="the SQL dialect; sqlite by default"
    )


def _format(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument(
        "-f",
        "--format",
        type=_one_of("format", formats),
        default=formats[0],
        metavar="FORMAT",
        help=f"how to write it: {', '.join(formats)}; {formats[0]} by default",
    )


def _one_of(what: str, known: Sequence[str]) -> Callable[[str], str]:
    def convert(value: str) -> str:
        if value not in known:
            hint = did_you_mean(value, known) or (f"; there are {', '.join(known)}" if len(known) < 5 else "")
            raise argparse.ArgumentTypeError(f"there is no {what} `{value}`{hint}")
        return value

    return convert


def _names(value: str) -> list[str]:
    return value.replace(",", " ").split()


def _count(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"`{value}` is no number of processes")
    return int(value)
