"""From the options to the project that is meant: its root, its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from persistlint import settings as configuration
from persistlint.discovery import find_root
from persistlint.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """What to read, and how: the options that every command over a project has. None is what the project says."""

    paths: tuple[Path, ...]
    config: Path | None = None
    dialect: str | None = None
    jobs: int = 0
    """0 is one for each processor."""
    use_cache: bool = True


def target(
    paths: Sequence[Path] | None, config: Path | None, dialect: str | None, jobs: int, *, no_cache: bool
) -> Target:
    """The target as it was typed; without a path it is the current folder."""
    return Target(tuple(paths or [Path()]), config, dialect, jobs, not no_cache)


def locate(paths: Sequence[Path], config: Path | None, dialect: str | None = None) -> tuple[Path, Settings]:
    """The root of the project that the paths belong to, and the settings in force there."""
    root = find_root(paths)
    settings = configuration.load(root, config)
    return root, settings if dialect is None else replace(settings, dialect=dialect)
