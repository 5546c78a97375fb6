"""Phase one for a whole project: every file's bytes read once, its facts from the cache or from a parser.

The facts depend neither on the order of the files nor on how many workers computed them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from persistlint import cache as caching
from persistlint.cache import Cache
from persistlint.comments import MARK
from persistlint.crash import Crash
from persistlint.discovery import Discovered
from persistlint.encoding import UndecodableError, decode_python, decode_utf8
from persistlint.extract.python import matters
from persistlint.facts.code import FileFacts
from persistlint.facts.sql import SqlStatement
from persistlint.project.interp.values import Loc
from persistlint.registry import INVALID_SYNTAX, UNREADABLE_FILE
from persistlint.rule import Finding
from persistlint.source import Span
from persistlint.tree import MAX_BYTES, Tree
from persistlint.workers import Mapper, Task, extract

Problem = tuple[str, Finding]
"""A finding of the engine's own, with the name of its rule."""

_FACTS = msgspec.msgpack.Decoder(FileFacts)
_STATEMENTS = msgspec.msgpack.Decoder(tuple[SqlStatement, ...])
_MARK = MARK.encode()
_PACKAGE = Path(__file__).parent


class Gatherer:
    """The files of one run. `problems` and `crashes` grow while `load` reads further files."""

    def __init__(
        self, discovered: Discovered, tree: Tree, *, dialect: str, folder: Path | None, map_files: Mapper
    ) -> None:
        """`folder` is where facts are kept between runs, None for nowhere."""
        self.python: dict[str, FileFacts] = {}
        """Facts of the files that can hold persistence code."""
        self.sql_files: dict[str, str] = {}
        self.problems: dict[str, Problem] = {}
        self.crashes: dict[str, Crash] = {}
        self.marked: set[str] = set()
        """Files that hold a comment to persistlint, or something that looks like one."""
        self._discovered = discovered
        self._tree = tree
        self._dialect = dialect
        self._folder = folder
        self._map = map_files
        self._salt = _salt()
        self._facts = Cache(folder, "python")
        self._idle = Cache(folder, "idle")
        """The contents of files that cannot hold persistence code."""
        self._parsed = Cache(folder, f"sql-{dialect}")
        self._known = frozenset(discovered.files)
        self._loaded: dict[str, FileFacts | None] = {}
        self._data: dict[str, bytes] = {}
        self._keys: dict[str, bytes] = {}
        self._searched = False

    def beside(self, discovered: Discovered, tree: Tree) -> Gatherer:
        """The same for other files, which shares what is kept."""
        other = Gatherer(discovered, tree, dialect=self._dialect, folder=self._folder, map_files=self._map)
        other._facts, other._parsed = self._facts, self._parsed
        return other

    def survey(self) -> bytes:
        """Read every file. What is returned stands for their names, and for the contents of those that can matter."""
        digest = hashlib.blake2b(digest_size=16)
        for path in self._discovered.files:
            data = self._read(path)
            if data is not None:
                self._data[path] = data
                if _MARK in data:
                    self.marked.add(path)
                self._keys[path] = caching.key(self._salt, data)
            problem = self.problems.get(path)
            explicit = path in self._discovered.explicit
            content = self._keys.get(path) if self._can_matter(path, data) else b""
            state = [path, content, explicit, problem[1].message if problem is not None else None]
            digest.update(msgspec.msgpack.encode(state))
        return digest.digest()

    def looked_at(self) -> tuple[str, ...]:
        """Files that cannot hold persistence code and were read all the same, for what others import from them."""
        if self._searched:
            return tuple(path for path in self._discovered.files if path.endswith(".py"))
        return tuple(sorted(path for path in self._loaded if path in self._known))

    def mentions(self, name: str, but: Loc) -> bool:
        """Whether a name stands anywhere in the Python files, but for one place."""
        self._searched = True
        word = re.compile(rf"\b{re.escape(name)}\b")
        for path in self._discovered.files:
            text = self.source(path) if path.endswith(".py") else None
            if text is None or name not in text:
                continue
            if path == but.path:
                text = text[: but.at] + text[but.end :]
            if word.search(text):
                return True
        return False

    def contents(self, paths: Iterable[str]) -> bytes:
        """Stands for the contents of those files."""
        return msgspec.msgpack.encode([(path, self._keys.get(path)) for path in paths])

    def gather(self, progress: Callable[[int, int], None]) -> None:
        """Extract what can matter. `progress` is told how many of how many files are parsed."""
        tasks: list[Task] = []
        while self._data:
            path, data = self._data.popitem()
            if path.endswith(".sql"):
                self._take_sql(path, data)
                continue
            key = self._keys[path]
            facts = self._recall(path, key)
            if facts is not None:
                self._take(path, facts)
            elif self._can_matter(path, data) and (text := self._decode(path, data)) is not None:
                tasks.append((path, text))
        for done, (path, result) in enumerate(self._map(extract, tasks), start=1):
            self._keep(path, self._keys[path], result)
            progress(done, len(tasks))

    def load(self, path: str) -> FileFacts | None:
        """The facts of any Python file of the project, read when they are first asked for."""
        if path in self.python:
            return self.python[path]
        if path not in self._loaded:
            self._loaded[path] = self._load(path) if path in self._known and path not in self.problems else None
        return self._loaded[path]

    def parse(self, text: str, dialect: str) -> tuple[SqlStatement, ...]:
        """The statements of an SQL text, through the cache."""
        key = caching.key(self._salt, dialect.encode(), text.encode("utf-8", "surrogatepass"))
        known = self._parsed.get(key)
        if known is not None:
            try:
                return _STATEMENTS.decode(known)
            except (msgspec.MsgspecError, RecursionError):
                pass
        from persistlint.extract.sql import parse

        statements = parse(text, dialect)
        # A text with lone surrogates in it cannot be kept.
        with suppress(UnicodeEncodeError):
            self._parsed.put(key, msgspec.msgpack.encode(statements))
        return statements

    def source(self, path: str) -> str | None:
        """The text of a file as it was read, None where it cannot be had any more: it is gone, or another one now."""
        try:
            data = self._tree.read(path)
            if path in self._keys and self._keys[path] != caching.key(self._salt, data):
                return None
            return decode_utf8(data) if path.endswith((".sql", ".md")) else decode_python(data)
        except (OSError, UndecodableError):
            return None

    def save(self) -> None:
        """Keep what was computed for the next run."""
        self._idle.save()
        self._facts.save()
        self._parsed.save()

    def _load(self, path: str) -> FileFacts | None:
        data = self._read(path)
        text = self._decode(path, data) if data is not None else None
        if data is None or text is None:
            return None
        key = caching.key(self._salt, data)
        facts = self._recall(path, key)
        if facts is not None:
            return facts
        _, result = extract((path, text))
        return self._decoded(path, key, result)

    def _can_matter(self, path: str, data: bytes | None) -> bool:
        """Whether a file can hold persistence code. The answer no is kept: finding it takes a while."""
        if data is None or path.endswith(".sql") or path in self._discovered.explicit:
            return True
        key = self._keys[path]
        if self._idle.get(key) is not None:
            return False
        if matters(data) or self._decode(path, data) is None:
            return True
        self._idle.put(key, b"")
        return False

    def _keep(self, path: str, key: bytes, result: bytes | Crash) -> None:
        facts = self._decoded(path, key, result)
        if facts is not None:
            self._take(path, facts)

    def _decoded(self, path: str, key: bytes, result: bytes | Crash) -> FileFacts | None:
        if isinstance(result, Crash):
            self.crashes[path] = result
            return None
        self._facts.put(key, result)
        return _FACTS.decode(result)

    def _recall(self, path: str, key: bytes) -> FileFacts | None:
        known = self._facts.get(key)
        if known is None:
            return None
        try:
            facts = _FACTS.decode(known)
        except (msgspec.MsgspecError, RecursionError):
            return None
        # A file of the same content may have had another name.
        return facts if facts.path == path else msgspec.structs.replace(facts, path=path)

    def _take(self, path: str, facts: FileFacts) -> None:
        if facts.problem is None:
            self.python[path] = facts
            return
        problem = facts.problem
        finding = Finding(
            f"this file cannot be parsed: {problem.message}",
            Span(path, problem.line, problem.column),
            help="make it valid Python 3, or add it to `exclude`",
        )
        self.problems[path] = (INVALID_SYNTAX.name, finding)

    def _take_sql(self, path: str, data: bytes) -> None:
        try:
            self.sql_files[path] = decode_utf8(data)
        except UndecodableError as error:
            self._unreadable(path, str(error))

    def _decode(self, path: str, data: bytes) -> str | None:
        try:
            return decode_python(data)
        except UndecodableError as error:
            self._unreadable(path, str(error))
            return None

    def _read(self, path: str) -> bytes | None:
        try:
            data = self._tree.read(path)
        except OSError as error:
            self._unreadable(path, f"it cannot be opened: {error.strerror or error}")
            return None
        if len(data) > MAX_BYTES:
            if path.endswith(".sql") or path in self._discovered.explicit or matters(data):
                self._unreadable(path, f"it is larger than {MAX_BYTES // 1_000_000} MB")
            return None
        return data

    def _unreadable(self, path: str, reason: str) -> None:
        finding = Finding(
            f"this file cannot be read: {reason}",
            Span(path, 1, 1),
            help="make it readable, or add it to `exclude`",
        )
        self.problems[path] = (UNREADABLE_FILE.name, finding)


def _salt() -> bytes:
    sources = sorted([*_PACKAGE.glob("extract/**/*.py"), *_PACKAGE.glob("facts/*.py")])
    sources += [_PACKAGE / "source.py", _PACKAGE / "nesting.py", _PACKAGE / "workers.py"]
    return caching.program_salt(sources, ("libcst", "sqlglot"))
