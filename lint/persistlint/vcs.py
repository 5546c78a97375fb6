"""Git trees and the index, read from the object store: nothing is checked out, and nothing is fetched."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from persistlint.errors import UserError

_REGULAR = ("100644", "100755", "100664")


class Repository:
    """The git repository around a project's root."""

    def __init__(self, root: Path) -> None:
        """Raises UserError where `root` lies in no repository, or where git cannot be run."""
        self._root = root.resolve()
        top = next((one for one in (self._root, *self._root.parents) if (one / ".git").exists()), None)
        if top is None:
            raise UserError(f"`{root}` is in no git repository")
        self._environment = _environment(top)
        prefix = self._root.relative_to(top).as_posix()
        self._prefix = "" if prefix == "." else prefix
        self.contents: dict[str, bytes] = {}
        """Blobs that were read, for all snapshots: most files are the same in many of them."""

    def commit(self, revision: str) -> str:
        """The hash of the commit that a revision names. Raises UserError."""
        found = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is None:
            shallow = self._try("rev-parse", "--is-shallow-repository")
            hint = ""
            if shallow is not None and shallow.strip() == b"true":
                hint = ": this clone is shallow, `git fetch --unshallow --tags` brings the rest"
            raise UserError(f"git knows no revision `{revision}`{hint}")
        return found.decode().strip()

    def named(self, asked: str) -> list[tuple[str, str]]:
        """Each revision that is asked for, with its commit: one, or all tags of a pattern such as `v*`, oldest first.

        `main...` is the commit at which the current branch left `main`. Raises UserError where there is none.
        """
        if asked.endswith("..."):
            base = self.merge_base(asked.removesuffix("..."))
            return [] if base is None else [(asked, base)]
        if not any(mark in asked for mark in "*?["):
            return [(asked, self.commit(asked))]
        listed = self._run("for-each-ref", "--sort=version:refname", "--format=%(refname:strip=2)", "refs/tags")
        tags = [tag for tag in listed.decode("utf-8", "replace").splitlines() if fnmatchcase(tag, asked)]
        if not tags:
            raise UserError(f"no tag of this repository matches `{asked}`")
        return [(tag, self.commit(f"refs/tags/{tag}")) for tag in tags]

    def merge_base(self, revision: str) -> str | None:
        """The commit at which the current branch left `revision`; None where HEAD has no commit yet.

        Where no common commit is known, as in a shallow clone, it is `revision` itself.
        """
        if self._try("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is None:
            return None
        other = self.commit(revision)
        found = self._try("merge-base", "HEAD", other)
        return found.decode().split()[0] if found else other

    def before(self, revision: str) -> Snapshot:
        """The files at the commit where the current branch left `revision`; none where HEAD has no commit yet."""
        base = self.merge_base(revision)
        return Snapshot(self, {}) if base is None else self.at(base)

    def at(self, revision: str) -> Snapshot:
        """The project's files in a revision. Raises UserError for one that git does not know."""
        commit = self.commit(revision)
        listed = self._try("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{self._prefix}") or b""
        files: dict[str, str] = {}
        for entry in listed.split(b"\0"):
            about, _, name = entry.partition(b"\t")
            if about:
                mode, _, blob = about.decode().split(" ")
                _add(files, mode, name, blob)
        return Snapshot(self, files)

    def index(self) -> Snapshot:
        """The project's files as they are staged. Raises UserError while a merge has conflicts."""
        files: dict[str, str] = {}
        for entry in self._run("ls-files", "--stage", "--full-name", "-z").split(b"\0"):
            about, _, name = entry.partition(b"\t")
            if not about:
                continue
            mode, blob, stage = about.decode().split(" ")
            path = name.decode("utf-8", "surrogateescape")
            if stage != "0":
                raise UserError("the index holds a merge conflict: resolve it first", path=path)
            _add(files, mode, name[len(self._prefix.encode()) :].lstrip(b"/"), blob)
        return Snapshot(self, files)

    def blobs(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """The contents of blobs, by their hashes; what the object store lacks is left out."""
        asked = "".join(f"{name}\n" for name in dict.fromkeys(names))
        if not asked:
            return {}
        answer = memoryview(self._run("cat-file", "--batch", stdin=asked.encode()))
        found: dict[str, bytes] = {}
        at = 0
        while at < len(answer):
            end = at + bytes(answer[at : at + 200]).index(b"\n")
            name, *kind = bytes(answer[at:end]).decode().split(" ")
            at = end + 1
            if len(kind) == 2:
                size = int(kind[1])
                found[name] = bytes(answer[at : at + size])
                at += size + 1
        return found

    def _try(self, *arguments: str) -> bytes | None:
        done = self._git(arguments, b"")
        return done.stdout if done.returncode == 0 else None

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        done = self._git(arguments, stdin)
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise UserError(f"git {arguments[0]} failed: {lines[0] if lines else f'exit status {done.returncode}'}")
        return done.stdout

    def _git(self, arguments: tuple[str, ...], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        # core.fsmonitor may name a program of the linted repository's, which must not run.
        command = ["git", "-c", "core.fsmonitor=false", *arguments]
        try:
            return subprocess.run(  # noqa: S603 - git, with names that cannot be options
                command, cwd=self._root, env=self._environment, input=stdin, capture_output=True, check=False
            )
        except OSError as error:
            raise UserError(f"git cannot be run: {error.strerror or error}") from None


class Snapshot:
    """Files of one git tree or index, a `Tree`. Symbolic links and submodules are left out."""

    def __init__(self, repository: Repository, files: Mapping[str, str]) -> None:
        """`files` are hashes of blobs by path."""
        self._repository = repository
        self._files = files
        self._paths = tuple(sorted(files))
        self._folders = frozenset(folder for path in files for folder in _folders(path))

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, sorted."""
        return self._paths

    @property
    def added(self) -> frozenset[str]:
        """None: all files are those of the snapshot."""
        return frozenset()

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read many files with one run of git."""
        known = self._repository.contents
        wanted = (self._files[path] for path in paths if path in self._files)
        known |= self._repository.blobs(blob for blob in wanted if blob not in known)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        blob = self._files.get(path)
        if blob is None:
            raise FileNotFoundError(2, "No such file in git", path)
        known = self._repository.contents
        if blob not in known:
            known |= self._repository.blobs([blob])
        if blob not in known:
            raise FileNotFoundError(2, "git lacks this object", path)
        return known[blob]

    def has(self, path: str) -> bool:
        """Whether the content of a file was read."""
        return self._files.get(path) in self._repository.contents

    def hashes(self, paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """What tells the contents of these files, with their paths."""
        return tuple((path, self._files[path]) for path in paths if path in self._files)

    def file(self, path: str) -> str | None:
        """The normal form of a file's path, None where there is no such file."""
        normal = posixpath.normpath(path)
        return normal if normal in self._files else None

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of that path."""
        normal = posixpath.normpath(path)
        return normal in self._files or normal in self._folders or normal == "."


def _add(files: dict[str, str], mode: str, name: bytes, blob: str) -> None:
    if mode in _REGULAR:
        files[name.decode("utf-8", "surrogateescape")] = blob


def _folders(path: str) -> Iterable[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _environment(top: Path) -> Mapping[str, str]:
    """The environment for git, in a hook as well: the index that is about to be committed, and no way out."""
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        # A partial clone would fetch missing objects.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"):
        if name in environment:
            # git gives hooks paths relative to the folder that it starts them in.
            environment[name] = str(Path(environment[name]).absolute())
    if "GIT_DIR" in environment:
        environment["GIT_WORK_TREE"] = str(top)
    return environment
