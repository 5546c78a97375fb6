"""Which file an import names, decided by the paths of the project alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp.values import Env
from persistlint.source import LineIndex, Span

if TYPE_CHECKING:
    from persistlint.project.interp.values import Loc

_LIBRARIES = frozenset({
    "sqlalchemy", "sqlmodel", "flask_sqlalchemy", "alembic", "sqlite3", "aiosqlite", "pydantic", "typing", "enum",
    "datetime", "typing_extensions", "dataclasses", "contextlib", "functools", "collections", "uuid", "decimal",
})  # fmt: skip
"""What a project's `import sqlalchemy` means even where some folder of it holds a `sqlalchemy.py`."""
_ROOTS = ("", "src/", "lib/", "python/")


class Module:
    """One Python file of the project: its facts, its names, and how far it has been interpreted."""

    __slots__ = ("_lines", "env", "facts", "name", "path", "state")

    def __init__(self, path: str, name: str, facts: code.FileFacts) -> None:
        self.path = path
        self.name = name
        self.facts = facts
        self.env = Env(self, None)
        self.state = "new"
        self._lines: LineIndex | None = None

    @property
    def lines(self) -> LineIndex:
        if self._lines is None:
            self._lines = LineIndex(tuple(memoryview(self.facts.lines).cast("I")))
        return self._lines

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    def span(self, loc: Loc) -> Span:
        return self.lines.span(self.path, loc.at, loc.end)


class Modules:
    """The modules of a project by dotted name, loaded when first asked for."""

    def __init__(self, paths: frozenset[str], load: Callable[[str], code.FileFacts | None]) -> None:
        self._paths = paths
        self._load = load
        self._loaded: dict[str, Module | None] = {}
        self._folders = {path.rpartition("/")[0] for path in paths if path.endswith("/__init__.py")}
        self._by_name: dict[str, list[str]] | None = None

    def loaded(self) -> list[Module]:
        """The modules that were asked for so far."""
        return [module for module in self._loaded.values() if module is not None]

    def at(self, path: str) -> Module | None:
        """The module of that path."""
        if path not in self._loaded:
            facts = self._load(path)
            self._loaded[path] = None if facts is None else Module(path, self.dotted(path), facts)
        return self._loaded[path]

    def dotted(self, path: str) -> str:
        """The name by which a file is imported: from the outermost package that holds it."""
        folder, _, name = path.rpartition("/")
        stem = name.removesuffix(".py")
        parts = [] if stem == "__init__" else [stem]
        while folder in self._folders:
            folder, _, last = folder.rpartition("/")
            parts.insert(0, last)
        return ".".join(parts)

    def find(self, name: str, importer: str) -> str | None:
        """The path of the module `name`, as `importer` would get it; None for a module outside the project."""
        if name.partition(".")[0] in _LIBRARIES:
            return self._own_library(name)
        candidates = [path for path in self._index().get(name, ()) if path != importer]
        if not candidates:
            return self._namespace(name, importer)
        if len(candidates) == 1:
            return candidates[0]
        return max(candidates, key=lambda path: (_common(path, importer), -len(path), path))

    def _own_library(self, name: str) -> str | None:
        """The project may be that library itself; a module deep inside another project only has its name."""
        tail = name.replace(".", "/")
        places = (f"{root}{tail}{end}" for root in _ROOTS for end in ("/__init__.py", ".py"))
        return next((path for path in places if path in self._paths and "/" in path), None)

    def relative(self, importer: Module, level: int, name: str) -> str | None:
        """The path of `from ..name`."""
        folder = importer.path.rpartition("/")[0]
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        base = f"{folder}/" if folder else ""
        target = base + name.replace(".", "/") if name else folder
        for path in (f"{target}.py", f"{target}/__init__.py" if target else "__init__.py"):
            if path in self._paths:
                return path
        return None

    def _index(self) -> dict[str, list[str]]:
        if self._by_name is None:
            index: dict[str, list[str]] = {}
            for path in sorted(self._paths):
                if path.endswith(".py"):
                    index.setdefault(self.dotted(path), []).append(path)
            self._by_name = index
        return self._by_name

    def _namespace(self, name: str, importer: str) -> str | None:
        # A folder without __init__.py: `a.b` names `…/a/b.py` when no package encloses that folder.
        if "." not in name:
            return None
        tail = name.replace(".", "/")
        top = importer.split("/", maxsplit=1)[0]
        for root in ("", f"{top}/", "src/", *_parents(importer)):
            for path in (f"{root}{tail}.py", f"{root}{tail}/__init__.py"):
                if path in self._paths:
                    return path
        return None


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) + "/" for count in range(len(parts), 0, -1)]


def _common(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/"), right.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
