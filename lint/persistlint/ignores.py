"""What is left out of a scan: .gitignore files, folders that never hold a project's own code, `exclude` settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from persistlint.tree import Tree

SKIPPED = frozenset(
    {
        ".bzr", ".direnv", ".eggs", ".git", ".hg", ".hypothesis", ".idea", ".import_linter_cache", ".ipynb_checkpoints",
        ".mypy_cache", ".nox", ".persistlint_cache", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv",
        ".vscode", "__pycache__", "__pypackages__", "_build", "build", "dist", "node_modules", "site-packages", "venv",
    }
)  # fmt: skip
"""Names of folders that hold no code of the project; `exclude = ["!build/"]` takes one back in."""


class Ignores:
    """Decides for each path that a walk comes across, given the .gitignore files on the way to it.

    Paths are relative to the root, with forward slashes.
    """

    def __init__(self, root: Path, exclude: Sequence[str], tree: Tree | None = None) -> None:
        """`tree` is where `read_below` finds the .gitignore files of a snapshot."""
        self._root = root
        self._tree = tree
        self._asked: set[str] = set()
        self._exclude = _spec(exclude) if exclude else None
        self._specs: dict[str, GitIgnoreSpec] = {}
        self._above: list[tuple[str, GitIgnoreSpec]] = []
        """Specs of the folders above the root, each with the root's path from there."""
        self._off: tuple[str, ...] = ()
        """Folders that were asked for by name although a .gitignore above them ignores them."""
        self._read_above()

    def enter(self, folder: Path) -> None:
        """Begin a walk at `folder`: read what lies on the way to it."""
        parts = folder.relative_to(self._root).parts
        for depth in range(len(parts)):
            parent = self._root.joinpath(*parts[:depth])
            self.read(parent, "".join(f"{part}/" for part in parts[:depth]), {".gitignore"})
        path = "/".join(parts)
        if any(self._gitignored("/".join(parts[: depth + 1]) + "/") for depth in range(len(parts))):
            self._off = (*self._off, f"{path}/")

    def read(self, folder: Path, prefix: str, names: set[str]) -> None:
        """Take notice of a folder's .gitignore; `prefix` is the folder's path with a slash behind it, or nothing."""
        if ".gitignore" in names and prefix not in self._specs:
            lines = _lines(folder / ".gitignore")
            if lines:
                self._specs[prefix] = _spec(lines)

    def read_below(self, folder: str) -> None:
        """Take notice of the .gitignore of a snapshot's folder, the first time that it is asked for."""
        if folder in self._asked or self._tree is None:
            return
        self._asked.add(folder)
        prefix = f"{folder}/" if folder else ""
        path = self._tree.file(f"{prefix}.gitignore")
        lines = _split(self._tree.read(path)) if path is not None else []
        if lines:
            self._specs[prefix] = _spec(lines)

    def folder(self, path: str, name: str) -> bool:
        """Whether a folder is left out, with everything in it."""
        excluded = self._excluded(f"{path}/")
        if excluded is not None:
            return excluded
        return name in SKIPPED or self._gitignored(f"{path}/")

    def file(self, path: str) -> bool:
        """Whether a file is left out."""
        excluded = self._excluded(path)
        return self._gitignored(path) if excluded is None else excluded

    def _excluded(self, path: str) -> bool | None:
        return self._exclude.check_file(path).include if self._exclude is not None else None

    def _gitignored(self, path: str) -> bool:
        floor = max((len(off) for off in self._off if path.startswith(off)), default=0)
        # The nearest .gitignore that says anything about the path decides, as in git.
        end = len(path.rstrip("/"))
        while (end := path.rfind("/", 0, end)) != -1:
            if end + 1 < floor:
                return False
            decided = self._decide(path[: end + 1], path)
            if decided is not None:
                return decided
        if floor:
            return False
        decided = self._decide("", path)
        if decided is not None:
            return decided
        for way, spec in self._above:
            include = spec.check_file(way + path).include
            if include is not None:
                return include
        return False

    def _decide(self, prefix: str, path: str) -> bool | None:
        spec = self._specs.get(prefix)
        return spec.check_file(path[len(prefix) :]).include if spec is not None else None

    def _read_above(self) -> None:
        """A root inside a repository is subject to the .gitignore files above it, up to the repository's top."""
        folders = [self._root, *self._root.parents]
        top = next((depth for depth, folder in enumerate(folders) if (folder / ".git").exists()), None)
        if top is None:
            return
        for depth in range(1, top + 1):
            way = "".join(f"{part}/" for part in self._root.parts[-depth:])
            lines = _lines(folders[depth] / ".gitignore")
            if lines:
                self._above.append((way, _spec(lines)))
        exclude = _lines(folders[top] / ".git" / "info" / "exclude")
        if exclude:
            way = "".join(f"{part}/" for part in self._root.parts[-top:]) if top else ""
            self._above.append((way, _spec(exclude)))
        if any(spec.check_file(way).include for way, spec in self._above if way):
            self._above = []


def _lines(path: Path) -> list[str]:
    try:
        return _split(path.read_bytes())
    except OSError:
        return []


def _split(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    lines = text.removeprefix("\ufeff").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # One broken line must not switch off the others; git skips it as well.
        return GitIgnoreSpec.from_lines([line for line in lines if _valid(line)])


def _valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
