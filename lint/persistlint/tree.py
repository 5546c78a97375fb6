"""Where the bytes of a project come from: the disk, an editor's unsaved file before it, or a git snapshot."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

MAX_BYTES = 2_000_000
"""Larger files are generated; reading one takes most of a minute and gigabytes of memory."""


class Tree(Protocol):
    """The files of a project at one moment. Paths are relative to its root, with forward slashes."""

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, at most one more than MAX_BYTES. Raises OSError."""
        ...

    def file(self, path: str) -> str | None:
        """The real path of a file of the project, symbolic links followed; None where there is no such file in it."""
        ...

    def exists(self, path: str) -> bool:
        """Whether the project has a file or folder of that path."""
        ...

    @property
    def added(self) -> frozenset[str]:
        """Files that are here whether or not the disk has them."""
        ...

    def prefetch(self, paths: Iterable[str]) -> None:
        """Be told which files will be read, where that saves time."""
        ...

    @property
    def paths(self) -> tuple[str, ...] | None:
        """All files of a snapshot; None for what is found by walking the disk."""
        ...


class Disk:
    """The work tree: the files as they are on disk now."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, path: str) -> bytes:
        with (self._root / path).open("rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise OSError("it is not a regular file")
            return stream.read(MAX_BYTES + 1)

    def file(self, path: str) -> str | None:
        real = self._real(path)
        if real is None or not real.is_file():
            return None
        relative = real.relative_to(self._root).as_posix()
        try:
            relative.encode()
        except UnicodeEncodeError:
            return None  # a name that is no text cannot be reported
        return relative

    def exists(self, path: str) -> bool:
        return self._real(path) is not None

    @property
    def added(self) -> frozenset[str]:
        return frozenset()

    def prefetch(self, paths: Iterable[str]) -> None:
        pass

    @property
    def paths(self) -> None:
        return None

    def _real(self, path: str) -> Path | None:
        try:
            real = (self._root / path).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return None
        return real if real.is_relative_to(self._root) else None


class Overlay:
    """Another tree in which some files have other bytes, or are new: what an editor has not saved yet."""

    def __init__(self, base: Tree, replaced: Mapping[str, bytes]) -> None:
        self._base = base
        self._replaced = replaced

    def read(self, path: str) -> bytes:
        return self._replaced[path] if path in self._replaced else self._base.read(path)

    def file(self, path: str) -> str | None:
        return path if path in self._replaced else self._base.file(path)

    def exists(self, path: str) -> bool:
        return path in self._replaced or self._base.exists(path)

    @property
    def added(self) -> frozenset[str]:
        return frozenset(self._replaced)

    def prefetch(self, paths: Iterable[str]) -> None:
        self._base.prefetch(paths)

    @property
    def paths(self) -> tuple[str, ...] | None:
        return self._base.paths
