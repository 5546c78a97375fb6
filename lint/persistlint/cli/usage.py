"""Usage errors in the words of the program."""

from __future__ import annotations

import re
from typing import Any

import typer

from persistlint.errors import did_you_mean

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises for what cannot be meant: click's class in older versions, in newer ones that of a copy of it."""


def said(error: Any) -> str:
    """What is wrong, in one line and with names in backticks."""
    if hasattr(error, "possibilities"):
        known = [spelled for parameter in error.ctx.command.get_params(error.ctx) for spelled in parameter.opts]
        return f"there is no option `{error.option_name}`{did_you_mean(error.option_name, known)}"
    message: str = error.format_message().rstrip(".")
    return re.sub(r"'([^']*)'", r"`\1`", message[:1].lower() + message[1:])
