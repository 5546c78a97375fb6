"""From the options to the project that is meant: its root, its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from persistlint import settings as configuration
from persistlint.discovery import find_root
from persistlint.engine import Request
from persistlint.settings import Settings
from persistlint.tree import Disk, Overlay, Tree


@dataclass(frozen=True, slots=True)
class Target:
    """What to read, and how: the options that every command over a project has. None is what the project says."""

    paths: tuple[Path, ...]
    config: Path | None = None
    dialect: str | None = None
    jobs: int = 0
    """0 is one for each processor."""
    use_cache: bool = True
    staged: bool = False
    """Whether to read what git will commit instead of what is on disk."""


def target(
    paths: Sequence[Path] | None,
    config: Path | None,
    dialect: str | None,
    jobs: int,
    *,
    no_cache: bool,
    staged: bool = False,
) -> Target:
    """The target as it was typed; without a path it is the current folder."""
    return Target(tuple(paths or [Path()]), config, dialect, jobs, not no_cache, staged)


def requested(target: Target, unsaved: tuple[Path, bytes] | None = None) -> Request:
    """What is to be read: from the disk, from the index, or with what an editor has not saved yet."""
    tree: Tree | None = None
    paths = target.paths
    if unsaved is not None:
        name, data = unsaved
        root = find_root([next(one for one in name.absolute().parents if one.is_dir())])
        tree, paths = (
            Overlay(Disk(root), {name.absolute().resolve().relative_to(root.resolve()).as_posix(): data}),
            (name,),
        )
    else:
        root = find_root(paths)
    if target.staged:
        from persistlint.vcs import Repository

        tree = Repository(root).index()
    settings = configuration.load(root, target.config, tree)
    if target.dialect is not None:
        settings = replace(settings, dialect=target.dialect)
    return Request(root, paths, settings, target.jobs, target.use_cache, tree=tree)


def locate(paths: Sequence[Path], config: Path | None, dialect: str | None = None) -> tuple[Path, Settings]:
    """The root of the project that the paths belong to, and the settings in force there."""
    root = find_root(paths)
    settings = configuration.load(root, config)
    return root, settings if dialect is None else replace(settings, dialect=dialect)
