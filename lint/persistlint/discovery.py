"""Which files belong to a run: found in a stable order, ignored files left out, nothing outside the project."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from persistlint.errors import UserError
from persistlint.ignores import Ignores
from persistlint.report import Notice
from persistlint.tree import Tree

SUFFIXES = (".py", ".sql")


@dataclass(frozen=True, slots=True)
class Discovered:
    """The files of a run, as sorted paths relative to `root` with forward slashes.

    `explicit` files were named one by one, and are read whatever their suffix and whatever ignores them.
    `reported` are the files that findings are wanted for: all of them, unless only single files were named; the
    rest of their project is then read as well, because a table and the SQL that names it are rarely in one file.
    """

    root: Path
    files: tuple[str, ...]
    explicit: frozenset[str]
    reported: frozenset[str]
    notices: tuple[Notice, ...] = ()


def discover(
    root: Path,
    paths: Sequence[Path],
    exclude: Sequence[str] = (),
    documents: Collection[str] = (),
    tree: Tree | None = None,
) -> Discovered:
    """The files under `paths`, which lie in `root`. A path that does not exist is a UserError.

    In a `tree` that is a snapshot nothing is looked for on disk.

    Contract `documents`, given relative to `root`, are no files to read code from. Where there are any, the rest of
    the project is read as well, because they speak of all of it, and findings are wanted for them too.
    """
    root = root.resolve()
    if tree is not None and tree.paths is not None:
        return _in_snapshot(root, paths, Ignores(root, exclude, tree), documents, tree.paths)
    walk = _Walk(root, Ignores(root, exclude))
    explicit: set[str] = set()
    folders = False
    added = tree.added if tree is not None else frozenset[str]()
    for path in paths:
        relative = _relative(root, path)
        if relative in added:
            explicit.add(relative)
            continue
        real = _existing(path)
        if not _is_text(str(real)):
            raise UserError(f"`{path}` has a name that is no text")
        if real.is_dir():
            folders = True
            walk.folder(real)
        elif real.is_file():
            explicit.add(real.relative_to(root).as_posix())
        else:
            raise UserError(f"`{path}` is neither a file nor a folder")
    if folders:
        walk.follow_links()
    wanted = explicit | (walk.files.union(documents) if folders else set[str]())
    if documents or not folders:
        walk.folder(root)
        walk.follow_links()
    files = (walk.files | explicit).difference(documents)
    return Discovered(
        root,
        tuple(sorted(files)),
        frozenset(explicit),
        frozenset(wanted),
        tuple(sorted(walk.notices, key=lambda notice: notice.path)),
    )


def _in_snapshot(
    root: Path, paths: Sequence[Path], ignores: Ignores, documents: Collection[str], files: Sequence[str]
) -> Discovered:
    """The same without a disk. A path that the snapshot lacks, a deleted file or one not yet added, holds nothing."""
    inside = [way for path in paths if (way := _relative(root, path)) is not None]
    known = frozenset(files)
    explicit = known.intersection(inside)
    folders = [path for path in inside if path not in known]
    kept = [path for path in files if path.endswith(SUFFIXES) and _is_text(path) and not _left_out(path, ignores)]
    below = {path for path in kept if any(one == "." or path.startswith(f"{one}/") for one in folders)}
    wanted = explicit | below | (set(documents) if folders else set[str]())
    everything = {*kept, *explicit} if documents or not folders else wanted
    return Discovered(root, tuple(sorted(everything.difference(documents))), explicit, frozenset(wanted))


def _relative(root: Path, path: Path) -> str | None:
    """The path relative to the root, whether or not there is such a file; None outside of it."""
    name = Path(os.path.abspath(path))  # noqa: PTH100 - a link in the last part stays
    real = name.parent.resolve() / name.name
    return next((one.relative_to(root).as_posix() for one in (name, real) if one.is_relative_to(root)), None)


def _left_out(path: str, ignores: Ignores) -> bool:
    folders = [path[:end] for end, mark in enumerate(path) if mark == "/"]
    for folder in ("", *folders):
        ignores.read_below(folder)
    return any(ignores.folder(folder, folder.rpartition("/")[2]) for folder in folders) or ignores.file(path)


def _existing(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        # RuntimeError: Python 3.11 and 3.12 report a loop of symbolic links so.
        reason = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be opened"
        raise UserError(f"`{path}` {reason}") from None


class _Walk:
    """Folders seen so far, and the links in them, which are followed when everything else has been seen."""

    def __init__(self, root: Path, ignores: Ignores) -> None:
        self.files: set[str] = set()
        self.notices: list[Notice] = []
        self._root = root
        self._ignores = ignores
        self._links: list[Path] = []
        self._seen: set[Path] = set()

    def folder(self, start: Path) -> None:
        """Every file below a folder that was asked for by name, even one that its parents would ignore."""
        self._ignores.enter(start)
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            if folder in self._seen:
                continue
            self._seen.add(folder)
            waiting.extend(self._inside(folder))

    def follow_links(self) -> None:
        """Links to places inside the project lead there under their real names; others are refused, with a notice."""
        while self._links:
            links, self._links = sorted(self._links), []
            for link in links:
                try:
                    target = link.resolve(strict=True)
                except (OSError, RuntimeError):
                    self._refuse(link, "this link leads nowhere")
                    continue
                if not target.is_relative_to(self._root):
                    self._refuse(link, f"this link leaves the project, to `{target}`: not followed")
                elif link.is_relative_to(target):
                    self._refuse(link, "this link leads back to a folder that holds it: not followed")
                elif target.is_dir():
                    self.folder(target)
                elif target.is_file() and link.suffix in SUFFIXES:
                    self.files.add(target.relative_to(self._root).as_posix())

    def _inside(self, folder: Path) -> Iterator[Path]:
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self._refuse(folder, f"this folder cannot be listed: {error.strerror or error}")
            return
        relative = folder.relative_to(self._root).as_posix()
        prefix = "" if relative == "." else f"{relative}/"
        self._ignores.read(folder, prefix, {entry.name for entry in entries})
        for entry in entries:
            path = prefix + entry.name
            if not _is_text(entry.name):
                self._refuse(Path(entry.path), "the name of this file is no text: not read")
            elif entry.is_symlink():
                self._links.append(Path(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                if not self._ignores.folder(path, entry.name) and not _is_virtualenv(entry.path):
                    yield Path(entry.path)
            elif entry.name.endswith(SUFFIXES) and entry.is_file() and not self._ignores.file(path):
                self.files.add(path)

    def _refuse(self, path: Path, message: str) -> None:
        self.notices.append(Notice(path.relative_to(self._root).as_posix(), message))


def _is_text(name: str) -> bool:
    # Bytes of a name that are not UTF-8 come as lone surrogates, which no report could hold.
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)


def _is_virtualenv(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - once for each folder


def find_root(paths: Iterable[Path]) -> Path:
    """The project that the paths belong to.

    The nearest folder above them that configures persistlint, else the nearest that holds a pyproject.toml or a
    .git; a repository's border and the home folder are not crossed. Without any, the folder that was named.
    """
    folders = [path if path.is_dir() else path.parent for path in map(_existing, paths)]
    start = Path(os.path.commonpath(folders)) if folders else Path.cwd()
    home = Path.home()
    marked: Path | None = None
    for folder in (start, *start.parents):
        if folder == home or folder.parent == folder:
            break
        if configures(folder):
            return folder
        repository = (folder / ".git").exists()
        if marked is None and (repository or (folder / "pyproject.toml").is_file()):
            marked = folder
        if repository:
            break
    return marked or start


def prefix_of(root: Path) -> str:
    """The way from the top of the repository that holds `root` to it, with a slash behind it; else nothing."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    way = root.relative_to(top).as_posix()
    return "" if way == "." else f"{way}/"


def configures(folder: Path) -> bool:
    """Whether the folder holds settings for persistlint."""
    if (folder / "persistlint.toml").is_file():
        return True
    try:
        return b"[tool.persistlint" in (folder / "pyproject.toml").read_bytes()
    except OSError:
        return False
