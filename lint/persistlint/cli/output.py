"""The two streams. Text that the terminal's encoding lacks is spelled out, never an error."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from persistlint.crash import Crash
from persistlint.errors import UserError
from persistlint.report import Notice


def prepare() -> None:
    """Make both streams take any text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write(text: str) -> None:
    """The result of a command, to stdout."""
    sys.stdout.write(text)


def save(text: str, file: Path) -> None:
    """The result of a command, to a file. Raises UserError where it cannot be written."""
    try:
        file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UserError(f"`{file}` cannot be written: {error.strerror or error}") from None


def complain(message: str) -> None:
    """One line for the user, to stderr."""
    sys.stderr.write(f"persistlint: {' '.join(message.split())}\n")


def tell(notices: Iterable[Notice], crashes: Iterable[Crash]) -> None:
    """What stands beside the result: paths that were not followed, and defects of ours with their tracebacks."""
    for notice in notices:
        complain(f"{notice.path}: {notice.message}")
    for crash in crashes:
        complain(f"{crash.part} failed, a defect of persistlint's: {crash.error}")
        sys.stderr.write(crash.trace)


def wants_color() -> bool:
    """Whether stdout is a terminal that shows colours. See no-color.org and force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
