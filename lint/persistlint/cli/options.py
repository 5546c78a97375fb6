"""The arguments and options of the commands, with their checks: what may be typed.

The checks are parsers that raise UserError: typer's own errors would not say what is near, and its types refuse, or
ask the file system about, what a command has words for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from persistlint.errors import UserError, did_you_mean
from persistlint.settings import DIALECTS


def option(*spelled: str, metavar: str, told: str, parser: Callable[[str], object] = str) -> Any:
    """An option with a value."""
    return typer.Option(*spelled, parser=parser, metavar=metavar, show_default=False, help=told)


def flag(spelled: str, told: str) -> Any:
    """An option without a value."""
    return typer.Option(spelled, show_default=False, help=told)


def argument(metavar: str, parser: Callable[[str], object] = str) -> Any:
    """What stands without a dash. The command's docstring tells of it, in a sentence."""
    return typer.Argument(parser=parser, metavar=metavar, show_default=False, hidden=True)


def formats(*known: str) -> Any:
    """`--format` of a command that writes these, the first by default."""
    told = f"How to write it: {', '.join(known)}; {known[0]} by default."
    return option("--format", "-f", metavar="FORMAT", told=told, parser=_one_of("format", known))


def names(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """The names in the values of an option, which are separated by commas; None when it was not given."""
    return tuple(name for one in given for name in one.replace(",", " ").split()) if given else None


def _one_of(what: str, known: Sequence[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in known:
            hint = did_you_mean(text, known) or (f"; there are {', '.join(known)}" if len(known) < 5 else "")
            raise UserError(f"there is no {what} `{text}`{hint}")
        return text

    return parse


def _count(text: str | int) -> int:
    # The default comes by here as well, a number already.
    if not str(text).isdecimal():
        raise UserError(f"`{text}` is no number of processes")
    return int(text)


Paths = Annotated[list[Path] | None, argument("PATHS", Path)]
Config = Annotated[
    Path | None, option("--config", metavar="FILE", told="Read settings from this file only.", parser=Path)
]
Jobs = Annotated[
    int,
    option("--jobs", "-j", metavar="N", told="Worker processes; 0, the default, is one a processor.", parser=_count),
]
NoCache = Annotated[bool, flag("--no-cache", "Neither read nor write `.persistlint_cache`.")]
Staged = Annotated[bool, flag("--staged", "Read what git will commit, not what is on disk.")]
Dialect = Annotated[
    str | None,
    option(
        "--dialect", metavar="NAME", told="The SQL dialect; sqlite by default.", parser=_one_of("dialect", DIALECTS)
    ),
]
UpgradeFrom = Annotated[
    list[str] | None,
    option(
        "--upgrade-from",
        metavar="REF",
        told="Upgrade the databases of this revision, or of all tags of a pattern such as 'v*'; repeatable.",
    ),
]
