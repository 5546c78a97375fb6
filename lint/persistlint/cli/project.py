"""From the options to the project that is meant: its root, its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from persistlint import settings as configuration
from persistlint.discovery import find_root
from persistlint.settings import Settings


def locate(paths: Sequence[Path], config: Path | None, dialect: str | None = None) -> tuple[Path, Settings]:
    """The root of the project that the paths belong to, and the settings in force there."""
    root = find_root(paths)
    settings = configuration.load(root, config)
    return root, settings if dialect is None else replace(settings, dialect=dialect)
