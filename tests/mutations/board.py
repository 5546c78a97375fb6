"""The example in a folder of its own, read and checked in this process; what a mutant leaves alone is read once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from persistlint import contracts, registry, settings
from persistlint.extract.contract import extract_contract
from persistlint.extract.python import extract_python, matters
from persistlint.extract.sql import parse
from persistlint.facts.code import FileFacts
from persistlint.facts.contract import ContractFacts, Role
from persistlint.project.contract import Documents, unite
from persistlint.project.link import Inputs, link
from persistlint.project.model import Project
from persistlint.registry import LoadedRule
from persistlint.replay.fresh import fresh_tables
from persistlint.report import Report, diagnose
from persistlint.rule import Finding
from persistlint.tree import Disk

from .mutant import Mutant, applied

EXAMPLE = Path(__file__).parents[2] / "examples" / "feature_board"
FAMILIES = ("schema", "contracts", "transactions", "engines")


def copied(folder: Path) -> Path:
    """A copy of the example in a folder."""
    return shutil.copytree(
        EXAMPLE, folder / EXAMPLE.name, ignore=shutil.ignore_patterns("__pycache__", ".persistlint_cache")
    )


class Board:
    """A copy of the example, with the rules of some families; None for those of all."""

    def __init__(self, root: Path, families: tuple[str, ...] | None = FAMILIES) -> None:
        self.root = root
        self.texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in _files(root)}
        self._rules = [
            rule for rule in registry.load_pack(registry.BUILT_IN) if families is None or rule.family in families
        ]
        self._extract: Callable[[str, str], FileFacts] = cache(extract_python)
        self._parse = cache(parse)
        self._linked: dict[tuple[str, ...], Project] = {}
        self._document: Callable[[str, str, frozenset[Role]], ContractFacts] = cache(self._extract_document)
        documents = self._documents()
        named = {name.text for one in documents.facts.values() for check in one.checks for name in check.rules}
        # Rules of families that are not written yet are taken for installed.
        self._names = frozenset(named).union(rule.name for rule in self._rules)

    def reported(self, mutant: Mutant | None = None) -> Mapping[str, str]:
        """The rules that report something, each with its first message, while the mutant's edits are applied."""
        with self.broken(mutant):
            return self._check()

    @contextmanager
    def broken(self, mutant: Mutant | None) -> Generator[None]:
        """The folder with the mutant's edits; afterwards it is as it was."""
        edits = mutant.edits if mutant is not None else ()
        for path in {edit.path for edit in edits}:
            lines = applied(self.texts[path].splitlines(), (edit for edit in edits if edit.path == path))
            self._write(path, "\n".join(lines) + "\n")
        try:
            yield
        finally:
            for path, text in self.texts.items():
                if (self.root / path).read_text(encoding="utf-8") != text:
                    self._write(path, text)

    def report(self) -> Report:
        """What the rules find in the folder as it is, with the fixes of it."""
        texts = {path: (self.root / path).read_text(encoding="utf-8") for path in self.texts}
        found = [(rule.name, rule.severity, finding) for rule, finding in self._findings()]
        return Report(self.root, diagnose(found), source=texts.get)

    def _write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8", newline="")

    def _check(self) -> Mapping[str, str]:
        said: dict[str, str] = {}
        for rule, finding in self._findings():
            said.setdefault(rule.name, f"{finding.at.path}:{finding.at.line}: {finding.message}")
        return said

    def _findings(self) -> Iterator[tuple[LoadedRule, Finding]]:
        project = replace(self._code(), contract=unite(self._documents()), rule_names=self._names)
        for rule in self._rules:
            assert rule.check is not None
            for finding in rule.check(project):
                yield rule, finding

    def _documents(self) -> Documents:
        chosen = settings.load(self.root)
        roles = contracts.locate(Disk(self.root), chosen)
        facts = {
            path: self._document(path, (self.root / path).read_text(encoding="utf-8"), roles[path]) for path in roles
        }
        rows = [row for one in facts.values() if one.matrix is not None for row in one.matrix.rows]
        named = [use.path for row in rows for use in row.artifacts]
        named += [artifact.path for one in facts.values() for artifact in one.artifacts]
        paths = {name.text for name in named if name is not None}
        missing = frozenset(path for path in paths if not (self.root / path).exists())
        return Documents(facts, roles, chosen.units, missing)

    def _extract_document(self, path: str, text: str, roles: frozenset[Role]) -> ContractFacts:
        return extract_contract(path, text, roles, self._parse)

    def _code(self) -> Project:
        paths = [path for path in self.texts if path.endswith(".py")]
        texts = tuple((self.root / path).read_text(encoding="utf-8") for path in paths)
        if texts not in self._linked:
            facts = {path: self._extract(path, text) for path, text in zip(paths, texts, strict=True)}
            self._linked[texts] = self._link(facts)
        return self._linked[texts]

    def _link(self, facts: Mapping[str, FileFacts]) -> Project:
        assert all(one.problem is None for one in facts.values())
        inputs = Inputs(
            python={path: one for path, one in facts.items() if matters((self.root / path).read_bytes())},
            sql_files={},
            load=facts.get,
            paths=frozenset(self.texts),
            dialect="sqlite",
            parse=self._parse,
        )
        project = link(inputs)
        return replace(project, fresh=fresh_tables(project, self._parse))


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.suffix in (".py", ".md", ".toml"))
