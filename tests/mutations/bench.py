"""Small projects that are broken by replacing texts of their files, and the bench that they are read on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from persistlint.engine import Request, read
from persistlint.registry import LoadedRule


@dataclass(frozen=True, slots=True)
class Broken:
    """A project with texts of its files replaced: each `(path, old, new)` where `old` stands once."""

    project: str
    name: str
    edits: tuple[tuple[str, str, str], ...]
    owners: frozenset[str]

    @property
    def title(self) -> str:
        return f"{self.project}: {self.name}"

    def files(self, unbroken: Mapping[str, str]) -> Mapping[str, str]:
        out = dict(unbroken)
        for path, old, new in self.edits:
            assert out[path].count(old) == 1, f"{self.title}: {old!r} stands {out[path].count(old)} times in {path}"
            out[path] = out[path].replace(old, new)
        return out


@dataclass(slots=True)
class Project:
    """A small project that agrees with itself, and the ways to break it."""

    name: str
    files: Mapping[str, str]
    broken: list[Broken] = field(default_factory=list[Broken])

    def breaks(self, name: str, *edits: tuple[str, str, str], by: str | tuple[str, ...] = ()) -> None:
        owners = frozenset((by,) if isinstance(by, str) else by)
        self.broken.append(Broken(self.name, name, edits, owners))


class Bench:
    """Folders that projects are written to; what a change leaves alone is read from their caches."""

    def __init__(self, root: Path, rules: Sequence[LoadedRule]) -> None:
        self._root = root
        self._rules = rules
        self._written: dict[str, Mapping[str, str]] = {}

    def reported(self, project: Project, broken: Broken | None = None) -> Mapping[str, str]:
        """The rules that say something, each with its first message."""
        root = self._root / project.name
        files = project.files if broken is None else broken.files(project.files)
        for path, text in files.items():
            if self._written.get(project.name, {}).get(path) != text:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
        self._written[project.name] = files
        linked = read(Request(root, [root], jobs=1))
        assert linked.crashes == ()
        said: dict[str, str] = {}
        for rule in self._rules:
            assert rule.check is not None
            for finding in rule.check(linked.project):
                said.setdefault(rule.name, f"{finding.at.path}:{finding.at.line}: {finding.message}")
        return said
