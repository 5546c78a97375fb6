"""A progress line on a terminal when parsing takes long; nothing at all in a pipe."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
"""Seconds before a line is worth the flicker."""


class ProgressLine:
    """Told how many of how many files are parsed; draws on stderr from the second second on."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._stack = ExitStack()
        self._line: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def __call__(self, done: int, total: int) -> None:
        if not self._terminal or time.monotonic() - self._started < _PATIENCE:
            return
        if self._line is None:
            self._line = self._draw(total)
        progress, task = self._line
        progress.update(task, completed=done)

    def _draw(self, total: int) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import Progress

        progress = self._stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        return progress, progress.add_task("reading", total=total)
