"""What goes wrong in our code: caught here, once, named, and reported beside everything that still works."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Crash:
    """An exception in `part`: a rule's name, or the phase and file that was being worked on."""

    part: str
    error: str
    trace: str


Result = TypeVar("Result")


def guarded(part: str, work: Callable[[], Result]) -> Result | Crash:
    """The result of `work`, or what it raised, as a value. The only broad `except` of the program."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - one defect must not silence every other rule
        return Crash(part, f"{type(error).__name__}: {error}", traceback.format_exc())
